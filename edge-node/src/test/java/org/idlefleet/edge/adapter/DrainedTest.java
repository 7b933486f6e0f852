package org.idlefleet.edge.adapter;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.util.Random;

class DrainedTest {
    private long millijoules;

    @Test
    void givesOutWhatWasDrainedAndNoMore() {
        var random = new Random(4);
        var drained = new Drained(() -> millijoules);
        assertThat(drained.take()).isZero();
        long given = 0;
        for (int i = 0; i < 1_000; i++) {
            millijoules += random.nextInt(2_500);
            if (random.nextBoolean()) {
                given += drained.take();
                assertThat(given * 1_000).isBetween(millijoules - 999, millijoules);
            }
        }
    }
}
