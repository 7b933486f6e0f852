package org.idlefleet.simulator.trust;

import org.idlefleet.coordinator.verification.AuditDraw;
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
    public long left(int ppm, Instant at) {
        return Gap.before(ppm / (double) AuditDraw.ALL, chance);
    }

    @Override
    public boolean trusted() {
        return chance.hits(AuditDraw.TRUSTED_PPM / (double) AuditDraw.ALL);
    }
}
