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
    /** The hottest sensor of the device. */
    TEMPERATURE("temperature.device", Unit.CELSIUS),
    /** The battery's temperature. */
    BATTERY_TEMPERATURE("temperature.battery", Unit.CELSIUS),
    /** The cabin's temperature. */
    CABIN_TEMPERATURE("temperature.cabin", Unit.CELSIUS),
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
        KILOMETRES_PER_HOUR("km/h");

        private final String sign;

        Unit(String sign) {
            this.sign = sign;
        }

        /** The value as people read it. */
        public String text(double value) {
            if (this == YES_NO) {
                return value != 0 ? "yes" : "no";
            }
            String number =
                    value == Math.rint(value) && Math.abs(value) < 1e15
                            ? Long.toString((long) value)
                            : Double.toString(Math.round(value * 10) / 10.0);
            return number + " " + sign;
        }
    }
}
