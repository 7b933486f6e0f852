package org.idlefleet.edge.diary;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.time.Instant;
import java.util.Optional;
import java.util.OptionalDouble;

class MeterTest {
    private static final Instant NOON = Instant.parse("2026-11-22T12:00:00Z");

    @Test
    void countsAsDrainedWhatComputingTookWhileTheBatteryFed() {
        var meter = new Meter(() -> new Costs(0, 0, 0, 0, 0), new Diary());
        see(meter, 0, 0, false, 0);
        see(meter, 1, 1, false, 10);
        assertThat(meter.drainedMillijoules()).as("on mains").isZero();
        see(meter, 2, 2, true, 10);
        assertThat(meter.drainedMillijoules()).isEqualTo(10_000);
        see(meter, 4, 3, true, 10);
        assertThat(meter.drainedMillijoules()).as("busy half of the time").isEqualTo(15_000);
        see(meter, 5, 3, true, 10);
        assertThat(meter.drainedMillijoules()).as("not busy").isEqualTo(15_000);
    }

    private static void see(Meter meter, int up, int busy, boolean draining, double joules) {
        var _ =
                meter.see(
                        new Observation(
                                NOON.plusSeconds(up),
                                up * 1_000_000_000L,
                                Optional.empty(),
                                busy * 1_000_000_000L,
                                OptionalDouble.of(joules),
                                OptionalDouble.empty(),
                                draining,
                                0,
                                0,
                                0,
                                Optional.empty()));
    }
}
