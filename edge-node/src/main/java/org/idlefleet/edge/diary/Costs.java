package org.idlefleet.edge.diary;

import java.util.OptionalDouble;

/**
 * What computing costs the owner, as he says; prices in his currency.
 *
 * @param perKwh price of a kilowatt-hour where no tariff tells one
 * @param watts what the device draws while it computes, for want of a sensor; 0 means he did not
 *     say
 * @param awakeWatts what it draws more because it is kept awake in a park session
 * @param wearPerHour wear of an hour of computing
 * @param batteryWearPerKwh wear of a kilowatt-hour out of a battery
 */
public record Costs(
        double perKwh,
        double watts,
        double awakeWatts,
        double wearPerHour,
        double batteryWearPerKwh) {
    private static final double MILLIS_PER_HOUR = 3.6e6;
    private static final double MILLIJOULES_PER_KWH = 3.6e9;
    private static final double MICROS = 1e6;

    /**
     * The time and energy of one stretch of time.
     *
     * @param parkMillis of it in a park session
     * @param computeMillis of it with a busy lane
     * @param measuredMillijoules what sensors told of the computing time
     * @param measured whether they told of it; if not, it is estimated
     * @param draining whether the energy came out of a battery
     */
    Usage usage(
            long parkMillis,
            long computeMillis,
            long measuredMillijoules,
            boolean measured,
            boolean draining) {
        long blind = measured ? 0 : computeMillis;
        // A watt for a millisecond is a millijoule.
        long estimated = Math.round(blind * watts + parkMillis * awakeWatts);
        long energy = measuredMillijoules + estimated;
        long drained = draining ? energy : 0;
        return new Usage(
                parkMillis,
                computeMillis,
                watts > 0 ? 0 : blind,
                energy,
                estimated,
                drained,
                0,
                0,
                0,
                0,
                0,
                0);
    }

    /**
     * Millionths of the currency that the energy of a usage costs, not rounded.
     *
     * @param price of a kilowatt-hour by the tariff
     */
    double electricityMicros(Usage usage, OptionalDouble price) {
        return usage.energyMillijoules() / MILLIJOULES_PER_KWH * price.orElse(perKwh) * MICROS;
    }

    /** Millionths of the currency that its wear is worth, likewise. */
    double wearMicros(Usage usage) {
        return (usage.computeMillis() / MILLIS_PER_HOUR * wearPerHour
                        + usage.batteryMillijoules() / MILLIJOULES_PER_KWH * batteryWearPerKwh)
                * MICROS;
    }
}
