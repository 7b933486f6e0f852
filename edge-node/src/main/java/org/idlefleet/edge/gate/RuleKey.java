package org.idlefleet.edge.gate;

import java.util.Locale;
import java.util.Optional;

/**
 * What an owner may set under {@code rules.} in the configuration: the one list of names, kinds,
 * units, ranges and usual values that the daemon, its commands and its page go by.
 *
 * <p>Names follow a pattern: {@code X} switches a rule, {@code XMax} (or {@code XMin}, {@code
 * XFloor}) is where it ends, {@code XResume} where it holds again, {@code XSettle} for how long it
 * must hold before it counts.
 */
public enum RuleKey {
    SETTLE(Kind.TIME, "30s", "how long a rule must hold before it counts as met"),
    STALE(Kind.TIME, "3s", "age at which a signal counts as unknown"),
    STALE_SAFETY(
            Kind.TIME,
            "500ms",
            "the same for signals that say whether somebody drives or sits inside"),
    ZONE(Kind.ZONE, "", "time zone of all hours and days; empty means the device's own"),

    PARKED(Kind.SWITCH, "auto", "in park, standing, ignition off, nobody inside, doors shut"),
    SPEED_MAX("km/h", 0, 10, "0.5", "standing ends above this speed"),
    SPEED_RESUME("km/h", 0, 10, "0", "standing begins again at this speed"),
    PARKED_SETTLE(Kind.SETTLE, "", "dwell of the rule 'parked'"),

    POWER(Kind.SWITCH, "auto", "on mains, or on a battery that is charged enough"),
    ON_BATTERY(Kind.FLAG, "true", "a charged battery will do without mains"),
    BATTERY_FLOOR("%", 0, 100, "60", "below this charge the battery no longer does"),
    BATTERY_RESUME("%", 0, 100, "70", "from this charge on it does again"),
    BATTERY_DRAIN(
            "% per hour",
            0,
            1000,
            "5",
            "how fast the charge is taken to fall while computing on battery and no new value"
                    + " comes"),
    DISCHARGING(Kind.FLAG, "false", "the battery may be drained"),
    POWER_SETTLE(Kind.SETTLE, "", "dwell of the rule 'power'"),

    LOW_VOLTAGE(Kind.SWITCH, "auto", "the small battery keeps its voltage"),
    LOW_VOLTAGE_MIN("V", 0, 60, "12.2", "below this voltage the rule ends"),
    LOW_VOLTAGE_RESUME("V", 0, 60, "12.5", "from this voltage on it holds again"),
    LOW_VOLTAGE_SETTLE(Kind.SETTLE, "", "dwell of the rule 'low_voltage'"),

    TEMPERATURE(Kind.SWITCH, "auto", "the device is cool enough"),
    TEMPERATURE_MAX("°C", -40, 200, "85", "above this temperature the rule ends"),
    TEMPERATURE_RESUME("°C", -40, 200, "75", "at this temperature it holds again"),
    TEMPERATURE_SETTLE(Kind.SETTLE, "", "dwell of the rule 'temperature'"),

    BATTERY_TEMPERATURE(Kind.SWITCH, "auto", "the battery is cool enough"),
    BATTERY_TEMPERATURE_MAX("°C", -40, 200, "45", "above this temperature the rule ends"),
    BATTERY_TEMPERATURE_RESUME("°C", -40, 200, "40", "at this temperature it holds again"),
    BATTERY_TEMPERATURE_SETTLE(Kind.SETTLE, "", "dwell of the rule 'battery_temperature'"),

    CABIN_TEMPERATURE(Kind.SWITCH, "auto", "the cabin is cool enough"),
    CABIN_TEMPERATURE_MAX("°C", -40, 200, "45", "above this temperature the rule ends"),
    CABIN_TEMPERATURE_RESUME("°C", -40, 200, "40", "at this temperature it holds again"),
    CABIN_TEMPERATURE_SETTLE(Kind.SETTLE, "", "dwell of the rule 'cabin_temperature'"),

    OTHER_LOAD(Kind.SWITCH, "auto", "others leave the processors to us"),
    OTHER_LOAD_MAX("%", 0, 100, "50", "above this use by others the rule ends"),
    OTHER_LOAD_RESUME("%", 0, 100, "25", "at this use it holds again"),
    OTHER_LOAD_SETTLE(Kind.SETTLE, "", "dwell of the rule 'other_load'"),

    PRESSURE(
            Kind.SWITCH,
            "off",
            "nobody waits for processor, memory or disk; what this node waits for counts, too"),
    PRESSURE_MAX("%", 0, 100, "40", "above this share of waiting the rule ends"),
    PRESSURE_RESUME("%", 0, 100, "20", "at this share it holds again"),
    PRESSURE_SETTLE(Kind.SETTLE, "", "dwell of the rule 'pressure'"),

    USER_IDLE(Kind.SWITCH, "off", "nobody uses the device"),
    USER_IDLE_FOR(Kind.TIME, "5m", "time since the last touch from which on nobody does"),
    USER_IDLE_SETTLE(Kind.SETTLE, "", "dwell of the rule 'user_idle'"),

    AWAKE(Kind.SWITCH, "auto", "the device is not about to sleep or to be switched off"),
    AWAKE_SETTLE(Kind.SETTLE, "", "dwell of the rule 'awake'"),

    LID(Kind.SWITCH, "off", "the lid is open"),
    LID_SETTLE(Kind.SETTLE, "", "dwell of the rule 'lid'"),

    METERED(Kind.SWITCH, "auto", "the network is not paid for by volume"),
    METERED_SETTLE(Kind.SETTLE, "", "dwell of the rule 'metered'"),

    HOME(Kind.SWITCH, "auto", "the device is at home"),
    HOME_SETTLE(Kind.SETTLE, "", "dwell of the rule 'home'"),

    ALLOWED(Kind.SWITCH, "auto", "a switch of the owner's elsewhere says yes"),
    ALLOWED_SETTLE(Kind.SETTLE, "", "dwell of the rule 'allowed'"),

    HOURS(Kind.SPANS, "", "local time lies in one of these spans; none means any time"),
    QUIET_HOURS(Kind.SPANS, "", "spans in which fans must be quiet"),
    QUIET_FAN_MAX(
            "rpm",
            0,
            100_000,
            "0",
            "above this speed a fan is not quiet; 0 means compute nothing then"),
    QUIET_FAN_RESUME("rpm", 0, 100_000, "0", "at this speed it is quiet again"),
    QUIET_SETTLE(Kind.SETTLE, "", "dwell of the fan's part of the rule 'quiet'"),

    TARIFF(
            Kind.PRICES,
            "",
            "what a kilowatt-hour costs, by spans of local time; of several the last counts"),
    PRICE(Kind.SWITCH, "off", "electricity is cheap enough"),
    PRICE_MAX("per kWh", -100, 1_000_000, "0.3", "above this price the rule ends"),
    PRICE_RESUME("per kWh", -100, 1_000_000, "0.28", "at this price it holds again"),
    PRICE_SETTLE(Kind.SETTLE, "", "dwell of the rule 'price'"),

    ENERGY_PER_DAY("kWh", 0, 10_000, "0", "energy that a day may cost; 0 means any"),
    DATA_PER_DAY("MiB", 0, 1e9, "0", "bytes that may move in a day; 0 means any"),
    LOAD_PER_DAY("h", 0, 24, "0", "hours at load that a day may have; 0 means any");

    private final Kind kind;
    private final String unit;
    private final double min;
    private final double max;
    private final String usual;
    private final String meaning;

    /** What a value is and how it is written. */
    public enum Kind {
        /**
         * {@code on}, {@code off}, {@code auto}: on where a source tells what the rule looks at.
         */
        SWITCH,
        /** {@code true} or {@code false}. */
        FLAG,
        /** A number within {@link #min} and {@link #max}. */
        NUMBER,
        /** {@code 500ms}, {@code 30s}, {@code 5m}, {@code 2h}. */
        TIME,
        /** A time, or nothing for that of {@link #SETTLE}. */
        SETTLE,
        /** A time zone such as {@code Europe/Berlin}, or nothing. */
        ZONE,
        /** A list of spans such as {@code Mon-Fri 22:00-06:00}. */
        SPANS,
        /** A list of spans with a price such as {@code Mon-Fri 22:00-06:00 0.12}. */
        PRICES
    }

    RuleKey(Kind kind, String usual, String meaning) {
        this(kind, "", 0, 0, usual, meaning);
    }

    RuleKey(String unit, double min, double max, String usual, String meaning) {
        this(Kind.NUMBER, unit, min, max, usual, meaning);
    }

    RuleKey(Kind kind, String unit, double min, double max, String usual, String meaning) {
        this.kind = kind;
        this.unit = unit;
        this.min = min;
        this.max = max;
        this.usual = usual;
        this.meaning = meaning;
    }

    /** Its name under {@code rules.}, such as {@code batteryFloor}. */
    public String key() {
        var key = new StringBuilder();
        for (String word : name().split("_")) {
            String lower = word.toLowerCase(Locale.ROOT);
            key.append(
                    key.isEmpty()
                            ? lower
                            : Character.toUpperCase(lower.charAt(0)) + lower.substring(1));
        }
        return key.toString();
    }

    /** Its whole name in the configuration, such as {@code rules.batteryFloor}. */
    public String path() {
        return "rules." + key();
    }

    public Kind kind() {
        return kind;
    }

    /** Of a number; empty if it has none. */
    public String unit() {
        return unit;
    }

    /** The least that a number may be. */
    public double min() {
        return min;
    }

    /** The most that a number may be. */
    public double max() {
        return max;
    }

    /** Its value where the owner says nothing; an empty list for spans and prices. */
    public String usual() {
        return usual;
    }

    /** What it means, for people. */
    public String meaning() {
        return meaning;
    }

    /** Whether its value is a list of texts. */
    public boolean list() {
        return kind == Kind.SPANS || kind == Kind.PRICES;
    }

    /** The key with this {@link #key}. */
    public static Optional<RuleKey> of(String key) {
        for (RuleKey one : values()) {
            if (one.key().equals(key)) {
                return Optional.of(one);
            }
        }
        return Optional.empty();
    }
}
