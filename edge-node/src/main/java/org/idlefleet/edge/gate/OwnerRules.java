package org.idlefleet.edge.gate;

import org.idlefleet.edge.gate.Rule.Side;

import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What an owner set of {@link RuleKey}, checked, and the rules that follow from it. A rule is
 * {@code on}, {@code off}, or {@code auto}: on if a source of this device tells what it looks at. A
 * rule that is on without such a source keeps the gate closed. Immutable.
 */
public final class OwnerRules {
    private static final List<String> SWITCH = List.of("on", "off", "auto");
    private static final List<String> FLAG = List.of("true", "false");

    /** The key that must lie at or above the other. */
    private static final List<List<RuleKey>> ORDERED =
            List.of(
                    List.of(RuleKey.SPEED_MAX, RuleKey.SPEED_RESUME),
                    List.of(RuleKey.BATTERY_RESUME, RuleKey.BATTERY_FLOOR),
                    List.of(RuleKey.LOW_VOLTAGE_RESUME, RuleKey.LOW_VOLTAGE_MIN),
                    List.of(RuleKey.TEMPERATURE_MAX, RuleKey.TEMPERATURE_RESUME),
                    List.of(RuleKey.BATTERY_TEMPERATURE_MAX, RuleKey.BATTERY_TEMPERATURE_RESUME),
                    List.of(RuleKey.CABIN_TEMPERATURE_MAX, RuleKey.CABIN_TEMPERATURE_RESUME),
                    List.of(RuleKey.OTHER_LOAD_MAX, RuleKey.OTHER_LOAD_RESUME),
                    List.of(RuleKey.PRESSURE_MAX, RuleKey.PRESSURE_RESUME),
                    List.of(RuleKey.QUIET_FAN_MAX, RuleKey.QUIET_FAN_RESUME),
                    List.of(RuleKey.PRICE_MAX, RuleKey.PRICE_RESUME));

    private final Map<RuleKey, List<String>> texts;
    private final ZoneId device;

    /** Something that is wrong with what an owner wrote, for people: it names key and remedy. */
    public record Problem(RuleKey key, String text) {}

    private OwnerRules(Map<RuleKey, List<String>> texts, ZoneId device) {
        this.texts = texts;
        this.device = device;
    }

    /**
     * The rules of an owner who wrote {@code said}; what is not in it is as usual.
     *
     * @param said one text for each key, any number for a list
     * @param device the device's own time zone
     * @throws IllegalArgumentException if something is wrong; says the first of {@link #problems}
     */
    public static OwnerRules of(Map<RuleKey, List<String>> said, ZoneId device) {
        List<Problem> problems = problems(said);
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(problems.getFirst().text());
        }
        return new OwnerRules(whole(said), device);
    }

    /** Everything that is wrong with what an owner wrote, in the order of the keys. */
    public static List<Problem> problems(Map<RuleKey, List<String>> said) {
        var problems = new ArrayList<Problem>();
        Map<RuleKey, List<String>> whole = whole(said);
        whole.forEach((key, texts) -> {
            if (!key.list() && texts.size() != 1) {
                problems.add(wrong(key, "one value", texts.toString()));
            } else {
                texts.forEach(text ->
                        check(key, text)
                                .ifPresent(expected ->
                                        problems.add(wrong(key, expected, "'" + text + "'"))));
            }
        });
        if (problems.isEmpty()) {
            var rules = new OwnerRules(whole, ZoneId.of("UTC"));
            ORDERED.forEach(pair -> rules.order(pair.getFirst(), pair.getLast(), problems));
        }
        return problems;
    }

    private void order(RuleKey upper, RuleKey lower, List<Problem> problems) {
        if (number(upper) < number(lower)) {
            boolean floor = upper.key().endsWith("Resume");
            RuleKey culprit = floor ? upper : lower;
            RuleKey other = floor ? lower : upper;
            problems.add(
                    wrong(
                            culprit,
                            (floor ? "at least " : "at most ")
                                    + other.path()
                                    + ", "
                                    + RuleText.plain(number(other)),
                            RuleText.plain(number(culprit))));
        }
    }

    private static Problem wrong(RuleKey key, String expected, String found) {
        return new Problem(key, "'" + key.path() + "' must be " + expected + ", found " + found);
    }

    /** What was expected, if it is not that. */
    private static Optional<String> check(RuleKey key, String text) {
        return switch (key.kind()) {
            case SWITCH ->
                    SWITCH.contains(text)
                            ? Optional.empty()
                            : Optional.of("one of " + String.join(", ", SWITCH));
            case FLAG -> FLAG.contains(text) ? Optional.empty() : Optional.of("true or false");
            case NUMBER ->
                    RuleText.number(text)
                                    .filter(value -> value >= key.min() && value <= key.max())
                                    .isPresent()
                            ? Optional.empty()
                            : Optional.of(
                                    "from "
                                            + RuleText.plain(key.min())
                                            + " to "
                                            + RuleText.plain(key.max()));
            case TIME -> time(key, text);
            case SETTLE -> text.isEmpty() ? Optional.empty() : time(key, text);
            case ZONE ->
                    text.isEmpty() || RuleText.zone(text).isPresent()
                            ? Optional.empty()
                            : Optional.of("a time zone such as Europe/Berlin");
            case SPANS ->
                    RuleText.window(text).isPresent()
                            ? Optional.empty()
                            : Optional.of(
                                    "a list of spans such as '22:00-06:00' or 'Mon-Fri"
                                            + " 22:00-06:00'");
            case PRICES ->
                    RuleText.priced(text).isPresent()
                            ? Optional.empty()
                            : Optional.of(
                                    "a list of spans with a price such as 'Mon-Fri 22:00-06:00"
                                            + " 0.12'");
        };
    }

    private static Optional<String> time(RuleKey key, String text) {
        Optional<Duration> time = RuleText.time(text);
        if (time.isEmpty()) {
            return Optional.of("a time such as 500ms, 30s, 5m or 2h");
        }
        boolean age = key == RuleKey.STALE || key == RuleKey.STALE_SAFETY;
        return age && time.get().isZero() ? Optional.of("more than nothing") : Optional.empty();
    }

    private static Map<RuleKey, List<String>> whole(Map<RuleKey, List<String>> said) {
        var whole = new EnumMap<RuleKey, List<String>>(RuleKey.class);
        for (RuleKey key : RuleKey.values()) {
            List<String> usual = key.list() ? List.of() : List.of(key.usual());
            whole.put(key, List.copyOf(said.getOrDefault(key, usual)));
        }
        return Collections.unmodifiableMap(whole);
    }

    /** Every key with its texts, as they are written in the configuration. */
    public Map<RuleKey, List<String>> texts() {
        return texts;
    }

    private String text(RuleKey key) {
        return list(key).getFirst();
    }

    private List<String> list(RuleKey key) {
        return texts.getOrDefault(key, List.of());
    }

    /** The value of a key of the kind number. */
    public double number(RuleKey key) {
        return RuleText.number(text(key)).orElseThrow();
    }

    /** Age at which a signal counts as unknown. */
    public Duration stale() {
        return time(RuleKey.STALE);
    }

    /** The same for those that say whether somebody drives or sits inside. */
    public Duration staleSafety() {
        return time(RuleKey.STALE_SAFETY);
    }

    boolean flag(RuleKey key) {
        return text(key).equals("true");
    }

    private Duration time(RuleKey key) {
        return RuleText.time(text(key)).orElseThrow();
    }

    private Duration settle(RuleKey key) {
        return text(key).isEmpty() ? time(RuleKey.SETTLE) : time(key);
    }

    private List<Rule.Window> windows(RuleKey key) {
        return list(key).stream().flatMap(text -> RuleText.window(text).stream()).toList();
    }

    /** The zone in which hours and days are meant. */
    public ZoneId zone() {
        String text = text(RuleKey.ZONE);
        return text.isEmpty() ? device : RuleText.zone(text).orElseThrow();
    }

    /** What electricity costs the owner. */
    public Tariff tariff() {
        return tariff(zone());
    }

    Tariff tariff(ZoneId zone) {
        return new Tariff(
                zone,
                list(RuleKey.TARIFF).stream()
                        .flatMap(text -> RuleText.priced(text).stream())
                        .toList());
    }

    private boolean on(RuleKey key) {
        return text(key).equals("on");
    }

    private boolean counts(RuleKey key, Set<Quantity> provided, Quantity quantity) {
        return on(key) || text(key).equals("auto") && provided.contains(quantity);
    }

    /**
     * The rule for fetching models over a network that is not paid for by volume: it enters and
     * leaves, and believes a reading, as the rule {@code metered} does.
     *
     * @param key the setting that asks for it
     */
    public Rule unmetered(String key) {
        return Rule.Threshold.is(
                key, Quantity.METERED, false, settle(RuleKey.METERED_SETTLE), time(RuleKey.STALE));
    }

    /** The rules that count on a device whose sources tell {@code provided}. */
    public List<Rule> rules(Set<Quantity> provided) {
        return rules(provided, stale(), staleSafety());
    }

    /** The same for signals of which each counts until the next one. */
    List<Rule> rulesWithoutAge(Set<Quantity> provided) {
        return rules(provided, Duration.ofDays(10_000), Duration.ofDays(10_000));
    }

    private List<Rule> rules(Set<Quantity> provided, Duration stale, Duration safety) {
        return new Making(provided, stale, safety).rules();
    }

    /** One making of the list. */
    private final class Making {
        private final Set<Quantity> provided;
        private final Duration stale;
        private final Duration staleSafety;
        private final List<Rule> rules = new ArrayList<>();

        Making(Set<Quantity> provided, Duration stale, Duration staleSafety) {
            this.provided = provided;
            this.stale = stale;
            this.staleSafety = staleSafety;
        }

        List<Rule> rules() {
            rules.add(is("owner", Quantity.PAUSED, false, Duration.ZERO));
            yesNo("allowed", RuleKey.ALLOWED, Quantity.ALLOWED, true, RuleKey.ALLOWED_SETTLE);
            if (counts(RuleKey.PARKED, provided, Quantity.GEAR_PARK)) {
                rules.add(parked());
            }
            if (counts(RuleKey.POWER, provided, Quantity.MAINS)) {
                rules.add(power());
            }
            if (counts(RuleKey.LOW_VOLTAGE, provided, Quantity.LOW_VOLTAGE)) {
                rules.add(
                        atLeast(
                                "low_voltage",
                                Quantity.LOW_VOLTAGE,
                                RuleKey.LOW_VOLTAGE_RESUME,
                                RuleKey.LOW_VOLTAGE_MIN,
                                RuleKey.LOW_VOLTAGE_SETTLE,
                                0));
            }
            limit(
                    "temperature",
                    Quantity.TEMPERATURE,
                    RuleKey.TEMPERATURE,
                    RuleKey.TEMPERATURE_RESUME,
                    RuleKey.TEMPERATURE_MAX,
                    RuleKey.TEMPERATURE_SETTLE);
            limit(
                    "battery_temperature",
                    Quantity.BATTERY_TEMPERATURE,
                    RuleKey.BATTERY_TEMPERATURE,
                    RuleKey.BATTERY_TEMPERATURE_RESUME,
                    RuleKey.BATTERY_TEMPERATURE_MAX,
                    RuleKey.BATTERY_TEMPERATURE_SETTLE);
            limit(
                    "cabin_temperature",
                    Quantity.CABIN_TEMPERATURE,
                    RuleKey.CABIN_TEMPERATURE,
                    RuleKey.CABIN_TEMPERATURE_RESUME,
                    RuleKey.CABIN_TEMPERATURE_MAX,
                    RuleKey.CABIN_TEMPERATURE_SETTLE);
            limit(
                    "other_load",
                    Quantity.OTHER_LOAD,
                    RuleKey.OTHER_LOAD,
                    RuleKey.OTHER_LOAD_RESUME,
                    RuleKey.OTHER_LOAD_MAX,
                    RuleKey.OTHER_LOAD_SETTLE);
            limit(
                    "pressure",
                    Quantity.PRESSURE,
                    RuleKey.PRESSURE,
                    RuleKey.PRESSURE_RESUME,
                    RuleKey.PRESSURE_MAX,
                    RuleKey.PRESSURE_SETTLE);
            if (counts(RuleKey.USER_IDLE, provided, Quantity.USER_IDLE)) {
                double seconds = time(RuleKey.USER_IDLE_FOR).toMillis() / 1e3;
                rules.add(
                        threshold(
                                "user_idle",
                                Quantity.USER_IDLE,
                                Side.AT_LEAST,
                                seconds,
                                seconds,
                                settle(RuleKey.USER_IDLE_SETTLE)));
            }
            yesNo("awake", RuleKey.AWAKE, Quantity.SLEEPING, false, RuleKey.AWAKE_SETTLE);
            yesNo("lid", RuleKey.LID, Quantity.LID_CLOSED, false, RuleKey.LID_SETTLE);
            yesNo("metered", RuleKey.METERED, Quantity.METERED, false, RuleKey.METERED_SETTLE);
            yesNo("home", RuleKey.HOME, Quantity.HOME, true, RuleKey.HOME_SETTLE);
            limit(
                    "price",
                    Quantity.PRICE,
                    RuleKey.PRICE,
                    RuleKey.PRICE_RESUME,
                    RuleKey.PRICE_MAX,
                    RuleKey.PRICE_SETTLE);
            budget("energy_today", Quantity.ENERGY_TODAY, RuleKey.ENERGY_PER_DAY);
            budget("data_today", Quantity.DATA_TODAY, RuleKey.DATA_PER_DAY);
            budget("load_today", Quantity.LOAD_TODAY, RuleKey.LOAD_PER_DAY);
            if (!windows(RuleKey.QUIET_HOURS).isEmpty()) {
                rules.add(quiet());
            }
            if (!windows(RuleKey.HOURS).isEmpty()) {
                rules.add(new Rule.Hours("hours", zone(), windows(RuleKey.HOURS), true));
            }
            return rules;
        }

        private void yesNo(
                String name, RuleKey use, Quantity quantity, boolean yes, RuleKey settle) {
            if (counts(use, provided, quantity)) {
                rules.add(is(name, quantity, yes, settle(settle)));
            }
        }

        private void limit(
                String name,
                Quantity quantity,
                RuleKey use,
                RuleKey resume,
                RuleKey max,
                RuleKey settle) {
            if (counts(use, provided, quantity)) {
                rules.add(atMost(name, quantity, resume, max, settle));
            }
        }

        private void budget(String name, Quantity quantity, RuleKey key) {
            double most = number(key);
            if (most > 0) {
                rules.add(threshold(name, quantity, Side.AT_MOST, most, most, Duration.ZERO));
            }
        }

        /** In park, and, as far as the vehicle tells, standing still, switched off, empty, shut. */
        private Rule parked() {
            Duration settle = settle(RuleKey.PARKED_SETTLE);
            var parts = new ArrayList<Rule>();
            parts.add(is("gear", Quantity.GEAR_PARK, true, settle));
            if (provided.contains(Quantity.SPEED)) {
                parts.add(
                        atMost(
                                "speed",
                                Quantity.SPEED,
                                RuleKey.SPEED_RESUME,
                                RuleKey.SPEED_MAX,
                                RuleKey.PARKED_SETTLE));
            }
            for (Quantity quantity :
                    List.of(Quantity.IGNITION, Quantity.OCCUPIED, Quantity.DOOR_OPEN)) {
                if (provided.contains(quantity)) {
                    parts.add(is(quantity.key(), quantity, false, settle));
                }
            }
            return new Rule.AllOf("parked", parts);
        }

        private Rule power() {
            Duration settle = settle(RuleKey.POWER_SETTLE);
            var feeds = new ArrayList<Rule>();
            feeds.add(new Rule.Fed("mains", is("mains", Quantity.MAINS, true, settle)));
            if (flag(RuleKey.ON_BATTERY) && provided.contains(Quantity.BATTERY)) {
                feeds.add(
                        atLeast(
                                "battery",
                                Quantity.BATTERY,
                                RuleKey.BATTERY_RESUME,
                                RuleKey.BATTERY_FLOOR,
                                RuleKey.POWER_SETTLE,
                                number(RuleKey.BATTERY_DRAIN)));
            }
            var any = new Rule.AnyOf("power", feeds);
            if (flag(RuleKey.DISCHARGING) || !provided.contains(Quantity.DISCHARGING)) {
                return any;
            }
            return new Rule.AllOf(
                    "power", List.of(any, is("discharging", Quantity.DISCHARGING, false, settle)));
        }

        /** Outside the quiet hours, or with fans that nobody hears. */
        private Rule quiet() {
            var ways = new ArrayList<Rule>();
            ways.add(new Rule.Hours("quiet_hours", zone(), windows(RuleKey.QUIET_HOURS), false));
            if (number(RuleKey.QUIET_FAN_MAX) > 0) {
                ways.add(
                        atMost(
                                "fan",
                                Quantity.FAN,
                                RuleKey.QUIET_FAN_RESUME,
                                RuleKey.QUIET_FAN_MAX,
                                RuleKey.QUIET_SETTLE));
            }
            return new Rule.AnyOf("quiet", ways);
        }

        private Rule.Threshold is(String name, Quantity quantity, boolean yes, Duration settle) {
            return Rule.Threshold.is(name, quantity, yes, settle, age(quantity));
        }

        private Rule atMost(
                String name, Quantity quantity, RuleKey resume, RuleKey max, RuleKey settle) {
            return threshold(
                    name, quantity, Side.AT_MOST, number(resume), number(max), settle(settle));
        }

        private Rule atLeast(
                String name,
                Quantity quantity,
                RuleKey resume,
                RuleKey floor,
                RuleKey settle,
                double creep) {
            return new Rule.Threshold(
                    name,
                    quantity,
                    Side.AT_LEAST,
                    number(resume),
                    number(floor),
                    settle(settle),
                    age(quantity),
                    creep);
        }

        private Rule threshold(
                String name,
                Quantity quantity,
                Side side,
                double enter,
                double leave,
                Duration settle) {
            return new Rule.Threshold(name, quantity, side, enter, leave, settle, age(quantity));
        }

        private Duration age(Quantity quantity) {
            return quantity.safety() ? staleSafety : stale;
        }
    }
}
