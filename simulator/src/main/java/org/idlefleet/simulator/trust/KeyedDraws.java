package org.idlefleet.simulator.trust;

import org.idlefleet.coordinator.verification.AuditDraw;
import org.idlefleet.coordinator.verification.AuditDraw.Draw;
import org.idlefleet.protocol.Digest;
import org.idlefleet.protocol.JobId;
import org.idlefleet.simulator.Chance;

import java.time.Instant;

/** Production's draw, over random commits: a microsecond for each result. */
final class KeyedDraws implements Draws {
    private final Chance commits;
    private final AuditDraw draw;
    private long job;

    KeyedDraws(long seed) {
        commits = new Chance(seed, "commits");
        draw = new AuditDraw(new Chance(seed, "audit secret").bytes(32));
    }

    @Override
    public Next next(int ppm, Instant at) {
        for (long left = 0; ; left++) {
            Draw drawn = draw.draw(new JobId(++job), 0, commit(), ppm, at);
            if (drawn.audited()) {
                return new Next(left, drawn);
            }
        }
    }

    private Digest commit() {
        return new Digest(commits.whole(), commits.whole(), commits.whole(), commits.whole());
    }
}
