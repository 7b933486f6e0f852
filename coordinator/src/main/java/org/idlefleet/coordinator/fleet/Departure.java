package org.idlefleet.coordinator.fleet;

import java.time.Duration;

/**
 * What one node's past says about how long it stays. Stays are taken as exponential: how long a
 * node has been there already says nothing about how long it will still be, so its mean stay is the
 * estimate, and the owner's schedule caps it.
 */
public final class Departure {
    /** The estimate for a node without a past: half an hour. */
    public static final Duration UNKNOWN = Duration.ofMinutes(30);

    private static final int NEWEST_WEIGHT_PERCENT = 25;

    private Duration meanStay = UNKNOWN;

    void stayed(Duration stay) {
        meanStay =
                meanStay.multipliedBy(100 - NEWEST_WEIGHT_PERCENT)
                        .plus(stay.multipliedBy(NEWEST_WEIGHT_PERCENT))
                        .dividedBy(100);
    }

    /**
     * @param schedule what the owner's schedule leaves; zero if it says nothing
     */
    Duration remaining(Duration schedule) {
        return schedule.isZero() || schedule.compareTo(meanStay) > 0 ? meanStay : schedule;
    }
}
