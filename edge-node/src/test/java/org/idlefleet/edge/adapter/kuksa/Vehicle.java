package org.idlefleet.edge.adapter.kuksa;

import org.idlefleet.edge.adapter.kuksa.wire.Value;
import org.idlefleet.edge.gate.Quantity;

import java.util.Map;
import java.util.TreeMap;

/** A car of one VSS release as it stands in a garage: every signal it has, and its value. */
final class Vehicle {
    static final String SPEED = "Vehicle.Speed";
    static final String GEAR = "Vehicle.Powertrain.Transmission.SelectedGear";
    private static final String BATTERY = "Vehicle.Powertrain.TractionBattery.";

    private Vehicle() {}

    /** What it should look like to the gate. */
    static Map<Quantity, Double> expected() {
        return new TreeMap<>(
                Map.of(
                        Quantity.GEAR_PARK, 1.0,
                        Quantity.SPEED, 0.0,
                        Quantity.IGNITION, 0.0,
                        Quantity.OCCUPIED, 0.0,
                        Quantity.DOOR_OPEN, 0.0,
                        Quantity.MAINS, 1.0,
                        Quantity.BATTERY, 81.5,
                        Quantity.DISCHARGING, 0.0));
    }

    /** By path: its unit and its value. */
    record Told(String unit, Value value) {}

    static Map<String, Told> parked(VssProfile profile) {
        var told = new TreeMap<String, Told>();
        told.put("Vehicle.VersionVSS.Major", new Told("", uint(profile.release().charAt(0) - '0')));
        told.put(SPEED, new Told("km/h", number(0)));
        told.put("Vehicle.IsMoving", new Told("", bool(false)));
        told.put(GEAR, new Told("", Value.newBuilder().setInt32(126).build()));
        told.put("Vehicle.LowVoltageSystemState", new Told("", word("OFF")));
        boolean three = profile == VssProfile.V3;
        for (String side : three ? new String[] {"Left", "Right"} : SIDES) {
            told.put("Vehicle.Cabin.Door.Row1." + side + ".IsOpen", new Told("", bool(false)));
        }
        told.put("Vehicle.Body.Trunk.Rear.IsOpen", new Told("", bool(false)));
        told.put("Vehicle.Body.Hood.IsOpen", new Told("", bool(false)));
        for (String seat : three ? new String[] {"Pos1", "Pos2"} : SIDES) {
            String path = "Vehicle.Cabin.Seat.Row1." + seat + ".";
            if (profile == VssProfile.V6) {
                told.put(path + "OccupancyStatus", new Told("", word("EMPTY")));
            } else {
                told.put(path + "IsOccupied", new Told("", bool(false)));
            }
        }
        boolean ports = profile == VssProfile.V5 || profile == VssProfile.V6;
        told.put(
                BATTERY
                        + "Charging."
                        + (ports ? "ChargingPort.AnyPosition." : "")
                        + "IsChargingCableConnected",
                new Told("", bool(true)));
        told.put(BATTERY + "Charging.IsDischarging", new Told("", bool(false)));
        told.put(BATTERY + "CurrentPower", new Told("W", number(7000)));
        told.put(BATTERY + "StateOfCharge.Current", new Told("percent", number(81.5)));
        told.put(
                BATTERY + "Temperature.Average",
                new Told(profile == VssProfile.V6 ? "Celsius" : "celsius", number(21)));
        return told;
    }

    private static final String[] SIDES = {"DriverSide", "PassengerSide"};

    static Value number(double value) {
        return Value.newBuilder().setFloat((float) value).build();
    }

    static Value bool(boolean value) {
        return Value.newBuilder().setBool(value).build();
    }

    static Value word(String value) {
        return Value.newBuilder().setString(value).build();
    }

    static Value uint(int value) {
        return Value.newBuilder().setUint32(value).build();
    }
}
