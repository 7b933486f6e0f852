package org.idlefleet.simulator.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Exact bounds of counts. */
class PoissonBoundTest {
    /** Half of the 95 % quantile of chi-squared with 2 (count + 1) degrees of freedom. */
    @ParameterizedTest
    @CsvSource({"0, 2.995732", "1, 4.743865", "2, 6.295794", "10, 16.96222", "100, 118.0793"})
    void isTheQuantileOfChiSquared(long count, double upper) {
        assertThat(PoissonBound.upper(count)).isCloseTo(upper, within(upper * 1e-5));
    }

    @ParameterizedTest
    @CsvSource({"255", "256", "1000", "1000000"})
    void growsByAboutOneWithEachCount(long count) {
        double step = PoissonBound.upper(count + 1) - PoissonBound.upper(count);
        assertThat(step).isBetween(1.0, 1.06);
    }
}
