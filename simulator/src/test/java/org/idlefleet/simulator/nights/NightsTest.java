package org.idlefleet.simulator.nights;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class NightsTest {
    /** Enough that every corner is reached; {@code idlefleet simulate nights} runs a thousand. */
    private static final int COUNT = 60;

    private static final Nights NIGHTS = Nights.run(1, COUNT);

    @Test
    void computesOnlyWithConsentParkedAndOnFreshSignals() {
        assertThat(NIGHTS.violations()).isEmpty();
        assertThat(NIGHTS.floorMargin()).isGreaterThanOrEqualTo(0);
        assertThat(NIGHTS.flaps()).isLessThanOrEqualTo(2);
    }

    @Test
    void reachesEveryCornerAndDoesNotJustStayClosed() {
        assertThat(NIGHTS.missed()).isEmpty();
        assertThat(NIGHTS.open()).isGreaterThan(NIGHTS.allowed().dividedBy(2));
    }

    @Test
    void aSeedIsAlwaysTheSameNight() {
        assertThat(new NightRun(7).run()).isEqualTo(new NightRun(7).run());
    }
}
