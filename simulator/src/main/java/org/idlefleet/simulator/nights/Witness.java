package org.idlefleet.simulator.nights;

import org.idlefleet.edge.gate.Quantity;
import org.idlefleet.edge.gate.Reading;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.DoublePredicate;

/**
 * Decides by itself, from what was heard and what is true, whether computing was allowed: a second
 * description of the rules that shares no line with the gate. It says what went wrong in a
 * sentence.
 */
final class Witness {
    private static final Duration DWELL = Duration.ofSeconds(30);
    private static final Duration HOUR = Duration.ofHours(1);
    private static final long SAFETY_MILLIS = 500;
    private static final long OTHER_MILLIS = 3_000;

    private final Owner owner;
    private final Map<Quantity, Map<String, Reading>> heard = new EnumMap<>(Quantity.class);
    private final Map<Quantity, Demand> demands = new EnumMap<>(Quantity.class);
    private final Map<Quantity, Deque<Instant>> closings = new EnumMap<>(Quantity.class);
    private Instant parkedAt = Instant.MIN;
    private LocalDate day = LocalDate.MIN;
    private double loadHours;
    private boolean wasOpen;
    private int flaps;

    /** What one quantity must be, and whether it has earned its trust. */
    private static final class Demand {
        final DoublePredicate enter;
        final DoublePredicate stay;
        final long maxAgeMillis;
        final Duration dwell;
        boolean earned;
        boolean bad = true;
        boolean left;
        Instant since = Instant.MAX;

        Demand(DoublePredicate enter, DoublePredicate stay, long maxAgeMillis, Duration dwell) {
            this.enter = enter;
            this.stay = stay;
            this.maxAgeMillis = maxAgeMillis;
            this.dwell = dwell;
        }

        void look(Map<String, Reading> words, Instant now) {
            boolean all = !words.isEmpty();
            boolean good = all;
            for (Reading word : words.values()) {
                long age = Duration.between(word.at(), now).toMillis();
                OptionalDouble value = word.value();
                boolean fresh = value.isPresent() && age >= 0 && age <= maxAgeMillis;
                all &= fresh && stay.test(value.getAsDouble());
                good &= fresh && enter.test(value.getAsDouble());
            }
            bad = !all;
            left = bad && earned;
            if (!all) {
                earned = false;
                since = Instant.MAX;
            } else if (!earned) {
                since = good ? since.equals(Instant.MAX) ? now : since : Instant.MAX;
                earned = good && Duration.between(since, now).compareTo(dwell) >= 0;
            }
        }
    }

    Witness(Owner owner) {
        this.owner = owner;
        yes(Quantity.GEAR_PARK, SAFETY_MILLIS, DWELL);
        demand(Quantity.SPEED, v -> v <= 0, v -> v <= 0.5, SAFETY_MILLIS);
        no(Quantity.IGNITION, SAFETY_MILLIS, DWELL);
        no(Quantity.OCCUPIED, SAFETY_MILLIS, DWELL);
        no(Quantity.DOOR_OPEN, SAFETY_MILLIS, DWELL);
        no(Quantity.PAUSED, OTHER_MILLIS, Duration.ZERO);
        yes(Quantity.ALLOWED, OTHER_MILLIS, DWELL);
        no(Quantity.METERED, OTHER_MILLIS, DWELL);
        yes(Quantity.HOME, OTHER_MILLIS, DWELL);
        yes(Quantity.MAINS, OTHER_MILLIS, DWELL);
        demand(Quantity.BATTERY, v -> v >= owner.resume(), v -> v >= owner.floor(), OTHER_MILLIS);
        no(Quantity.DISCHARGING, OTHER_MILLIS, DWELL);
        demand(Quantity.LOW_VOLTAGE, v -> v >= 12.5, v -> v >= 12.2, OTHER_MILLIS);
        demand(Quantity.TEMPERATURE, v -> v <= 75, v -> v <= 85, OTHER_MILLIS);
        demand(Quantity.BATTERY_TEMPERATURE, v -> v <= 40, v -> v <= 45, OTHER_MILLIS);
        demand(Quantity.CABIN_TEMPERATURE, v -> v <= 40, v -> v <= 45, OTHER_MILLIS);
        demand(Quantity.OTHER_LOAD, v -> v <= 25, v -> v <= 50, OTHER_MILLIS);
        if (owner.priceMax() > 0) {
            double max = owner.priceMax();
            demand(Quantity.PRICE, v -> v <= max - 0.02, v -> v <= max, OTHER_MILLIS);
        }
    }

    private void demand(
            Quantity quantity, DoublePredicate enter, DoublePredicate stay, long maxAgeMillis) {
        demands.put(quantity, new Demand(enter, stay, maxAgeMillis, DWELL));
    }

    private void yes(Quantity quantity, long maxAgeMillis, Duration dwell) {
        demands.put(quantity, new Demand(v -> v == 1, v -> v == 1, maxAgeMillis, dwell));
    }

    private void no(Quantity quantity, long maxAgeMillis, Duration dwell) {
        demands.put(quantity, new Demand(v -> v == 0, v -> v == 0, maxAgeMillis, dwell));
    }

    /** What was heard now counts from now on, unless the same source said something newer. */
    void hear(Reading word) {
        heard.computeIfAbsent(word.quantity(), _ -> new TreeMap<>())
                .merge(
                        word.source(),
                        word,
                        (old, fresh) -> fresh.at().isBefore(old.at()) ? old : fresh);
    }

    /** Time that was spent at load. */
    void computed(Duration time, Instant now) {
        turn(now);
        loadHours += time.toMillis() / 3.6e6;
    }

    private void turn(Instant now) {
        LocalDate today = LocalDate.ofInstant(now, owner.zone());
        if (today.isAfter(day)) {
            day = today;
            loadHours = 0;
        }
    }

    /**
     * What is wrong with the gate being as it is; nothing if all is well.
     *
     * @param liars what is told wrongly and as if it were new: nobody can know better from it
     */
    List<Violation> look(Car car, Set<Quantity> liars, boolean open, Instant now) {
        turn(now);
        demands.forEach(
                (quantity, demand) -> demand.look(heard.getOrDefault(quantity, Map.of()), now));
        parkedAt = car.parked(liars) ? now : parkedAt;
        var wrong = new ArrayList<Violation>();
        if (open) {
            consent(car, now, wrong);
            parked(now, wrong);
            if (car.get(Quantity.SPEED) > 0) {
                wrong.add(new Violation(Violation.Kind.PARKED, "drives"));
            }
            rest(now, wrong);
            if (!car.is(Quantity.MAINS) && car.charge() < owner.floor()) {
                wrong.add(
                        new Violation(
                                Violation.Kind.BATTERY,
                                "drains the battery at " + car.charge() + " %"));
            }
        }
        flap(open, now);
        wasOpen = open;
        return wrong;
    }

    /** By the clock on the owner's wall. */
    private boolean timely(Instant now) {
        int hour = now.atZone(owner.zone()).getHour();
        boolean night = hour >= 22 || hour < 6;
        boolean loud = hour >= 1 && hour < 3;
        return (night || !owner.nightsOnly()) && !(loud && owner.quiet());
    }

    private void consent(Car car, Instant now, List<Violation> wrong) {
        if (car.is(Quantity.PAUSED)) {
            wrong.add(new Violation(Violation.Kind.CONSENT, "the owner said pause"));
        }
        if (!timely(now)) {
            wrong.add(new Violation(Violation.Kind.CONSENT, "it is " + now.atZone(owner.zone())));
        }
        // Both budgets may be passed by what is used between two looks: at most ten seconds.
        double slack = 10.5 / 3600;
        if (owner.loadPerDay() > 0 && loadHours > owner.loadPerDay() + slack
                || owner.energyPerDay() > 0
                        && loadHours * Owner.WATTS / 1000
                                > owner.energyPerDay() + slack * Owner.WATTS / 1000) {
            wrong.add(new Violation(Violation.Kind.CONSENT, "a budget is used up"));
        }
        trust(wrong, Violation.Kind.CONSENT, Quantity.PAUSED, Quantity.ALLOWED);
    }

    private void parked(Instant now, List<Violation> wrong) {
        if (Duration.between(parkedAt, now).toMillis() > SAFETY_MILLIS) {
            wrong.add(
                    new Violation(
                            Violation.Kind.PARKED,
                            "is in use for " + Duration.between(parkedAt, now)));
        }
        trust(
                wrong,
                Violation.Kind.FRESH,
                Quantity.GEAR_PARK,
                Quantity.SPEED,
                Quantity.IGNITION,
                Quantity.OCCUPIED,
                Quantity.DOOR_OPEN);
    }

    private void rest(Instant now, List<Violation> wrong) {
        boolean fed = earned(Quantity.MAINS) || owner.onBattery() && earned(Quantity.BATTERY);
        if (!fed || !owner.onBattery() && !earned(Quantity.DISCHARGING)) {
            wrong.add(new Violation(Violation.Kind.RULE, "power at " + now));
        }
        for (Quantity quantity : demands.keySet()) {
            switch (quantity) {
                case MAINS, BATTERY, DISCHARGING -> {}
                default -> {
                    if (!quantity.safety()) {
                        trust(wrong, Violation.Kind.RULE, quantity);
                    }
                }
            }
        }
    }

    private boolean earned(Quantity quantity) {
        Demand demand = demands.get(quantity);
        return demand == null || demand.earned;
    }

    private void trust(List<Violation> wrong, Violation.Kind kind, Quantity... quantities) {
        for (Quantity quantity : quantities) {
            if (!earned(quantity)) {
                wrong.add(new Violation(kind, quantity.key() + " has not earned it"));
            }
        }
    }

    /** The gate closed: whose fault was it, and how often within an hour? */
    private void flap(boolean open, Instant now) {
        if (open || !wasOpen) {
            return;
        }
        demands.forEach((quantity, demand) -> {
            if (demand.left && demand.dwell.isPositive()) {
                Deque<Instant> times = closings.computeIfAbsent(quantity, _ -> new ArrayDeque<>());
                times.addLast(now);
                while (!times.getFirst().isAfter(now.minus(HOUR))) {
                    times.removeFirst();
                }
                flaps = Math.max(flaps, times.size());
            }
        });
    }

    /** The most closings of one threshold within an hour. */
    int flaps() {
        return flaps;
    }

    /** Whether everything heard would let it compute, dwells included; budgets apart. */
    boolean allows(Instant now) {
        return timely(now)
                && demands.entrySet().stream()
                        .filter(entry ->
                                switch (entry.getKey()) {
                                    case MAINS, BATTERY -> false;
                                    case DISCHARGING -> !owner.onBattery();
                                    default -> true;
                                })
                        .allMatch(entry -> entry.getValue().earned)
                && (earned(Quantity.MAINS) || owner.onBattery() && earned(Quantity.BATTERY));
    }

    /** What lost its trust at the last look. */
    List<Quantity> lost() {
        return demands.entrySet().stream()
                .filter(entry -> entry.getValue().left)
                .map(Map.Entry::getKey)
                .toList();
    }
}
