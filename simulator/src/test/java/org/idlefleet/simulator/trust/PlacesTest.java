package org.idlefleet.simulator.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.idlefleet.simulator.Chance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Rare pairs are drawn with the odds that waiting for them has. */
class PlacesTest {
    private static final int DRAWS = 300_000;

    @ParameterizedTest
    @CsvSource({"0, 0.9, 0, 0", "0, 0, 1, 0.7", "2, 1.2, 0, 0", "1, -0.8, 1, 0", "0, -0.9, 2, 0"})
    void pairsThatDoNotAgreeLieWhereWaitingForThemFindsThem(
            int one, double drag, int other, double otherDrag) {
        var noise = new Chance(1, "waited for");
        double found = 0;
        double sum = 0;
        double apart = 0;
        for (int i = 0; i < DRAWS; i++) {
            double first = Places.honest(one, noise) + drag;
            double second = Places.honest(other, noise) + otherDrag;
            if (Math.abs(first - second) > Places.tolerance(one, other)) {
                found++;
                sum += first;
                apart += Math.abs(first - second);
            }
        }
        double share = Places.disagreement(one, drag, other, otherDrag);
        assertThat(found).isCloseTo(share * DRAWS, within(4 * Math.sqrt(share * DRAWS)));
        var dice = new Chance(2, "drawn");
        double drawnSum = 0;
        double drawnApart = 0;
        for (int i = 0; i < DRAWS; i++) {
            double[] pair = Places.disagreeing(one, drag, other, otherDrag, dice);
            assertThat(Math.abs(pair[0] - pair[1])).isGreaterThan(Places.tolerance(one, other));
            drawnSum += pair[0];
            drawnApart += Math.abs(pair[0] - pair[1]);
        }
        double error = 0.5 / Math.sqrt(found);
        assertThat(drawnSum / DRAWS).isCloseTo(sum / found, within(error));
        assertThat(drawnApart / DRAWS).isCloseTo(apart / found, within(error));
    }

    @ParameterizedTest
    @CsvSource({"50, 0.05", "3000, 0.05", "3000, 0.5", "400, 0.9", "1, 0.3", "0, 0.5", "10, 1"})
    void countsAsManyHitsAsDrawingEachWould(long draws, double share) {
        var dice = new Chance(3, "hits");
        double sum = 0;
        double squares = 0;
        int runs = 20_000;
        for (int i = 0; i < runs; i++) {
            double hits = Gap.hits(draws, share, dice);
            assertThat(hits).isBetween(0.0, (double) draws);
            sum += hits;
            squares += hits * hits;
        }
        double mean = draws * share;
        double variance = mean * (1 - share);
        assertThat(sum / runs).isCloseTo(mean, within(4.5 * Math.sqrt(variance / runs) + 1e-9));
        assertThat(squares / runs - Math.pow(sum / runs, 2))
                .isCloseTo(variance, within(0.06 * variance + 1e-9));
    }
}
