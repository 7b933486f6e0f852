package org.idlefleet.simulator.trust;

import org.idlefleet.simulator.Chance;

/** Misses and hits of independent draws, counted without drawing each. */
final class Gap {
    /** From so many expected hits on the normal distribution is near enough to the binomial one. */
    private static final double MANY = 100;

    private Gap() {}

    /**
     * Misses before the first hit.
     *
     * @param share probability of a hit, above 0
     */
    static long before(double share, Chance chance) {
        return share >= 1 ? 0 : (long) (Math.log1p(-chance.real(0, 1)) / Math.log1p(-share));
    }

    /**
     * Hits among {@code draws}: binomial; if many are expected, the normal distribution of the same
     * mean and deviation, rounded.
     */
    static long hits(long draws, double share, Chance chance) {
        if (share <= 0 || draws <= 0) {
            return 0;
        }
        if (share >= 1) {
            return draws;
        }
        double mean = draws * share;
        if (mean > MANY && draws - mean > MANY) {
            double hits = mean + Math.sqrt(mean * (1 - share)) * normal(chance);
            return Math.clamp(Math.round(hits), 0, draws);
        }
        long hits = 0;
        for (long at = before(share, chance); at < draws; at += 1 + before(share, chance)) {
            hits++;
        }
        return hits;
    }

    /** Box and Muller's transform. */
    private static double normal(Chance chance) {
        double radius = Math.sqrt(-2 * Math.log1p(-chance.real(0, 1)));
        return radius * Math.cos(2 * Math.PI * chance.real(0, 1));
    }
}
