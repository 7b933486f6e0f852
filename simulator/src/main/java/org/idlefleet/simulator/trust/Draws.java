package org.idlefleet.simulator.trust;

import java.time.Instant;

/** Which results are audited: one draw for each, after its commit. */
interface Draws {
    /**
     * How many results in a row are left alone before the next one that is audited.
     *
     * @param ppm results audited, of a million, at least one
     */
    long left(int ppm, Instant at);

    /** Whether a trusted owner does the audit that was drawn last. */
    boolean trusted();
}
