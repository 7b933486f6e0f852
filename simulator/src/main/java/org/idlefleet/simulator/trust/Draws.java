package org.idlefleet.simulator.trust;

import org.idlefleet.coordinator.verification.AuditDraw.Draw;

import java.time.Instant;

/** Which results are audited: one draw for each, after its commit. */
interface Draws {
    /**
     * Draws until one is audited.
     *
     * @param ppm results audited, of a million, at least one
     */
    Next next(int ppm, Instant at);

    /**
     * The next result that is audited.
     *
     * @param left how many results in a row are left alone before it
     * @param draw what was drawn for it
     */
    record Next(long left, Draw draw) {}
}
