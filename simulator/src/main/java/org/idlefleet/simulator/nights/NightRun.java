package org.idlefleet.simulator.nights;

import org.idlefleet.edge.gate.DayUsage;
import org.idlefleet.edge.gate.Gate;
import org.idlefleet.edge.gate.GateState;
import org.idlefleet.edge.gate.OwnerRules;
import org.idlefleet.edge.gate.Quantity;
import org.idlefleet.edge.gate.Reading;
import org.idlefleet.edge.gate.Taken;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;

/**
 * One night of one vehicle, from 18:00 until 10:00: what truly happens, what its signals say of it,
 * and the gate of production with the rules of one owner. The same seed is always the same night.
 *
 * <p>Signals come every 100 to 400 ms while something happens, and for a while before and after;
 * between such times, when every signal is fresh and the same, time passes in steps of ten seconds.
 */
public final class NightRun {
    private static final Duration NIGHT = Duration.ofHours(16);
    private static final Duration CALM_STEP = Duration.ofSeconds(10);
    private static final Duration LIVELY = Duration.ofSeconds(45);

    /** What the gate is told of. */
    private static final List<Quantity> TOLD =
            List.of(
                    Quantity.GEAR_PARK,
                    Quantity.SPEED,
                    Quantity.IGNITION,
                    Quantity.OCCUPIED,
                    Quantity.DOOR_OPEN,
                    Quantity.MAINS,
                    Quantity.BATTERY,
                    Quantity.DISCHARGING,
                    Quantity.LOW_VOLTAGE,
                    Quantity.TEMPERATURE,
                    Quantity.BATTERY_TEMPERATURE,
                    Quantity.CABIN_TEMPERATURE,
                    Quantity.OTHER_LOAD,
                    Quantity.METERED,
                    Quantity.HOME,
                    Quantity.ALLOWED,
                    Quantity.PRICE,
                    Quantity.PAUSED);

    private final long seed;
    private final Owner owner;
    private final Car car;
    private final List<Happening> happenings;
    private final List<Channel> channels = new ArrayList<>();
    private final Witness witness;
    private final Gate gate;
    private final DayUsage usage;
    private final Instant start;
    private final Random pace;
    private final NavigableSet<Instant> edges = new TreeSet<>();
    private final Set<NightCorner> corners = EnumSet.noneOf(NightCorner.class);
    private final List<Violation> violations = new ArrayList<>();
    private Duration open = Duration.ZERO;
    private Duration allowed = Duration.ZERO;

    /**
     * How a night went.
     *
     * @param allowed how long what was heard would have let it compute
     * @param flaps most closings of one threshold within an hour
     * @param floorMargin how much charge above the floor was left at least while it ran on battery;
     *     100 if it never did
     * @param violations the first few, in words
     */
    public record Outcome(
            long seed,
            Duration open,
            Duration allowed,
            int flaps,
            double floorMargin,
            int withoutConsent,
            int notParked,
            int notFresh,
            int belowFloor,
            int againstRules,
            Set<NightCorner> corners,
            List<String> violations) {}

    public NightRun(long seed) {
        this.seed = seed;
        var draws = new Random(mix(seed, 1));
        this.owner = Owner.drawn(draws);
        // Some stand without a plug, and just charged enough to begin.
        boolean low = owner.onBattery() && draws.nextInt(2) == 0;
        double charge = low ? owner.resume() + 2 * draws.nextDouble() : 30 + draws.nextInt(61);
        this.car = new Car(charge, draws, new Random(mix(seed, 2)));
        int day = draws.nextInt(300);
        boolean clocks = draws.nextInt(10) == 0;
        this.start =
                LocalDate.of(2026, 1, 5)
                        .plusDays(clocks ? 82 : day)
                        .atTime(18, 0)
                        .atZone(owner.zone())
                        .toInstant();
        this.happenings =
                Happening.night(
                        new Random(mix(seed, 3)), start, charge, !low, (int) NIGHT.toHours());
        this.pace = new Random(mix(seed, 4));
        faults(new Random(mix(seed, 5)));
        happenings.forEach(one -> edges.add(one.at()));
        this.witness = new Witness(owner);
        OwnerRules rules = owner.rules();
        Set<Quantity> provided = EnumSet.noneOf(Quantity.class);
        provided.addAll(TOLD);
        this.gate = new Gate(rules.rules(provided));
        this.usage = new DayUsage(rules.zone());
    }

    private static long mix(long seed, long stream) {
        long mixed = seed * 0x9E3779B97F4A7C15L + stream * 0xD1B54A32D192ED03L;
        mixed = (mixed ^ (mixed >>> 30)) * 0xBF58476D1CE4E5B9L;
        return mixed ^ (mixed >>> 31);
    }

    /**
     * Faults of every kind. If everything that tells of people or of power lies at the same time
     * and says it is new, nobody can know: at most two of the first and one of the second do.
     */
    private void faults(Random draws) {
        int stuckSafety = 0;
        int stuckPower = 0;
        List<Fault> kinds = List.of(Fault.values());
        for (Quantity quantity : TOLD) {
            var spans = new ArrayList<Channel.Span>();
            boolean power =
                    switch (quantity) {
                        case MAINS, BATTERY, DISCHARGING -> true;
                        default -> false;
                    };
            if (quantity.safety() && stuckSafety < 2 && draws.nextInt(8) == 0) {
                stuckSafety++;
                Instant from = start.plusSeconds(1_800);
                spans.add(new Channel.Span(Fault.STUCK, from, start.plus(NIGHT), 0));
                edges.add(from);
                channels.add(new Channel(quantity, spans, new Random(mix(seed, 6)), start));
                continue;
            }
            int count = quantity == Quantity.PAUSED ? 0 : draws.nextInt(3);
            Instant from = start;
            for (int i = 0; i < count; i++) {
                Fault fault = kinds.get(draws.nextInt(kinds.size()));
                if (fault == Fault.STUCK) {
                    boolean full =
                            quantity.safety() ? stuckSafety++ >= 2 : power && stuckPower++ >= 1;
                    fault = full ? Fault.FROZEN : fault;
                }
                // Half of the faults come just before something happens: there they hurt.
                Instant at =
                        happenings.isEmpty() || draws.nextBoolean()
                                ? from.plusSeconds(draws.nextInt(20_000))
                                : happenings
                                        .get(draws.nextInt(happenings.size()))
                                        .at()
                                        .minusMillis(draws.nextInt(20_000));
                at = at.isBefore(from) ? from : at;
                boolean lasting = fault == Fault.STUCK || draws.nextInt(4) == 0;
                Instant until = at.plusMillis(200 + draws.nextInt(lasting ? 12_000_000 : 60_000));
                spans.add(new Channel.Span(fault, at, until, draws.nextDouble()));
                edges.add(at);
                edges.add(until);
                from = until;
            }
            channels.add(new Channel(quantity, spans, new Random(mix(seed, 6)), start));
        }
    }

    /** Lives the night. */
    public Outcome run() {
        Instant now = start;
        Instant end = start.plus(NIGHT);
        Instant before = now;
        int next = 0;
        boolean is = false;
        double margin = 100;
        while (now.isBefore(end)) {
            for (; next < happenings.size() && !happenings.get(next).at().isAfter(now); next++) {
                car.set(happenings.get(next).quantity(), happenings.get(next).value());
            }
            Duration passed = Duration.between(before, now);
            car.pass(passed, is);
            if (is) {
                open = open.plus(passed);
                usage.add(
                        new Taken(passed, Math.round(Owner.WATTS * passed.toMillis() / 1e3), 0),
                        now);
                witness.computed(passed, now);
            }
            boolean was = is;
            is = evaluate(now);
            witness.look(car, liars(now), is, now).forEach(this::record);
            allowed = witness.allows(now) && !usedUp(now) ? allowed.plus(passed) : allowed;
            note(was, is, now);
            if (is && !car.is(Quantity.MAINS)) {
                margin = Math.min(margin, car.charge() - owner.floor());
                corners.add(NightCorner.ON_BATTERY);
            }
            before = now;
            now = later(now, is != was);
        }
        return outcome(margin);
    }

    private boolean evaluate(Instant now) {
        for (Channel channel : channels) {
            for (Reading word : channel.hear(car.get(channel.quantity()), now)) {
                gate.accept(word);
                witness.hear(word);
            }
        }
        usage.readings(now).forEach(gate::accept);
        return gate.evaluate(now) instanceof GateState.Open;
    }

    /** Small steps near whatever may matter, long ones through calm times. */
    private Instant later(Instant now, boolean changed) {
        Instant near = edges.ceiling(now.minus(LIVELY));
        boolean lively = changed || near != null && near.isBefore(now.plus(LIVELY));
        if (lively) {
            return now.plusMillis(100 + pace.nextInt(300));
        }
        Instant step = now.plus(CALM_STEP);
        Instant stop = near == null ? step : near.minus(LIVELY);
        return stop.isBefore(step) && stop.isAfter(now) ? stop : step;
    }

    private Set<Quantity> liars(Instant now) {
        Set<Quantity> liars = EnumSet.noneOf(Quantity.class);
        for (Channel channel : channels) {
            if (channel.fault(now).equals(Optional.of(Fault.STUCK))) {
                liars.add(channel.quantity());
            }
        }
        return liars;
    }

    private void record(Violation violation) {
        violations.add(violation);
    }

    private void note(boolean was, boolean is, Instant now) {
        if (is && !was) {
            corners.add(NightCorner.OPENED);
        }
        if (!is && witness.allows(now) && !usedUp(now)) {
            corners.add(NightCorner.HELD_BACK_AFTER_FLAPS);
        }
        if (is && !was && usage.today(now).atLoad().isZero() && !open.isZero()) {
            corners.add(NightCorner.BUDGET_ANEW_AT_MIDNIGHT);
        }
        if (!was || is) {
            return;
        }
        List<Quantity> lost = witness.lost();
        if (lost.isEmpty() && usedUp(now)) {
            corners.add(NightCorner.CLOSED_BY_BUDGET);
        }
        boolean floor = !car.is(Quantity.MAINS) && car.charge() < owner.floor() + 1.5;
        if (lost.isEmpty() && floor) {
            corners.add(NightCorner.CLOSED_AT_THE_FLOOR);
        } else if (lost.isEmpty() && !usedUp(now)) {
            corners.add(NightCorner.CLOSED_BY_HOURS);
        }
        for (Quantity quantity : lost) {
            channels.stream()
                    .filter(channel -> channel.quantity() == quantity)
                    .flatMap(channel -> channel.fault(now).stream())
                    .forEach(fault -> corners.add(corner(fault)));
            corners.add(corner(quantity));
        }
        if (!liars(now).isEmpty() && !car.parked(liars(now))) {
            corners.add(NightCorner.DROVE_OFF_WITH_A_STUCK_SIGNAL);
        }
    }

    private boolean usedUp(Instant now) {
        double hours = usage.today(now).atLoad().toMillis() / 3.6e6;
        return owner.loadPerDay() > 0 && hours > owner.loadPerDay()
                || owner.energyPerDay() > 0
                        && hours * Owner.WATTS / 1000 > owner.energyPerDay() - 0.001;
    }

    private static NightCorner corner(Fault fault) {
        return switch (fault) {
            case CONTRADICTING -> NightCorner.CLOSED_BY_CONTRADICTION;
            case LATE, LOST, FROZEN, UNKNOWN, STUCK -> NightCorner.CLOSED_BY_STALE_SIGNAL;
        };
    }

    private NightCorner corner(Quantity quantity) {
        return switch (quantity) {
            case GEAR_PARK, SPEED, IGNITION, OCCUPIED, DOOR_OPEN -> NightCorner.CLOSED_BY_PEOPLE;
            case MAINS -> NightCorner.CLOSED_BY_PLUG;
            case DISCHARGING -> NightCorner.CLOSED_BY_GRID;
            case PAUSED -> NightCorner.CLOSED_BY_PAUSE;
            default -> NightCorner.CLOSED_BY_THRESHOLD;
        };
    }

    private Outcome outcome(double margin) {
        return new Outcome(
                seed,
                open,
                allowed,
                witness.flaps(),
                margin,
                count(Violation.Kind.CONSENT),
                count(Violation.Kind.PARKED),
                count(Violation.Kind.FRESH),
                count(Violation.Kind.BATTERY),
                count(Violation.Kind.RULE),
                corners,
                violations.stream()
                        .limit(5)
                        .map(one -> "seed " + seed + " " + one.kind() + ": " + one.text())
                        .toList());
    }

    private int count(Violation.Kind kind) {
        return (int) violations.stream().filter(one -> one.kind() == kind).count();
    }
}
