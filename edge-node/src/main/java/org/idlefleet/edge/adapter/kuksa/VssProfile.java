package org.idlefleet.edge.adapter.kuksa;

import org.idlefleet.edge.gate.Quantity;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * How one line of COVESA VSS releases spells what the gate looks at. The vehicle's own version
 * picks it.
 */
public enum VssProfile {
    /** Doors and seats by left, right and position; one charging port. */
    V3("3.1.1", "Row\\d\\.(Left|Right)", "Row\\d\\.Pos\\d\\.IsOccupied", false),
    /** Doors and seats by the driver's side. */
    V4("4.0", "Row\\d\\.(DriverSide|PassengerSide)", VssProfile.SEAT + "IsOccupied", false),
    /** Charging ports of their own. */
    V5("5.1", "Row\\d\\.(DriverSide|PassengerSide)", VssProfile.SEAT + "IsOccupied", true),
    /** A word for who sits where, and signals of the computing unit. */
    V6("6.0", "Row\\d\\.(DriverSide|PassengerSide)", VssProfile.SEAT + "OccupancyStatus", true);

    private static final String SEAT = "Row\\d\\.(DriverSide|Middle|PassengerSide)\\.";
    private static final String BATTERY = "Vehicle.Powertrain.TractionBattery.";
    private static final String PLACE = "Vehicle.CurrentLocation.";
    private static final String GEARBOX = "Vehicle.Powertrain.Transmission.";

    /** Watts out of the battery below which it counts as idle: meters are never quite still. */
    private static final double IDLE_WATTS = 50;

    private final String release;

    @SuppressWarnings("ImmutableEnumChecker") // made by List.of
    private final List<Feature> features;

    VssProfile(String release, String doors, String seats, boolean ports) {
        this.release = release;
        String charging = Pattern.quote(BATTERY + "Charging.");
        this.features =
                List.of(
                        exact(Quantity.GEAR_PARK, GEARBOX + "SelectedGear", Meaning.GEAR, ""),
                        exact(
                                Quantity.GEAR_PARK,
                                GEARBOX + "IsParkLockEngaged",
                                Meaning.YES_NO,
                                ""),
                        exact(Quantity.SPEED, "Vehicle.Speed", Meaning.MAGNITUDE, "km/h"),
                        exact(Quantity.SPEED, "Vehicle.IsMoving", Meaning.YES_NO, ""),
                        exact(
                                Quantity.IGNITION,
                                "Vehicle.LowVoltageSystemState",
                                Meaning.IGNITION,
                                ""),
                        like(Quantity.OCCUPIED, "Vehicle\\.Cabin\\.Seat\\." + seats, Meaning.SEAT),
                        like(
                                Quantity.DOOR_OPEN,
                                "Vehicle\\.(Cabin\\.Door\\."
                                        + doors
                                        + "|Body\\.Trunk\\.(Front|Rear)|Body\\.Hood)\\.IsOpen",
                                Meaning.YES_NO),
                        like(
                                Quantity.MAINS,
                                charging
                                        + (ports ? "ChargingPort\\.\\w+\\." : "")
                                        + "IsChargingCableConnected",
                                Meaning.YES_NO),
                        exact(
                                Quantity.DISCHARGING,
                                BATTERY + "Charging.IsDischarging",
                                Meaning.YES_NO,
                                ""),
                        exact(Quantity.DISCHARGING, BATTERY + "CurrentPower", Meaning.DRAIN, "w"),
                        exact(
                                Quantity.BATTERY,
                                BATTERY + "StateOfCharge.Current",
                                Meaning.PERCENT,
                                "percent"),
                        exact(
                                Quantity.BATTERY,
                                BATTERY + "StateOfCharge.Displayed",
                                Meaning.PERCENT,
                                "percent"),
                        exact(
                                Quantity.LOW_VOLTAGE,
                                "Vehicle.LowVoltageBattery.CurrentVoltage",
                                Meaning.NUMBER,
                                "v"),
                        exact(
                                Quantity.BATTERY_TEMPERATURE,
                                BATTERY + "Temperature.Max",
                                Meaning.NUMBER,
                                "celsius"),
                        exact(
                                Quantity.BATTERY_TEMPERATURE,
                                BATTERY + "Temperature.Average",
                                Meaning.NUMBER,
                                "celsius"),
                        exact(
                                Quantity.CABIN_TEMPERATURE,
                                "Vehicle.Cabin.HVAC.AmbientAirTemperature",
                                Meaning.NUMBER,
                                "celsius"),
                        exact(
                                Quantity.TEMPERATURE,
                                "Vehicle.ControlUnit.Central.Health.Resources.Temperature",
                                Meaning.NUMBER,
                                "celsius"),
                        exact(Quantity.HOME, PLACE + "Latitude", Meaning.LATITUDE, "degrees"),
                        exact(Quantity.HOME, PLACE + "Longitude", Meaning.LONGITUDE, "degrees"),
                        exact(Quantity.HOME, PLACE + "HorizontalAccuracy", Meaning.ACCURACY, "m"),
                        exact(Quantity.HOME, PLACE + "GNSSReceiver.FixType", Meaning.FIX, ""));
    }

    /**
     * Paths that tell a quantity, and how to read their values.
     *
     * @param unit in lower case, as the catalogue has it; empty if there is none
     */
    record Feature(Quantity quantity, Pattern paths, Meaning meaning, String unit) {}

    /** What the values of a path mean. */
    enum Meaning {
        YES_NO,
        /** 126 is park. */
        GEAR,
        /** ON and START are on. */
        IGNITION,
        /** A boolean, or OCCUPIED and EMPTY. */
        SEAT,
        NUMBER,
        PERCENT,
        /** Reverse is a speed, too. */
        MAGNITUDE,
        /** Power into the battery; yes if it flows out. */
        DRAIN,
        LATITUDE,
        LONGITUDE,
        /** By how many metres the position may be wrong. */
        ACCURACY,
        /** Anything but NONE: satellites say where the vehicle is. */
        FIX
    }

    private static Feature exact(Quantity quantity, String path, Meaning meaning, String unit) {
        return new Feature(quantity, Pattern.compile(Pattern.quote(path)), meaning, unit);
    }

    private static Feature like(Quantity quantity, String paths, Meaning meaning) {
        return new Feature(quantity, Pattern.compile(paths), meaning, "");
    }

    static double idleWatts() {
        return IDLE_WATTS;
    }

    /** The release it was written after. */
    public String release() {
        return release;
    }

    /** In the order in which they are believed. */
    List<Feature> features() {
        return features;
    }

    /** The profile for a vehicle of this version; empty if there is none. */
    public static Optional<VssProfile> of(long major) {
        return switch (Math.toIntExact(Math.clamp(major, 0, 99))) {
            case 3 -> Optional.of(V3);
            case 4 -> Optional.of(V4);
            case 5 -> Optional.of(V5);
            case 6 -> Optional.of(V6);
            default -> Optional.empty();
        };
    }
}
