package org.idlefleet.coordinator.scheduling;

import java.time.Duration;

/**
 * How large a shard shall be: about as long as asked on the node that gets it, shorter towards the
 * end of a job so that all nodes finish together, and well inside the time that the node will stay.
 *
 * @param shortest carving goes no finer than this
 * @param itemsMax most items of a shard
 * @param unitsMax most work units of a shard
 */
public record Carver(Duration shortest, int itemsMax, int unitsMax) {
    /** A shard takes at most this part of the time a node will probably stay. */
    private static final int STAY_PART = 10;

    /**
     * While others wait behind the job, its last shards are no shorter than this part of the
     * target: nobody would be idle, and every shard costs a message and a batch that is not full.
     */
    private static final int BUSY_PART = 8;

    /**
     * The end of the shard that starts at {@code from}.
     *
     * @param to end of the free range
     * @param target time the shard shall take when there is plenty of work
     * @param milliSpeed thousandths of a work unit per second of the node's slot
     * @param fleetMilliSpeed the same of all slots together
     * @param othersUnits work units of other jobs that wait for the same slots
     * @param stay how long the node will probably stay
     * @param batchItems the end lies so many items, or a multiple, behind the start
     * @param itemsFit most items whose result fits a frame
     */
    public int end(
            OpenJob job,
            int from,
            int to,
            Duration target,
            long milliSpeed,
            long fleetMilliSpeed,
            long othersUnits,
            Duration stay,
            int batchItems,
            int itemsFit) {
        // A slot's share of what is left: half of its node's, which has about two slots a lane.
        long tailMillis = millis(job.freeUnits(), fleetMilliSpeed);
        long busyMillis =
                Math.min(target.toMillis() / BUSY_PART, millis(othersUnits, fleetMilliSpeed));
        long millis =
                Math.max(
                        shortest.toMillis(),
                        Math.min(
                                Math.min(target.toMillis(), Math.max(tailMillis, busyMillis)),
                                stay.toMillis() / STAY_PART));
        long units = Math.clamp(millis * milliSpeed / 1_000_000, 1, unitsMax);
        int fitting = Math.min(itemsMax, itemsFit);
        int end = job.units().endOf(from, to, units);
        int items = (end - from + batchItems - 1) / batchItems * batchItems;
        return Math.min(to, from + Math.min(fitting, items));
    }

    private static long millis(long units, long milliSpeed) {
        return units * 1_000_000 / Math.max(1, milliSpeed);
    }
}
