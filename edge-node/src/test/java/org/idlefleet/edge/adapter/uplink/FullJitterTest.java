package org.idlefleet.edge.adapter.uplink;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.Random;

class FullJitterTest {
    @Test
    void drawsEvenlyBelowACeilingThatDoublesAndThenStays() {
        var backoff = new FullJitter(Duration.ofSeconds(1), Duration.ofSeconds(8), new Random(1));
        long[] ceilings = {1000, 2000, 4000, 8000, 8000};
        for (int attempt = 1; attempt <= ceilings.length; attempt++) {
            long sum = 0;
            for (int i = 0; i < 2000; i++) {
                Duration delay = backoff.delay(attempt);
                assertThat(delay)
                        .isBetween(Duration.ZERO, Duration.ofMillis(ceilings[attempt - 1]));
                sum += delay.toMillis();
            }
            assertThat(sum / 2000.0 / ceilings[attempt - 1]).isBetween(0.45, 0.55);
        }
        assertThat(backoff.delay(1_000_000)).isLessThanOrEqualTo(Duration.ofSeconds(8));
    }
}
