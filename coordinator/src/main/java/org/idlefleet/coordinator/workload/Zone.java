package org.idlefleet.coordinator.workload;

/**
 * What a distance means. Honest results are within the tolerance of each other, so whoever is
 * within it of one honest result is within twice of it of all: only what lies beyond can be blamed.
 */
public enum Zone {
    /** Within the tolerance. */
    AGREE,
    /** Within twice the tolerance: neither accepted nor blamed. */
    INCONCLUSIVE,
    /** Further away than an honest result can be. */
    REJECT;

    /** The zone of a distance; one that is no number is rejected. */
    public static Zone of(double distance, double tolerance) {
        if (distance <= tolerance) {
            return AGREE;
        }
        return distance <= 2 * tolerance ? INCONCLUSIVE : REJECT;
    }
}
