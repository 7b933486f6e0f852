package org.idlefleet.coordinator.verification;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.time.Instant;

/** Marks that fade. */
class RecentTest {
    private static final Instant START = Instant.parse("2026-11-22T12:00:00Z");
    private static final Instant HALF = START.plus(Recent.HALF_LIFE);

    @Test
    void nobodyWithoutMarksIsBad() {
        assertThat(Recent.none(START).share()).isEqualTo(1);
        assertThat(Recent.none(START).bad(START).share()).isZero();
        assertThat(Recent.none(START).good(START).bad(START).share()).isEqualTo(0.5);
    }

    @Test
    void aMarkCountsHalfAfterThirtyDays() {
        Recent faded = Recent.none(START).bad(START).good(HALF);
        assertThat(faded.bad()).isCloseTo(0.5, within(1e-12));
        assertThat(faded.share()).isCloseTo(2 / 3.0, within(1e-12));
        Recent redeemed = Recent.none(START).good(START).bad(HALF);
        assertThat(redeemed.good()).isCloseTo(0.5, within(1e-12));
        assertThat(redeemed.at()).isEqualTo(HALF);
    }

    @Test
    void aMarkThatComesLateChangesNeitherTheOthersNorTheTime() {
        Recent late = Recent.none(START).good(HALF).bad(HALF.minus(Duration.ofDays(1)));
        assertThat(late.share()).isEqualTo(0.5);
        assertThat(late.at()).isEqualTo(HALF);
    }
}
