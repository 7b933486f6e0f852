package org.idlefleet.edge.adapter.kuksa;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import org.idlefleet.edge.adapter.kuksa.wire.Value;
import org.idlefleet.edge.gate.Geofence;
import org.idlefleet.edge.gate.Quantity;
import org.idlefleet.edge.gate.Reading;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/** A vehicle's position, and what becomes of it. */
class VehicleHomeTest {
    private static final String PLACE = "Vehicle.CurrentLocation.";
    private static final String FIX = PLACE + "GNSSReceiver.FixType";
    private static final Geofence HOME = new Geofence(52.5, 13.4, 100, 200);
    private static final Duration STALE = Duration.ofSeconds(30);
    private static final OptionalDouble YES = OptionalDouble.of(1);
    private static final OptionalDouble NO = OptionalDouble.of(0);

    private final VehicleView view =
            new VehicleView(
                    new VehicleView.Freshness(Duration.ofMillis(500), STALE, Set.of()),
                    Optional.of(HOME));
    private Instant now = Instant.parse("2026-11-22T20:00:00Z");

    private static Value degrees(double value) {
        return Value.newBuilder().setDouble(value).build();
    }

    private void tell(String path, Value value) {
        view.heard(now);
        view.accept(path, Optional.of(value), now, now);
    }

    private void drive(double metresNorth) {
        tell(PLACE + "Latitude", degrees(52.5 + metresNorth / 111_195.08));
        tell(PLACE + "Longitude", degrees(13.4));
    }

    private OptionalDouble home() {
        return view.reading(Quantity.HOME, now).value();
    }

    @Test
    void isHomeInsideAndAwayOutside() {
        assertThat(home()).isEmpty();
        drive(5000);
        assertThat(home()).isEqualTo(NO);
        drive(150);
        assertThat(home()).isEqualTo(NO);
        drive(50);
        assertThat(home()).isEqualTo(YES);
        drive(150);
        assertThat(home()).isEqualTo(YES);
        drive(250);
        assertThat(home()).isEqualTo(NO);
    }

    @Test
    void doesNotKnowWithHalfAPositionOrAnOldOne() {
        tell(PLACE + "Latitude", degrees(52.5));
        assertThat(home()).isEmpty();
        tell(PLACE + "Longitude", degrees(13.4));
        assertThat(home()).isEqualTo(YES);
        now = now.plus(STALE).plusMillis(1);
        tell(PLACE + "Latitude", degrees(52.5));
        assertThat(home()).isEmpty();
        view.forget(now);
        assertThat(home()).isEmpty();
    }

    /** A garage: the receiver goes on telling where it was last. */
    @Test
    void doesNotBelieveAPositionWithoutSatellites() {
        drive(0);
        tell(FIX, Vehicle.word("THREE_D"));
        assertThat(home()).isEqualTo(YES);
        tell(FIX, Vehicle.word("NONE"));
        assertThat(home()).isEmpty();
    }

    @Test
    void countsDoubtAsDistance() {
        drive(50);
        tell(PLACE + "HorizontalAccuracy", Vehicle.number(60));
        assertThat(home()).isEqualTo(NO);
        tell(PLACE + "HorizontalAccuracy", Vehicle.number(40));
        assertThat(home()).isEqualTo(YES);
        tell(PLACE + "HorizontalAccuracy", Vehicle.number(-1));
        assertThat(home()).isEmpty();
    }

    @Test
    void takesNonsenseForUnknown() {
        drive(0);
        for (Value nonsense :
                List.of(
                        degrees(91),
                        degrees(Double.NaN),
                        Vehicle.word("52.5"),
                        Vehicle.bool(true))) {
            tell(PLACE + "Latitude", nonsense);
            assertThat(home()).isEmpty();
            // What was known of before says nothing about now.
            drive(150);
            assertThat(home()).isEqualTo(NO);
            drive(0);
            assertThat(home()).isEqualTo(YES);
        }
    }

    @ParameterizedTest
    @EnumSource(VssProfile.class)
    void tellsNoMoreThanThatTheVehicleIsHome(VssProfile profile) throws Exception {
        try (var broker = new FakeBroker();
                var source =
                        new KuksaSource(
                                new KuksaOptions(
                                        "127.0.0.1",
                                        broker.port(),
                                        Optional.empty(),
                                        Optional.empty(),
                                        Optional.empty(),
                                        Optional.of(profile),
                                        Set.of(Quantity.HOME),
                                        Set.of(),
                                        Duration.ofMillis(500),
                                        STALE,
                                        Optional.of(HOME)),
                                _ -> Duration.ofMillis(20),
                                () -> now)) {
            broker.has(PLACE + "Latitude", "degrees");
            broker.has(PLACE + "Longitude", "degrees");
            broker.has(PLACE + "Altitude", "m");
            broker.tell(PLACE + "Latitude", degrees(52.5), now);
            broker.tell(PLACE + "Longitude", degrees(13.4), now);
            Reading home = Reading.of(Quantity.HOME, true, now, "kuksa");
            await().untilAsserted(() -> assertThat(source.read(now)).containsExactly(home));
            assertThat(source.state()).doesNotContain("52.5").doesNotContain("13.4");
        }
    }
}
