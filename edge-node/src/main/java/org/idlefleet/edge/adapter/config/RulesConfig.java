package org.idlefleet.edge.adapter.config;

import org.idlefleet.edge.gate.Quantity;
import org.idlefleet.edge.gate.Rule;
import org.idlefleet.edge.gate.Rule.Side;
import org.idlefleet.protocol.adapter.ConfigException;
import org.jspecify.annotations.Nullable;

import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The owner's rules as configured. A rule is {@code on}, {@code off}, or {@code auto}: on if a
 * source of this device tells what the rule looks at. A rule that is on without such a source keeps
 * the gate closed.
 *
 * @param settle how long a rule must hold before it counts as met
 * @param stale age at which a signal counts as unknown
 */
public record RulesConfig(
        Duration settle,
        Duration stale,
        Power power,
        Band temperature,
        Band batteryTemperature,
        Band otherLoad,
        Switch parked,
        Switch userIdle,
        Duration userIdleFor,
        ZoneId zone,
        List<Rule.Window> hours) {
    private static final Pattern WINDOW =
            Pattern.compile(
                    "(?:([A-Za-z]{3})(?:-([A-Za-z]{3}))? +)?(\\d\\d:\\d\\d)-(\\d\\d:\\d\\d)");
    private static final List<String> SWITCH = List.of("on", "off", "auto");

    public RulesConfig {
        hours = List.copyOf(hours);
    }

    /** Whether a rule counts. */
    public enum Switch {
        ON,
        OFF,
        AUTO;

        boolean counts(Set<Quantity> provided, Quantity quantity) {
            return this == ON || this == AUTO && provided.contains(quantity);
        }
    }

    /**
     * An upper limit with its way back.
     *
     * @param max above this the rule does not hold
     * @param resume at or below this it holds again
     */
    public record Band(Switch use, double max, double resume) {}

    /**
     * What may feed the device.
     *
     * @param battery whether a battery will do, if it is charged enough
     * @param floor percent below which a battery no longer does
     * @param resume percent at which it does again
     * @param discharging whether it may be drained
     */
    public record Power(
            Switch use, boolean battery, double floor, double resume, boolean discharging) {}

    static RulesConfig of(EdgeFile.Rules rules) {
        return new RulesConfig(
                Values.time("rules.settle", rules.settle()),
                Values.positive("rules.stale", rules.stale()),
                power(rules),
                band(
                        "temperature",
                        rules.temperature(),
                        rules.temperatureMax(),
                        rules.temperatureResume()),
                band(
                        "batteryTemperature",
                        rules.batteryTemperature(),
                        rules.batteryTemperatureMax(),
                        rules.batteryTemperatureResume()),
                band("otherLoad", rules.otherLoad(), rules.otherLoadMax(), rules.otherLoadResume()),
                use("parked", rules.parked()),
                use("userIdle", rules.userIdle()),
                Values.time("rules.userIdleFor", rules.userIdleFor()),
                zone(rules.zone()),
                rules.hours().stream().map(RulesConfig::window).toList());
    }

    private static Switch use(String key, String text) {
        return Switch.valueOf(Values.word("rules." + key, text, SWITCH).toUpperCase(Locale.ROOT));
    }

    private static Power power(EdgeFile.Rules rules) {
        double floor = Values.between("rules.batteryFloor", rules.batteryFloor(), 0, 100);
        double resume = Values.between("rules.batteryResume", rules.batteryResume(), 0, 100);
        if (resume < floor) {
            throw Values.wrong(
                    "rules.batteryResume",
                    "at least rules.batteryFloor, " + Values.plain(floor),
                    Values.plain(resume));
        }
        return new Power(
                use("power", rules.power()), rules.onBattery(), floor, resume, rules.discharging());
    }

    private static Band band(String key, String use, double max, double resume) {
        Values.between("rules." + key + "Max", max, -40, 200);
        Values.between("rules." + key + "Resume", resume, -40, 200);
        if (resume > max) {
            throw Values.wrong(
                    "rules." + key + "Resume",
                    "at most rules." + key + "Max, " + Values.plain(max),
                    Values.plain(resume));
        }
        return new Band(use(key, use), max, resume);
    }

    private static ZoneId zone(String text) {
        try {
            return text.isBlank() ? ZoneId.systemDefault() : ZoneId.of(text);
        } catch (DateTimeException e) {
            throw Values.wrong("rules.zone", "a time zone such as Europe/Berlin", "'" + text + "'");
        }
    }

    private static Rule.Window window(String text) {
        Matcher matcher = WINDOW.matcher(text);
        try {
            if (matcher.matches()) {
                return new Rule.Window(
                        days(matcher.group(1), matcher.group(2)),
                        LocalTime.parse(matcher.group(3)),
                        LocalTime.parse(matcher.group(4)));
            }
        } catch (DateTimeException | IllegalArgumentException e) {
            throw badWindow(text);
        }
        throw badWindow(text);
    }

    private static ConfigException badWindow(String text) {
        return Values.wrong(
                "rules.hours",
                "a list of spans such as '22:00-06:00' or 'Mon-Fri 22:00-06:00'",
                "'" + text + "'");
    }

    private static Set<DayOfWeek> days(@Nullable String from, @Nullable String to) {
        if (from == null) {
            return EnumSet.allOf(DayOfWeek.class);
        }
        DayOfWeek last = day(to == null ? from : to);
        var days = EnumSet.noneOf(DayOfWeek.class);
        for (DayOfWeek day = day(from); days.add(day) && day != last; day = day.plus(1)) {}
        return days;
    }

    private static DayOfWeek day(String name) {
        for (DayOfWeek day : DayOfWeek.values()) {
            if (day.name().substring(0, 3).equalsIgnoreCase(name)) {
                return day;
            }
        }
        throw new IllegalArgumentException("no day is called " + name);
    }

    /** The rules that count on a device whose sources tell {@code provided}. */
    public List<Rule> rules(Set<Quantity> provided) {
        var rules = new ArrayList<Rule>();
        rules.add(Rule.Threshold.is("owner", Quantity.PAUSED, false, Duration.ZERO, stale));
        if (parked.counts(provided, Quantity.GEAR_PARK)) {
            rules.add(parkedRule(provided));
        }
        if (power.use().counts(provided, Quantity.MAINS)) {
            rules.add(powerRule(provided));
        }
        limit(rules, "temperature", temperature, Quantity.TEMPERATURE, provided);
        limit(
                rules,
                "battery_temperature",
                batteryTemperature,
                Quantity.BATTERY_TEMPERATURE,
                provided);
        limit(rules, "other_load", otherLoad, Quantity.OTHER_LOAD, provided);
        if (userIdle.counts(provided, Quantity.USER_IDLE)) {
            double seconds = userIdleFor.toMillis() / 1e3;
            rules.add(
                    new Rule.Threshold(
                            "user_idle",
                            Quantity.USER_IDLE,
                            Side.AT_LEAST,
                            seconds,
                            seconds,
                            Duration.ZERO,
                            stale));
        }
        if (!hours.isEmpty()) {
            rules.add(new Rule.Hours("hours", zone, hours));
        }
        return rules;
    }

    private void limit(
            List<Rule> rules, String name, Band band, Quantity quantity, Set<Quantity> provided) {
        if (band.use().counts(provided, quantity)) {
            rules.add(
                    new Rule.Threshold(
                            name,
                            quantity,
                            Side.AT_MOST,
                            band.resume(),
                            band.max(),
                            settle,
                            stale));
        }
    }

    /** In park, and, as far as the vehicle tells, standing still, switched off, empty and shut. */
    private Rule parkedRule(Set<Quantity> provided) {
        var parts = new ArrayList<Rule>();
        parts.add(Rule.Threshold.is("gear", Quantity.GEAR_PARK, true, settle, stale));
        if (provided.contains(Quantity.SPEED)) {
            parts.add(
                    new Rule.Threshold(
                            "speed", Quantity.SPEED, Side.AT_MOST, 0, 0.5, settle, stale));
        }
        for (Quantity quantity :
                List.of(Quantity.IGNITION, Quantity.OCCUPIED, Quantity.DOOR_OPEN)) {
            if (provided.contains(quantity)) {
                parts.add(Rule.Threshold.is(quantity.key(), quantity, false, settle, stale));
            }
        }
        return new Rule.AllOf("parked", parts);
    }

    private Rule powerRule(Set<Quantity> provided) {
        var sources = new ArrayList<Rule>();
        sources.add(Rule.Threshold.is("mains", Quantity.MAINS, true, settle, stale));
        if (power.battery() && provided.contains(Quantity.BATTERY)) {
            sources.add(
                    new Rule.Threshold(
                            "battery",
                            Quantity.BATTERY,
                            Side.AT_LEAST,
                            power.resume(),
                            power.floor(),
                            settle,
                            stale));
        }
        var any = new Rule.AnyOf("power", sources);
        if (power.discharging() || !provided.contains(Quantity.DISCHARGING)) {
            return any;
        }
        return new Rule.AllOf(
                "power",
                List.of(
                        any,
                        Rule.Threshold.is(
                                "discharging", Quantity.DISCHARGING, false, settle, stale)));
    }
}
