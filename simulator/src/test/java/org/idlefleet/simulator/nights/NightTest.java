package org.idlefleet.simulator.nights;

import static org.assertj.core.api.Assertions.assertThat;

import org.idlefleet.simulator.nights.NightRun.Outcome;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Nights that a gate with a bug does not get through ({@code benchmarks/mutants nights}). */
class NightTest {
    /**
     * In 6 sources grow silent and contradict each other while it computes, in 7 one rule would
     * begin and end it again and again; in 947 the plug says yes all night, and the car drives off
     * and comes home with less than its floor.
     */
    @ParameterizedTest
    @ValueSource(longs = {6, 7, 947})
    void keepsToWhatEachNightMustKeepTo(long seed) {
        Outcome night = new NightRun(seed).run();
        assertThat(night.violations()).isEmpty();
        assertThat(night.floorMargin()).isGreaterThanOrEqualTo(0);
        assertThat(night.belowFloor()).isZero();
        assertThat(night.flaps()).isLessThanOrEqualTo(2);
    }
}
