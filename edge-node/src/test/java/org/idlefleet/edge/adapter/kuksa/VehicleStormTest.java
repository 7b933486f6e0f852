package org.idlefleet.edge.adapter.kuksa;

import static org.assertj.core.api.Assertions.assertThat;

import org.idlefleet.edge.adapter.config.EdgeConfig;
import org.idlefleet.edge.adapter.kuksa.wire.Value;
import org.idlefleet.edge.gate.Gate;
import org.idlefleet.edge.gate.GateState;
import org.idlefleet.edge.gate.Quantity;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.LongStream;

/**
 * A car that drives and parks while its signals come late, get lost, freeze, turn unknown or into
 * nonsense: the gate is open only if the car stood parked, shut and empty within the last half
 * second.
 */
class VehicleStormTest {
    private static final Instant START = Instant.parse("2026-11-22T20:00:00Z");
    private static final Duration LIMIT = Duration.ofMillis(500);

    static LongStream seeds() {
        return LongStream.range(0, 24);
    }

    private record Message(String path, Optional<Value> value, Instant at, Instant due) {}

    @ParameterizedTest
    @MethodSource("seeds")
    void neverOpensOnASignalThatIsNotTrueAnyMore(long seed) {
        var random = new Random(seed);
        VssProfile profile = List.of(VssProfile.values()).get((int) (seed % 4));
        var view =
                new VehicleView(
                        new VehicleView.Freshness(LIMIT, Duration.ofSeconds(30), Set.of()),
                        Optional.empty());
        view.profile(profile);
        var gate = gate();
        var wire = new ArrayList<Message>();
        var truth = new TreeMap<>(Vehicle.parked(profile));
        Map<String, Instant> frozen = new TreeMap<>();
        Instant now = START;
        Instant lastParked = Instant.MIN;
        boolean parked = true;
        int opened = 0;
        int closed = 0;
        for (int step = 0; step < 4_000; step++) {
            now = now.plusMillis(5 + random.nextInt(60));
            boolean calm = step % 1_000 < 300;
            if (random.nextInt(60) == 0) {
                parked = !parked;
                change(truth, profile, parked, random);
            }
            if (parked) {
                lastParked = now;
            }
            for (String path : truth.keySet()) {
                if (!calm && random.nextInt(400) == 0) {
                    frozen.put(path, now.plusMillis(random.nextInt(3_000)));
                }
                boolean lost = !calm && random.nextInt(4) == 0;
                if (!lost && (calm || frozen.getOrDefault(path, START).isBefore(now))) {
                    wire.add(message(path, truth.get(path).value(), now, calm, random));
                }
            }
            deliver(wire, view, now);
            for (Quantity quantity : KuksaSource.usual()) {
                gate.accept(view.reading(quantity, now));
            }
            if (gate.evaluate(now) instanceof GateState.Open) {
                opened++;
                assertThat(Duration.between(lastParked, now))
                        .as("seed " + seed + ", step " + step)
                        .isLessThanOrEqualTo(LIMIT);
            } else {
                closed++;
            }
        }
        assertThat(opened).isPositive();
        assertThat(closed).isPositive();
    }

    private static Message message(
            String path, Value value, Instant now, boolean calm, Random random) {
        if (!calm && random.nextInt(30) == 0) {
            return new Message(path, Optional.empty(), now, now);
        }
        if (!calm && random.nextInt(30) == 0) {
            return new Message(path, Optional.of(nonsense(random)), now, now);
        }
        boolean late = !calm && random.nextInt(5) == 0;
        return new Message(
                path, Optional.of(value), now, late ? now.plusMillis(random.nextInt(5_000)) : now);
    }

    private static Value nonsense(Random random) {
        return switch (random.nextInt(5)) {
            case 0 -> Vehicle.number(Float.NaN);
            case 1 -> Vehicle.word("UNDEFINED");
            case 2 -> Vehicle.number(1e30);
            case 3 -> Value.newBuilder().setInt64(Long.MIN_VALUE).build();
            default -> Value.getDefaultInstance();
        };
    }

    /** Late ones come after newer ones. */
    private static void deliver(List<Message> wire, VehicleView view, Instant now) {
        for (Message message : List.copyOf(wire)) {
            if (!message.due().isAfter(now)) {
                view.heard(now);
                view.accept(message.path(), message.value(), message.at(), now);
                wire.remove(message);
            }
        }
    }

    /** Somebody gets in or drives off: one of the five signs is enough. */
    private static void change(
            Map<String, Vehicle.Told> truth, VssProfile profile, boolean parked, Random random) {
        truth.putAll(Vehicle.parked(profile));
        if (parked) {
            return;
        }
        List<String> signs =
                truth.keySet().stream()
                        .filter(path ->
                                path.equals(Vehicle.GEAR)
                                        || path.equals(Vehicle.SPEED)
                                        || path.equals("Vehicle.LowVoltageSystemState")
                                        || path.contains(".Door.")
                                        || path.contains(".Seat."))
                        .toList();
        String sign = signs.get(random.nextInt(signs.size()));
        Value value =
                switch (sign) {
                    case Vehicle.GEAR -> Value.newBuilder().setInt32(-1).build();
                    case Vehicle.SPEED -> Vehicle.number(-3);
                    case "Vehicle.LowVoltageSystemState" -> Vehicle.word("ON");
                    default ->
                            sign.endsWith("OccupancyStatus")
                                    ? Vehicle.word("OCCUPIED")
                                    : Vehicle.bool(true);
                };
        truth.put(sign, new Vehicle.Told("", value));
    }

    private static Gate gate() {
        EdgeConfig config =
                EdgeConfig.load(
                        Optional.empty(),
                        Map.of(),
                        List.of(
                                "node.data=data",
                                "node.coordinator=localhost",
                                "rules.settle=0s",
                                "rules.stale=30s"));
        var rules = new ArrayList<>(config.rules().rules(KuksaSource.usual()));
        rules.removeIf(rule -> rule.name().equals("owner"));
        return new Gate(rules);
    }
}
