package org.idlefleet.coordinator.workload;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.util.SplittableRandom;

class ZoneTest {
    @Test
    void changesOneUlpBeyondTheToleranceAndBeyondTwiceOfIt() {
        var random = new SplittableRandom(1);
        for (int i = 0; i < 10_000; i++) {
            double tau = Math.scalb(random.nextDouble(0.5, 1), -random.nextInt(1060));
            assertThat(Zone.of(Math.nextDown(tau), tau)).isEqualTo(Zone.AGREE);
            assertThat(Zone.of(tau, tau)).isEqualTo(Zone.AGREE);
            assertThat(Zone.of(Math.nextUp(tau), tau)).isEqualTo(Zone.INCONCLUSIVE);
            assertThat(Zone.of(2 * tau, tau)).isEqualTo(Zone.INCONCLUSIVE);
            assertThat(Zone.of(Math.nextUp(2 * tau), tau)).isEqualTo(Zone.REJECT);
        }
    }

    @Test
    void rejectsWhatIsNoNumber() {
        assertThat(Zone.of(Double.NaN, 0.1)).isEqualTo(Zone.REJECT);
        assertThat(Zone.of(Double.POSITIVE_INFINITY, 0.1)).isEqualTo(Zone.REJECT);
        assertThat(Zone.of(0, 0.1)).isEqualTo(Zone.AGREE);
        assertThat(Zone.of(-0.0, 0.1)).isEqualTo(Zone.AGREE);
    }
}
