package org.idlefleet.cli.calibration;

import org.idlefleet.coordinator.workload.Zone;

import java.util.Arrays;

/** Distances that were measured, sorted. */
public final class Spread {
    private final double[] sorted;

    public Spread(double... distances) {
        this.sorted = distances.clone();
        Arrays.sort(sorted);
    }

    /** How many there are. */
    public int count() {
        return sorted.length;
    }

    /** The smallest distance that {@code share} of all do not exceed; 0 if there is none. */
    public double quantile(double share) {
        int rank = (int) Math.ceil(share * sorted.length);
        return sorted.length == 0 ? 0 : sorted[Math.clamp(rank - 1L, 0, sorted.length - 1)];
    }

    public double max() {
        return quantile(1);
    }

    /** How many are exactly 0. */
    public int zero() {
        return (int) Arrays.stream(sorted).filter(distance -> distance == 0).count();
    }

    /** How many fall into a zone. */
    public int in(Zone zone, double tolerance) {
        return (int)
                Arrays.stream(sorted)
                        .filter(distance -> Zone.of(distance, tolerance) == zone)
                        .count();
    }

    /** The share that falls into a zone, 0 to 1. */
    public double share(Zone zone, double tolerance) {
        return sorted.length == 0 ? 0 : (double) in(zone, tolerance) / sorted.length;
    }

    /** Both together. */
    public Spread and(Spread other) {
        double[] all = Arrays.copyOf(sorted, sorted.length + other.sorted.length);
        System.arraycopy(other.sorted, 0, all, sorted.length, other.sorted.length);
        return new Spread(all);
    }
}
