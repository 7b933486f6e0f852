package org.idlefleet.simulator.trust;

import org.idlefleet.simulator.Chance;

/** Misses before the first hit. */
final class Gap {
    private Gap() {}

    /**
     * @param share probability of a hit, above 0
     */
    static long before(double share, Chance chance) {
        return share >= 1 ? 0 : (long) (Math.log1p(-chance.real(0, 1)) / Math.log1p(-share));
    }
}
