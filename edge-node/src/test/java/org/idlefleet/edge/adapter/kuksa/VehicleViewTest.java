package org.idlefleet.edge.adapter.kuksa;

import static org.assertj.core.api.Assertions.assertThat;

import org.idlefleet.edge.adapter.kuksa.wire.Value;
import org.idlefleet.edge.gate.Quantity;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/** Which of several words about one path counts, and for how long. */
class VehicleViewTest {
    private static final Instant NOW = Instant.parse("2026-11-22T20:00:00Z");
    private static final Duration LIMIT = Duration.ofMillis(500);
    private static final Optional<Value> PARK = gear(126);
    private static final Optional<Value> DRIVE = gear(127);
    private static final OptionalDouble YES = OptionalDouble.of(1);
    private static final OptionalDouble NO = OptionalDouble.of(0);

    private final VehicleView view =
            new VehicleView(
                    new VehicleView.Freshness(LIMIT, Duration.ofSeconds(30), Set.of()),
                    Optional.empty());

    private static Optional<Value> gear(int gear) {
        return Optional.of(Value.newBuilder().setInt32(gear).build());
    }

    private OptionalDouble parked(Instant now) {
        return view.reading(Quantity.GEAR_PARK, now).value();
    }

    @Test
    void theNewerWordCountsInWhateverOrderTheyCome() {
        view.accept(Vehicle.GEAR, DRIVE, NOW, NOW);
        view.accept(Vehicle.GEAR, PARK, NOW.minusMillis(1), NOW);
        assertThat(parked(NOW)).isEqualTo(NO);
        view.accept(Vehicle.GEAR, PARK, NOW, NOW);
        assertThat(parked(NOW)).isEqualTo(YES);
    }

    @Test
    void aTimeThatHasNotComeYetIsNow() {
        view.accept(Vehicle.GEAR, PARK, NOW.plusSeconds(60), NOW);
        assertThat(parked(NOW.plus(LIMIT))).isEqualTo(YES);
        assertThat(parked(NOW.plus(LIMIT).plusMillis(1))).isEmpty();
    }

    @Test
    void aTimeThatHasNotComeYetHidesNothingThatComesLater() {
        view.accept(Vehicle.GEAR, PARK, NOW.plusSeconds(60), NOW);
        view.accept(Vehicle.GEAR, DRIVE, NOW.plusMillis(1), NOW.plusMillis(1));
        assertThat(parked(NOW.plusMillis(1))).isEqualTo(NO);
    }

    @Test
    void whatIsToldToBeUnknownIsUnknown() {
        view.accept(Vehicle.GEAR, PARK, NOW, NOW);
        view.accept(Vehicle.GEAR, Optional.empty(), NOW, NOW);
        assertThat(parked(NOW)).isEmpty();
    }
}
