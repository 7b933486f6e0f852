package org.idlefleet.edge.adapter;

import java.util.function.LongSupplier;

/**
 * What computing took out of a battery, given out to the shards that finish: each gets what was
 * drained since the last one, so that together they get what was drained and no more. Thread-safe.
 */
final class Drained {
    private final LongSupplier millijoules;
    private long given;

    /**
     * @param millijoules drained since the process started
     */
    Drained(LongSupplier millijoules) {
        this.millijoules = millijoules;
    }

    /** Whole joules drained since they were taken last; what is less than one comes next. */
    synchronized long take() {
        long joules = Math.max(0, (millijoules.getAsLong() - given) / 1_000);
        given += joules * 1_000;
        return joules;
    }
}
