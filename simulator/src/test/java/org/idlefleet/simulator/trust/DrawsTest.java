package org.idlefleet.simulator.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The dice have the odds of the keyed hash. */
class DrawsTest {
    private static final int AUDITS = 10_000;

    @ParameterizedTest
    @CsvSource({"1, 1000000", "2, 85000", "3, 50000", "4, 20000", "5, 200000"})
    void bothDrawTheSameShareAndSendTheSameShareToTrustedOwners(long seed, int ppm) {
        Counted keyed = count(new KeyedDraws(seed), ppm);
        Counted dice = count(new SeededDraws(seed), ppm);
        double share = ppm / 1e6;
        double error = 4 * Math.sqrt(share * (1 - share) / (AUDITS / share)) + 1e-12;
        assertThat(keyed.share()).isCloseTo(share, within(error));
        assertThat(dice.share()).isCloseTo(share, within(error));
        assertThat(keyed.trusted()).isCloseTo(0.1 * AUDITS, within(130.0));
        assertThat(dice.trusted()).isCloseTo(0.1 * AUDITS, within(130.0));
        double reviewed = AUDITS * Math.min(1, 0.01 / share);
        double spread = 4.5 * Math.sqrt(reviewed) + 1e-9;
        assertThat(keyed.reviewed()).isCloseTo(reviewed, within(spread));
        assertThat(dice.reviewed()).isCloseTo(reviewed, within(spread));
    }

    private record Counted(double share, double trusted, double reviewed) {}

    private static Counted count(Draws draws, int ppm) {
        long results = 0;
        int trusted = 0;
        int reviewed = 0;
        for (int audit = 0; audit < AUDITS; audit++) {
            Draws.Next next = draws.next(ppm, Fleet.instant(audit * 60_000L));
            results += next.left() + 1;
            trusted += next.draw().trusted() ? 1 : 0;
            reviewed += next.draw().reviewed() ? 1 : 0;
        }
        return new Counted(AUDITS / (double) results, trusted, reviewed);
    }
}
