package org.idlefleet.edge.diary;

/**
 * What a stretch of time took from the owner and brought him. Sums of usages are usages.
 *
 * @param parkMillis time of park sessions
 * @param computeMillis time in which at least one lane was busy
 * @param unmeteredMillis the part of it of which nobody knows the energy
 * @param energyMillijoules energy, measured or estimated
 * @param estimatedMillijoules the part of it that is an estimate
 * @param batteryMillijoules the part of it that came out of a battery
 * @param electricityMicros what the energy cost by the owner's tariff, in millionths of his
 *     currency
 * @param wearMicros what the wear is worth to him, likewise
 * @param sentBytes to the coordinator, as it went over the wire
 * @param receivedBytes from the coordinator, likewise
 * @param shards finished ones
 * @param earnedMicros what the coordinator told more (or less) of than before, in micro-credits
 */
public record Usage(
        long parkMillis,
        long computeMillis,
        long unmeteredMillis,
        long energyMillijoules,
        long estimatedMillijoules,
        long batteryMillijoules,
        long electricityMicros,
        long wearMicros,
        long sentBytes,
        long receivedBytes,
        long shards,
        long earnedMicros) {
    /** Nothing at all. */
    public static final Usage NONE = new Usage(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

    /** Earnings and nothing else. */
    static Usage earned(long micros) {
        return new Usage(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, micros);
    }

    /** Money and nothing else. */
    static Usage spent(long electricityMicros, long wearMicros) {
        return new Usage(0, 0, 0, 0, 0, 0, electricityMicros, wearMicros, 0, 0, 0, 0);
    }

    /** Data and finished shards and nothing else. */
    static Usage moved(long sentBytes, long receivedBytes, long shards) {
        return new Usage(0, 0, 0, 0, 0, 0, 0, 0, sentBytes, receivedBytes, shards, 0);
    }

    /** Both together. */
    public Usage plus(Usage other) {
        return new Usage(
                parkMillis + other.parkMillis,
                computeMillis + other.computeMillis,
                unmeteredMillis + other.unmeteredMillis,
                energyMillijoules + other.energyMillijoules,
                estimatedMillijoules + other.estimatedMillijoules,
                batteryMillijoules + other.batteryMillijoules,
                electricityMicros + other.electricityMicros,
                wearMicros + other.wearMicros,
                sentBytes + other.sentBytes,
                receivedBytes + other.receivedBytes,
                shards + other.shards,
                earnedMicros + other.earnedMicros);
    }
}
