package org.idlefleet.edge.gate;

import java.util.Optional;

/**
 * Something about the device that a rule can look at, and the unit it is told in. Sources map what
 * they find (sysfs, VSS, a trace) to these; yes is 1 and no is 0.
 */
public enum Quantity {
    /** Mains or a charger feeds the device. */
    MAINS("power.mains", Unit.YES_NO),
    /** Charge of the battery that computing would drain. */
    BATTERY("power.battery", Unit.PERCENT),
    /** Energy flows out of the battery: into the device, or back to the grid. */
    DISCHARGING("power.discharging", Unit.YES_NO),
    /** Voltage of the small battery that starts the vehicle. */
    LOW_VOLTAGE("power.low_voltage", Unit.VOLTS),
    /** What a kilowatt-hour costs, in the owner's currency. */
    PRICE("power.price", Unit.PER_KILOWATT_HOUR),
    /** The hottest sensor of the device. */
    TEMPERATURE("temperature.device", Unit.CELSIUS),
    /** The battery's temperature. */
    BATTERY_TEMPERATURE("temperature.battery", Unit.CELSIUS),
    /** The cabin's temperature. */
    CABIN_TEMPERATURE("temperature.cabin", Unit.CELSIUS),
    /** The fastest fan. */
    FAN("noise.fan", Unit.TURNS_PER_MINUTE),
    /** Processor time that others than this daemon use, of all processors together. */
    OTHER_LOAD("load.other", Unit.PERCENT),
    /** Share of time in which some task waited for a processor, memory or disk, at worst. */
    PRESSURE("load.pressure", Unit.PERCENT),
    /** Time since a person last touched the device. */
    USER_IDLE("user.idle", Unit.SECONDS),
    /** The gear lever stands at park, or the parking lock is engaged. */
    GEAR_PARK("vehicle.gear_park", Unit.YES_NO),
    /** Speed over ground. */
    SPEED("vehicle.speed", Unit.KILOMETRES_PER_HOUR),
    /** The ignition is on or starting. */
    IGNITION("vehicle.ignition", Unit.YES_NO),
    /** Somebody sits inside. */
    OCCUPIED("vehicle.occupied", Unit.YES_NO),
    /** A door, the hood or the trunk is open. */
    DOOR_OPEN("vehicle.door_open", Unit.YES_NO),
    /** The network is paid for by volume. */
    METERED("network.metered", Unit.YES_NO),
    /** The device is where its owner said that home is; where that is never leaves the device. */
    HOME("place.home", Unit.YES_NO),
    /** Hours at load since the owner's midnight. */
    LOAD_TODAY("today.load", Unit.HOURS),
    /** Energy that computing took since the owner's midnight. */
    ENERGY_TODAY("today.energy", Unit.KILOWATT_HOURS),
    /** Bytes sent and received since the owner's midnight. */
    DATA_TODAY("today.data", Unit.MEBIBYTES),
    /** A switch of the owner's, such as one of a home automation, says yes. */
    ALLOWED("owner.allowed", Unit.YES_NO),
    /** The device is about to sleep or to be switched off. */
    SLEEPING("device.sleeping", Unit.YES_NO),
    /** The device's lid is shut. */
    LID_CLOSED("device.lid_closed", Unit.YES_NO),
    /** The owner said pause. */
    PAUSED("owner.paused", Unit.YES_NO);

    private final String key;
    private final Unit unit;

    Quantity(String key, Unit unit) {
        this.key = key;
        this.unit = unit;
    }

    /** The name that traces, configuration and {@code idlefleet edge why} use. */
    public String key() {
        return key;
    }

    public Unit unit() {
        return unit;
    }

    /**
     * Whether it says that somebody drives or sits inside: a stale word of it can hurt somebody.
     */
    public boolean safety() {
        return switch (this) {
            case GEAR_PARK, SPEED, IGNITION, OCCUPIED, DOOR_OPEN -> true;
            case MAINS,
                    BATTERY,
                    DISCHARGING,
                    LOW_VOLTAGE,
                    PRICE,
                    TEMPERATURE,
                    BATTERY_TEMPERATURE,
                    CABIN_TEMPERATURE,
                    FAN,
                    OTHER_LOAD,
                    PRESSURE,
                    USER_IDLE,
                    METERED,
                    HOME,
                    LOAD_TODAY,
                    ENERGY_TODAY,
                    DATA_TODAY,
                    ALLOWED,
                    SLEEPING,
                    LID_CLOSED,
                    PAUSED ->
                    false;
        };
    }

    /**
     * Whether the node works it out itself, from the owner's rules or its own work, so that what it
     * was once says nothing about other rules.
     */
    public boolean derived() {
        return this == LOAD_TODAY || this == ENERGY_TODAY || this == DATA_TODAY;
    }

    /** The quantity with this {@link #key}. */
    public static Optional<Quantity> ofKey(String key) {
        for (Quantity quantity : values()) {
            if (quantity.key.equals(key)) {
                return Optional.of(quantity);
            }
        }
        return Optional.empty();
    }

    /** The unit of a quantity. */
    public enum Unit {
        YES_NO(""),
        PERCENT("%"),
        CELSIUS("°C"),
        SECONDS("s"),
        VOLTS("V"),
        HOURS("h"),
        KILOWATT_HOURS("kWh"),
        MEBIBYTES("MiB"),
        PER_KILOWATT_HOUR("per kWh"),
        TURNS_PER_MINUTE("rpm"),
        KILOMETRES_PER_HOUR("km/h");

        private final String sign;

        Unit(String sign) {
            this.sign = sign;
        }

        /** How it is written behind a value; empty for yes and no. */
        public String sign() {
            return sign;
        }

        /** The value as people read it. */
        public String text(double value) {
            if (this == YES_NO) {
                return value != 0 ? "yes" : "no";
            }
            int scale = this == PER_KILOWATT_HOUR || this == KILOWATT_HOURS ? 1000 : 10;
            String number =
                    value == Math.rint(value) && Math.abs(value) < 1e15
                            ? Long.toString((long) value)
                            : Double.toString(Math.round(value * scale) / (double) scale);
            return number + " " + sign;
        }
    }
}
