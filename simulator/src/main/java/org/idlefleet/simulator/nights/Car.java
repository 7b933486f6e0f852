package org.idlefleet.simulator.nights;

import org.idlefleet.edge.gate.Quantity;

import java.time.Duration;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/**
 * How it is with one vehicle, whatever its signals say. Electric cars of 60 and 75 kWh, and hybrids
 * of 24; a computer of 160 to 800 W, 250 W to stay awake for it, chargers of 1.4, 7.2 and 9.6 kW.
 */
final class Car {
    private static final double AWAKE_WATTS = 250;
    private static final double DRIVING_WATTS = 9_000;
    private static final double EXPORT_WATTS = 5_000;

    private final Map<Quantity, Double> values = new EnumMap<>(Quantity.class);
    private final Random weather;
    private final double capacityWattHours;
    private final double computerWatts;
    private final double chargerWatts;
    private final double restless;
    private double charge;
    private double loadLeft;
    private double walkLeft;

    /**
     * @param charge in percent
     * @param draws the vehicle's own equipment
     * @param weather everything about it that wanders by itself
     */
    Car(double charge, Random draws, Random weather) {
        this.weather = weather;
        int size = draws.nextInt(10);
        this.capacityWattHours = size < 3 ? 24_000 : size < 7 ? 60_000 : 75_000;
        this.computerWatts = draws.nextInt(10) < 6 ? 160 : 800;
        int charger = draws.nextInt(100);
        this.chargerWatts = charger < 15 ? 1_400 : charger < 55 ? 7_200 : 9_600;
        this.restless = draws.nextInt(3);
        this.charge = charge;
        for (Quantity quantity : Quantity.values()) {
            values.put(quantity, 0.0);
        }
        values.put(Quantity.GEAR_PARK, 1.0);
        values.put(Quantity.HOME, 1.0);
        values.put(Quantity.ALLOWED, 1.0);
        values.put(Quantity.LOW_VOLTAGE, 12.8);
        values.put(Quantity.TEMPERATURE, 35.0);
        values.put(Quantity.BATTERY_TEMPERATURE, 20.0 + draws.nextInt(24));
        values.put(Quantity.CABIN_TEMPERATURE, 10.0 + draws.nextInt(34));
        values.put(Quantity.OTHER_LOAD, 5.0);
        values.put(Quantity.PRICE, 0.25);
    }

    void set(Quantity quantity, double value) {
        values.put(quantity, value);
    }

    double get(Quantity quantity) {
        return values.getOrDefault(quantity, 0.0);
    }

    boolean is(Quantity quantity) {
        return get(quantity) != 0;
    }

    /** Charge in percent, to the last digit. */
    double charge() {
        return charge;
    }

    Map<Quantity, Double> all() {
        return Collections.unmodifiableMap(values);
    }

    /**
     * In park, standing, switched off, empty and shut, as far as all but {@code liars} can tell.
     */
    boolean parked(Set<Quantity> liars) {
        return tells(Quantity.GEAR_PARK, 1, liars)
                && tells(Quantity.SPEED, 0, liars)
                && tells(Quantity.IGNITION, 0, liars)
                && tells(Quantity.OCCUPIED, 0, liars)
                && tells(Quantity.DOOR_OPEN, 0, liars);
    }

    private boolean tells(Quantity quantity, double value, Set<Quantity> liars) {
        return liars.contains(quantity) || get(quantity) == value;
    }

    /** Time goes by, in which it did or did not compute. */
    void pass(Duration time, boolean computes) {
        double hours = time.toMillis() / 3.6e6;
        boolean plugged = is(Quantity.MAINS);
        boolean exporting = plugged && is(Quantity.DISCHARGING);
        double out = computes ? computerWatts + AWAKE_WATTS : 0;
        out += get(Quantity.SPEED) > 0 ? DRIVING_WATTS : 0;
        double in = plugged && !exporting && charge < 80 ? chargerWatts : 0;
        double balance = exporting ? -EXPORT_WATTS : plugged ? Math.max(in - out, 0) : -out;
        charge = Math.clamp(charge + 100 * balance * hours / capacityWattHours, 0, 100);
        // Meters show what is surely there: half a percent at a time, rounded down.
        values.put(Quantity.BATTERY, Math.floor(charge * 2) / 2);
        if (!exporting) {
            values.put(Quantity.DISCHARGING, !plugged && out > 50 ? 1.0 : 0.0);
        }
        settle(Quantity.TEMPERATURE, computes ? 55 + restless * 14 : 30, hours * 8);
        wander(time);
    }

    private void settle(Quantity quantity, double towards, double share) {
        double now = get(quantity);
        values.put(quantity, now + (towards - now) * Math.min(1, share));
    }

    /** Prices, loads and temperatures hover about their thresholds in a restless night. */
    private void wander(Duration time) {
        double seconds = time.toMillis() / 1e3;
        loadLeft -= seconds;
        if (loadLeft <= 0) {
            loadLeft = 5 + weather.nextInt(restless > 1 ? 60 : 1_800);
            boolean busy = weather.nextInt(4) == 0;
            values.put(
                    Quantity.OTHER_LOAD, busy ? 55.0 + weather.nextInt(45) : weather.nextInt(24));
        }
        walkLeft -= seconds;
        if (walkLeft > 0) {
            return;
        }
        walkLeft = 20 + weather.nextInt(100);
        step(Quantity.TEMPERATURE, restless * 2, -20, 95);
        step(Quantity.BATTERY_TEMPERATURE, 0.3 + restless, -20, 48);
        step(Quantity.CABIN_TEMPERATURE, 0.3 + restless, -20, 48);
        step(Quantity.LOW_VOLTAGE, 0.02 + restless * 0.1, 11.8, 13);
        step(Quantity.PRICE, restless * 0.02, 0.1, 0.4);
    }

    private void step(Quantity quantity, double by, double min, double max) {
        values.put(quantity, Math.clamp(get(quantity) + weather.nextGaussian() * by, min, max));
    }
}
