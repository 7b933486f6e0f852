package org.idlefleet.edge.gate;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * What an owner's rules would have made of signals that were recorded, and what is odd about them:
 * rules that can never hold, and rules that never close the gate. The gate it asks is the one that
 * computes. Budgets are counted as if the device had been at load whenever the gate was open.
 */
public final class Linter {
    /** Below this much of a recording nothing is concluded from what never happened in it. */
    private static final Duration ENOUGH = Duration.ofHours(1);

    /** How often budgets are counted anew. */
    private static final Duration STEP = Duration.ofMinutes(1);

    /** A week without a change of clocks that begins on a Monday. */
    private static final Instant WEEK = Instant.parse("2001-01-01T00:00:00Z");

    private static final int MINUTES_OF_WEEK = 7 * 24 * 60;

    private final OwnerRules owner;
    private final double watts;
    private final Set<Quantity> provided;
    private final List<Rule> rules;
    private final List<Warning> warnings = new ArrayList<>();
    private final Map<String, Share> shares = new LinkedHashMap<>();
    private Duration recorded = Duration.ZERO;
    private Duration open = Duration.ZERO;
    private int times;

    /**
     * What was found.
     *
     * @param recorded for how long there are signals
     * @param open for how long the gate would have been open
     * @param times how often it would have opened
     * @param shares rule by rule, in their order
     */
    public record Report(
            Duration recorded,
            Duration open,
            int times,
            List<Share> shares,
            List<Warning> warnings) {}

    /**
     * What one rule did.
     *
     * @param closed for how long it did not hold
     * @param alone for how much of that it was the only one
     */
    public record Share(String rule, Duration closed, Duration alone) {
        private Share plus(Duration time, boolean only) {
            return new Share(rule, closed.plus(time), only ? alone.plus(time) : alone);
        }
    }

    /** Something that an owner will hardly have meant. */
    public record Warning(String rule, String text) {}

    private Linter(OwnerRules owner, Set<Quantity> sources, double watts) {
        this.owner = owner;
        this.watts = watts;
        this.provided = EnumSet.noneOf(Quantity.class);
        provided.addAll(sources);
        provided.addAll(
                List.of(
                        Quantity.PAUSED,
                        Quantity.LOAD_TODAY,
                        Quantity.ENERGY_TODAY,
                        Quantity.DATA_TODAY));
        if (!owner.tariff().isEmpty()) {
            provided.add(Quantity.PRICE);
        }
        this.rules = owner.rulesWithoutAge(provided);
    }

    /**
     * Tries rules on what was recorded.
     *
     * @param sources what the sources of this device tell, or of the one that was recorded
     * @param recordings none overlaps another
     * @param watts what the device draws while it computes; 0 means nobody knows
     */
    public static Report check(
            OwnerRules rules, Set<Quantity> sources, List<Recording> recordings, double watts) {
        var linter = new Linter(rules, sources, watts);
        linter.impossible();
        linter.useless();
        linter.schedules(sources.contains(Quantity.PRICE));
        linter.replay(recordings);
        return new Report(
                linter.recorded,
                linter.open,
                linter.times,
                List.copyOf(linter.shares.values()),
                List.copyOf(linter.warnings));
    }

    /** What these recordings tell. */
    public static Set<Quantity> told(List<Recording> recordings) {
        Set<Quantity> told = EnumSet.noneOf(Quantity.class);
        recordings.forEach(
                recording -> recording.lines().forEach(line -> told.add(line.quantity())));
        return told;
    }

    private void warn(String rule, String text) {
        warnings.add(new Warning(rule, text));
    }

    // What can be said without any recording.

    private void impossible() {
        for (Rule rule : rules) {
            String why = why(rule);
            if (!why.isEmpty()) {
                warn(rule.name(), "can never hold: " + why);
            }
        }
        if (owner.flag(RuleKey.ON_BATTERY)
                && !owner.flag(RuleKey.DISCHARGING)
                && provided.contains(Quantity.BATTERY)
                && provided.contains(Quantity.DISCHARGING)
                && rules.stream().anyMatch(rule -> rule.name().equals("power"))) {
            warn(
                    "power",
                    "a battery alone will hardly do: while the device runs on it, it is drained,"
                            + " which rules.discharging forbids");
        }
    }

    /** Why a rule can never hold; empty if it may. */
    private String why(Rule rule) {
        return switch (rule) {
            case Rule.Threshold threshold -> why(threshold);
            case Rule.Fed fed -> why(fed.charger());
            case Rule.AllOf all ->
                    all.rules().stream()
                            .map(this::why)
                            .filter(why -> !why.isEmpty())
                            .findFirst()
                            .orElse("");
            case Rule.AnyOf any -> {
                List<String> reasons = any.rules().stream().map(this::why).toList();
                yield reasons.contains("") ? "" : String.join("; ", reasons);
            }
            case Rule.Hours hours ->
                    hours.windows().isEmpty() && hours.inside() ? "it has no hours" : "";
        };
    }

    private String why(Rule.Threshold rule) {
        String key = rule.quantity().key();
        if (!provided.contains(rule.quantity())) {
            return "no source of this device tells " + key;
        }
        if (rule.quantity() == Quantity.OTHER_LOAD && rule.enter() <= 0) {
            return "others never use nothing at all, and " + key + " must come down to 0 %";
        }
        return "";
    }

    /** Rules that count, and that no value can end. */
    private void useless() {
        for (Rule rule : rules) {
            if (rule instanceof Rule.Threshold threshold
                    && threshold.quantity().unit() == Quantity.Unit.PERCENT
                    && (threshold.side() == Rule.Side.AT_MOST
                            ? threshold.leave() >= 100
                            : threshold.leave() <= 0)) {
                warn(rule.name(), "never closes the gate: no share goes beyond its threshold");
            }
            if (rule instanceof Rule.AllOf all) {
                all.rules().forEach(this::uselessFloor);
            } else {
                uselessFloor(rule);
            }
        }
    }

    private void uselessFloor(Rule rule) {
        boolean floorless =
                rule instanceof Rule.AnyOf any
                        && any.rules().stream()
                                .anyMatch(part ->
                                        part instanceof Rule.Threshold threshold
                                                && threshold.quantity() == Quantity.BATTERY
                                                && threshold.leave() <= 0);
        if (floorless) {
            warn(rule.name(), "a battery may be emptied: rules.batteryFloor is 0 %");
        }
    }

    /** Hours, quiet hours and cheap hours over a week. */
    private void schedules(boolean otherPrices) {
        List<Schedule> wanted = new ArrayList<>();
        List<Schedule> unwanted = new ArrayList<>();
        rules.forEach(rule -> {
            if (rule instanceof Rule.Hours hours) {
                (hours.inside() ? wanted : unwanted)
                        .add(new Schedule(ZoneOffset.UTC, hours.windows()));
            } else if (rule instanceof Rule.AnyOf(String _, List<Rule> ways)
                    && ways.size() == 1
                    && ways.getFirst() instanceof Rule.Hours hours) {
                unwanted.add(new Schedule(ZoneOffset.UTC, hours.windows()));
            }
        });
        Tariff tariff = owner.tariff(ZoneOffset.UTC);
        boolean priced =
                !otherPrices && rules.stream().anyMatch(rule -> rule.name().equals("price"));
        double cheap = owner.number(RuleKey.PRICE_RESUME);
        double dear = owner.number(RuleKey.PRICE_MAX);
        int inside = 0;
        int loud = 0;
        int affordable = 0;
        int unpriced = 0;
        int closing = 0;
        int together = 0;
        for (int minute = 0; minute < MINUTES_OF_WEEK; minute++) {
            Instant at = WEEK.plusSeconds(60L * minute);
            boolean in = wanted.stream().allMatch(schedule -> schedule.inside(at));
            boolean out = unwanted.stream().noneMatch(schedule -> schedule.inside(at));
            OptionalDouble price = priced ? tariff.priceAt(at) : OptionalDouble.of(cheap);
            boolean low = price.isPresent() && price.getAsDouble() <= cheap;
            inside += in ? 1 : 0;
            loud += out ? 1 : 0;
            affordable += low ? 1 : 0;
            unpriced += price.isEmpty() ? 1 : 0;
            closing += price.isEmpty() || price.getAsDouble() > dear ? 1 : 0;
            together += in && out && low ? 1 : 0;
        }
        if (loud == 0) {
            warn("quiet", "can never hold: the quiet hours fill the whole week");
        }
        if (affordable == 0) {
            warn(
                    "price",
                    tariff.isEmpty()
                            ? "can never hold: no source tells power.price, and there is no"
                                    + " rules.tariff"
                            : "can never hold: the cheapest hour of rules.tariff costs "
                                    + RuleText.plain(tariff.cheapest().orElseThrow())
                                    + ", rules.priceResume is "
                                    + RuleText.plain(cheap));
        } else if (priced && closing == 0) {
            warn("price", "never closes the gate: no hour of rules.tariff costs more");
        } else if (unpriced > 0) {
            warn(
                    "price",
                    "rules.tariff has no price for "
                            + hours(Duration.ofMinutes(unpriced))
                            + " of a week; there the gate is closed");
        }
        if (together == 0 && inside > 0 && loud > 0 && affordable > 0) {
            warn(
                    "hours",
                    "the hours, what the quiet hours leave and the cheap hours of the tariff have"
                            + " no minute in common: the gate can never open");
        }
        if (!wanted.isEmpty() && inside == MINUTES_OF_WEEK) {
            warn("hours", "never closes the gate: the hours fill the whole week");
        }
    }

    // What the recordings add.

    private void replay(List<Recording> recordings) {
        rules.forEach(rule ->
                shares.put(rule.name(), new Share(rule.name(), Duration.ZERO, Duration.ZERO)));
        var usage = new DayUsage(owner.zone());
        recordings.stream()
                .sorted((one, other) -> one.began().compareTo(other.began()))
                .forEach(recording -> replay(recording, usage));
        if (recorded.compareTo(ENOUGH) < 0) {
            return;
        }
        boolean some = false;
        for (Share share : shares.values()) {
            boolean known = warnings.stream().anyMatch(one -> one.rule().equals(share.rule()));
            if (share.closed().equals(recorded)) {
                some = true;
                if (!known) {
                    warn(
                            share.rule(),
                            "did not hold at any moment of the "
                                    + hours(recorded)
                                    + " that were recorded");
                }
            }
        }
        if (open.isZero() && !some) {
            warn("gate", "every rule held at times, but never all of them together");
        }
    }

    private void replay(Recording recording, DayUsage usage) {
        var gate = new Gate(rules);
        Tariff tariff = owner.tariff();
        Instant end = recording.ended();
        Instant now = recording.began();
        int line = 0;
        boolean was = false;
        while (now.isBefore(end)) {
            Instant next = end;
            for (; line < recording.lines().size(); line++) {
                TraceLine word = recording.lines().get(line);
                Instant at = recording.began().plus(word.offset());
                if (at.isAfter(now)) {
                    next = at;
                    break;
                }
                if (!word.quantity().derived()) {
                    gate.accept(new Reading(word.quantity(), word.value(), at, word.source()));
                }
            }
            if (!tariff.isEmpty()) {
                gate.accept(new Reading(Quantity.PRICE, tariff.priceAt(now), now, Tariff.SOURCE));
                next = earlier(next, tariff.nextChange(now));
            }
            usage.readings(now).forEach(gate::accept);
            GateState state = gate.evaluate(now);
            boolean is = state instanceof GateState.Open;
            next = earlier(next, earlier(gate.nextDeadline(now), usage.midnight(now)));
            next = is ? earlier(next, now.plus(STEP)) : next;
            next = next.isAfter(now) ? next : now.plusMillis(1);
            Duration time = Duration.between(now, next);
            count(state, time);
            times += is && !was ? 1 : 0;
            was = is;
            now = next;
            if (is) {
                usage.add(new Taken(time, Math.round(watts * time.toMillis() / 1e3), 0), now);
            }
        }
    }

    private void count(GateState state, Duration time) {
        recorded = recorded.plus(time);
        switch (state) {
            case GateState.Open _ -> open = open.plus(time);
            case GateState.Closed closed ->
                    closed.reasons()
                            .forEach(reason ->
                                    shares.computeIfPresent(
                                            reason.rule(),
                                            (_, share) ->
                                                    share.plus(
                                                            time, closed.reasons().size() == 1)));
        }
    }

    private static Instant earlier(Instant one, Instant other) {
        return one.isBefore(other) ? one : other;
    }

    /** Such as {@code 12.5 h}. */
    private static String hours(Duration time) {
        return Quantity.Unit.HOURS.text(time.toMinutes() / 60.0);
    }
}
