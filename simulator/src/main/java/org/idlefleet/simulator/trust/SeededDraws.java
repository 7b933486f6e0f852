package org.idlefleet.simulator.trust;

import org.idlefleet.coordinator.verification.AuditDraw;
import org.idlefleet.coordinator.verification.AuditDraw.Draw;
import org.idlefleet.simulator.Chance;

import java.time.Instant;

/**
 * Dice in place of the keyed hash: the same probabilities, without a hash for each result. The
 * number of results between two audits is drawn at once, from the geometric distribution.
 */
final class SeededDraws implements Draws {
    private final Chance chance;

    SeededDraws(long seed) {
        chance = new Chance(seed, "draws");
    }

    @Override
    public Next next(int ppm, Instant at) {
        return new Next(Gap.before(share(ppm), chance), audited(ppm));
    }

    /** What is drawn for a result that is known to be audited. */
    Draw audited(int ppm) {
        boolean trusted = chance.hits(share(AuditDraw.TRUSTED_PPM));
        return new Draw(true, trusted, chance.hits(share(AuditDraw.reviewedPpm(ppm))));
    }

    /** Whether one result is audited. */
    boolean hits(int ppm) {
        return chance.hits(share(ppm));
    }

    static double share(int ppm) {
        return ppm / (double) AuditDraw.ALL;
    }
}
