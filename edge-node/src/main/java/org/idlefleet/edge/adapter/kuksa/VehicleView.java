package org.idlefleet.edge.adapter.kuksa;

import org.idlefleet.edge.adapter.kuksa.VssProfile.Feature;
import org.idlefleet.edge.adapter.kuksa.VssProfile.Meaning;
import org.idlefleet.edge.adapter.kuksa.wire.Value;
import org.idlefleet.edge.gate.Geofence;
import org.idlefleet.edge.gate.Quantity;
import org.idlefleet.edge.gate.Reading;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BinaryOperator;
import java.util.function.DoubleUnaryOperator;

/**
 * What a vehicle has told, path by path, and what that makes of each quantity. What is missing, too
 * old, of a wrong type or out of bounds is unknown. Not thread-safe.
 *
 * <p>Of several doors, seats or charging ports those count that have ever told anything, at least
 * one; catalogues list more of them than a vehicle has.
 */
final class VehicleView {
    /** Of all other quantities the first path counts, and the second while that is unknown. */
    private static final Map<Quantity, BinaryOperator<Reading>> JOINED =
            new EnumMap<>(
                    Map.of(
                            Quantity.OCCUPIED, VehicleView::anyYes,
                            Quantity.DOOR_OPEN, VehicleView::anyYes,
                            Quantity.DISCHARGING, VehicleView::anyYes,
                            Quantity.MAINS, VehicleView::anyYesOfPorts,
                            Quantity.SPEED, VehicleView::larger));

    static final String NAME = "kuksa";

    /** Faster is no car. */
    private static final double SPEED_MAX = 500;

    private static final int PARK = 126;

    private static final double ACCURACY_MAX = 1e7;

    private final Freshness freshness;
    private final Optional<Geofence> home;
    private final Map<String, Told> told = new TreeMap<>();
    private final Map<Quantity, Instant> said = new EnumMap<>(Quantity.class);
    private VssProfile profile = VssProfile.V6;
    private Instant heard = Instant.MIN;
    private boolean atHome;

    /**
     * How old a value may be.
     *
     * @param safety for quantities that say whether somebody drives or sits inside
     * @param other for all else
     * @param steady quantities that this vehicle tells only when they change: a stream of signals
     *     that goes on confirms them
     */
    record Freshness(Duration safety, Duration other, Set<Quantity> steady) {
        Freshness {
            steady = Set.copyOf(steady);
        }

        Duration of(Quantity quantity) {
            return quantity.safety() ? safety : other;
        }
    }

    /**
     * The newest word about a path.
     *
     * @param value empty if it was told to be unknown, or makes no sense
     */
    private record Told(Optional<Value> value, Instant at) {}

    /**
     * @param home where home is; without it nobody knows whether the vehicle is there
     */
    VehicleView(Freshness freshness, Optional<Geofence> home) {
        this.freshness = freshness;
        this.home = home;
    }

    /** From now on values are read by this profile; paths that told something once still count. */
    void profile(VssProfile next) {
        if (next != profile) {
            told.clear();
        }
        profile = next;
    }

    /** All values are unknown again, as after a break: what went missing must be told anew. */
    void forget(Instant now) {
        told.replaceAll((_, _) -> new Told(Optional.empty(), now));
        heard = Instant.MIN;
    }

    /** The stream of signals shows life. */
    void heard(Instant now) {
        heard = now;
    }

    /**
     * Takes a value; one that is older than what the path told last is dropped, as is an unknown
     * one of a path that never told anything.
     *
     * @param at when it was so, by the vehicle's clock
     * @param now when it came; a time after this is not believed
     */
    void accept(String path, Optional<Value> value, Instant at, Instant now) {
        if (value.isEmpty() && !told.containsKey(path)) {
            return;
        }
        Instant then = at.isAfter(now) ? now : at;
        Told before = told.get(path);
        if (before == null || !then.isBefore(before.at())) {
            told.put(path, new Told(value, then));
        }
    }

    /** Whether a path tells something that anybody here looks at. */
    boolean wants(String path, Set<Quantity> quantities) {
        return profile.features().stream()
                .filter(feature -> quantities.contains(feature.quantity()))
                .anyMatch(feature -> feature.paths().matcher(path).matches());
    }

    /** The unit that a path's values must have; empty if any will do. */
    String unit(String path) {
        return profile.features().stream()
                .filter(feature -> feature.paths().matcher(path).matches())
                .map(Feature::unit)
                .findFirst()
                .orElse("");
    }

    /**
     * What is known of a quantity. Its time never goes back, or a gate would keep the older word;
     * age is judged here, by the time of the value itself.
     */
    Reading reading(Quantity quantity, Instant now) {
        Reading found = quantity == Quantity.HOME ? home(now) : newest(quantity, now);
        Instant before = said.getOrDefault(quantity, Instant.MIN);
        Instant at = found.value().isEmpty() ? now : found.at();
        Reading reading =
                new Reading(quantity, found.value(), at.isBefore(before) ? before : at, NAME);
        said.put(quantity, reading.at());
        return reading;
    }

    private Reading newest(Quantity quantity, Instant now) {
        var known = new ArrayList<Reading>();
        for (Feature feature : profile.features()) {
            if (feature.quantity() == quantity) {
                known.addAll(readings(feature, now));
            }
        }
        return known.stream()
                .reduce(how(quantity))
                .orElseGet(() -> Reading.unknown(quantity, now, NAME));
    }

    /**
     * What the vehicle's position makes of the owner's home; the position itself goes no further.
     */
    private Reading home(Instant now) {
        var parts = new EnumMap<Meaning, Reading>(Meaning.class);
        profile.features().stream()
                .filter(feature -> feature.quantity() == Quantity.HOME)
                .forEach(feature ->
                        readings(feature, now).forEach(part -> parts.put(feature.meaning(), part)));
        Reading latitude = parts.get(Meaning.LATITUDE);
        Reading longitude = parts.get(Meaning.LONGITUDE);
        Reading accuracy = parts.get(Meaning.ACCURACY);
        boolean lost = parts.containsKey(Meaning.FIX) && !yes(parts.get(Meaning.FIX));
        boolean vague = accuracy != null && accuracy.value().isEmpty();
        if (home.isEmpty()
                || latitude == null
                || longitude == null
                || latitude.value().isEmpty()
                || longitude.value().isEmpty()
                || lost
                || vague) {
            atHome = false;
            return Reading.unknown(Quantity.HOME, now, NAME);
        }
        atHome =
                home.get()
                        .home(
                                atHome,
                                latitude.value().getAsDouble(),
                                longitude.value().getAsDouble(),
                                accuracy == null ? 0 : accuracy.value().orElse(ACCURACY_MAX));
        return Reading.of(Quantity.HOME, atHome, older(latitude, longitude).at(), NAME);
    }

    /** How two paths that speak of one quantity are joined; doubt counts against computing. */
    private static BinaryOperator<Reading> how(Quantity quantity) {
        return JOINED.getOrDefault(
                quantity, (first, second) -> first.value().isPresent() ? first : second);
    }

    /** Yes if one says yes; no only if both do. */
    private static Reading anyYes(Reading one, Reading other) {
        if (yes(one) || yes(other)) {
            return yes(one) ? one : other;
        }
        if (one.value().isEmpty() || other.value().isEmpty()) {
            return one.value().isEmpty() ? one : other;
        }
        return older(one, other);
    }

    /** Yes if one says yes; a port that says nothing does not make the others unknown. */
    private static Reading anyYesOfPorts(Reading one, Reading other) {
        if (yes(one) || yes(other)) {
            return yes(one) ? one : other;
        }
        return one.value().isEmpty() ? other : one;
    }

    /** The larger number; unknown if one of them is. */
    private static Reading larger(Reading one, Reading other) {
        if (one.value().isEmpty() || other.value().isEmpty()) {
            return one.value().isEmpty() ? one : other;
        }
        return one.value().getAsDouble() >= other.value().getAsDouble() ? one : other;
    }

    private static Reading older(Reading one, Reading other) {
        return one.at().isBefore(other.at()) ? one : other;
    }

    private static boolean yes(Reading reading) {
        return reading.value().isPresent() && reading.value().getAsDouble() != 0;
    }

    private List<Reading> readings(Feature feature, Instant now) {
        var readings = new ArrayList<Reading>();
        told.forEach((path, word) -> {
            if (feature.paths().matcher(path).matches()) {
                readings.add(reading(feature, word, now));
            }
        });
        return readings;
    }

    private Reading reading(Feature feature, Told word, Instant now) {
        Quantity quantity = feature.quantity();
        Instant at = word.at();
        Duration limit = freshness.of(quantity);
        boolean steady = freshness.steady().contains(quantity);
        boolean confirmed = steady || !quantity.safety() && !at.plus(limit).isBefore(now);
        if (confirmed && heard.isAfter(at)) {
            at = heard;
        }
        Duration most = steady ? freshness.safety() : limit;
        OptionalDouble value =
                at.plus(most).isBefore(now)
                        ? OptionalDouble.empty()
                        : word.value()
                                .map(told -> value(feature.meaning(), told))
                                .orElse(OptionalDouble.empty());
        return new Reading(quantity, value, at, NAME);
    }

    private static OptionalDouble value(Meaning meaning, Value value) {
        return switch (meaning) {
            case YES_NO -> value.hasBool() ? yesNo(value.getBool()) : OptionalDouble.empty();
            case GEAR -> map(number(value), gear -> gear == PARK ? 1 : 0);
            case IGNITION -> word(value, Set.of("ON", "START"), Set.of("LOCK", "OFF", "ACC"));
            case SEAT ->
                    value.hasBool()
                            ? yesNo(value.getBool())
                            : word(value, Set.of("OCCUPIED"), Set.of("EMPTY"));
            case NUMBER -> number(value);
            case PERCENT -> within(number(value), 0, 100);
            case MAGNITUDE -> within(map(number(value), Math::abs), 0, SPEED_MAX);
            case LATITUDE -> within(number(value), -90, 90);
            case LONGITUDE -> within(number(value), -180, 180);
            case ACCURACY -> within(number(value), 0, ACCURACY_MAX);
            case FIX ->
                    value.hasString()
                            ? yesNo(!value.getString().equals("NONE"))
                            : OptionalDouble.empty();
            case DRAIN -> map(number(value), watts -> watts < -VssProfile.idleWatts() ? 1 : 0);
        };
    }

    private static OptionalDouble yesNo(boolean yes) {
        return OptionalDouble.of(yes ? 1 : 0);
    }

    private static OptionalDouble word(Value value, Set<String> yes, Set<String> no) {
        if (value.hasString() && yes.contains(value.getString())) {
            return OptionalDouble.of(1);
        }
        return value.hasString() && no.contains(value.getString())
                ? OptionalDouble.of(0)
                : OptionalDouble.empty();
    }

    private static OptionalDouble map(OptionalDouble number, DoubleUnaryOperator how) {
        return number.isPresent()
                ? OptionalDouble.of(how.applyAsDouble(number.getAsDouble()))
                : number;
    }

    private static OptionalDouble within(OptionalDouble number, double min, double max) {
        return number.isPresent() && number.getAsDouble() >= min && number.getAsDouble() <= max
                ? number
                : OptionalDouble.empty();
    }

    private static OptionalDouble number(Value value) {
        double number =
                switch (value.getTypedValueCase()) {
                    case INT32 -> value.getInt32();
                    case INT64 -> value.getInt64();
                    case UINT32 -> Integer.toUnsignedLong(value.getUint32());
                    case UINT64 -> value.getUint64() < 0 ? Double.NaN : value.getUint64();
                    case FLOAT -> value.getFloat();
                    case DOUBLE -> value.getDouble();
                    case STRING, BOOL, TYPEDVALUE_NOT_SET -> Double.NaN;
                };
        return Double.isFinite(number) ? OptionalDouble.of(number) : OptionalDouble.empty();
    }
}
