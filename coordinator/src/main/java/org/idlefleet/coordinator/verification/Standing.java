package org.idlefleet.coordinator.verification;

import java.time.Duration;
import java.time.Instant;

/**
 * What we know of an owner's honesty: every check of its results and what came of it. Immutable.
 *
 * @param since when its first result settled
 * @param counts every result and every check so far
 * @param recent the share of right results, old ones counting for less and less
 * @param convicted whether a trusted owner has confirmed a wrong result of it
 * @param probationUntil everything is audited until then
 */
public record Standing(
        Instant since, Counts counts, Recent recent, boolean convicted, Instant probationUntil) {
    /** Checks that an owner must have passed before only a share of its results is audited. */
    public static final int WARM_UP = 200;

    /** How long everything is audited after a result was voted down, or an appeal succeeded. */
    public static final Duration PROBATION = Duration.ofHours(24);

    /** While the alarm is on, owners younger than this are audited more. */
    public static final Duration YOUNG = Duration.ofDays(30);

    /** By so much. */
    public static final int ALARM_FACTOR = 4;

    /** Where an owner is. */
    public enum State {
        WARM_UP,
        GOOD,
        PROBATION,
        CONVICTED
    }

    /**
     * Numbers that only grow.
     *
     * @param results settled results
     * @param agreed results that somebody else recomputed or voted on, and that were right
     * @param inconclusive those at the edge of the tolerance: neither for nor against the owner
     * @param outvoted those that others voted down; by itself not yet a conviction
     */
    public record Counts(long results, long agreed, long inconclusive, long outvoted) {
        static final Counts NONE = new Counts(0, 0, 0, 0);

        /** Results that somebody checked. */
        public long checked() {
            return agreed + inconclusive + outvoted;
        }
    }

    /** Nothing is known yet. */
    public static Standing fresh(Instant at) {
        return new Standing(at, Counts.NONE, Recent.none(at), false, Instant.MIN);
    }

    public State state(Instant now) {
        if (convicted) {
            return State.CONVICTED;
        }
        if (now.isBefore(probationUntil)) {
            return State.PROBATION;
        }
        return counts.agreed < WARM_UP ? State.WARM_UP : State.GOOD;
    }

    /**
     * How many of a million results are audited.
     *
     * @param asked what the client bought
     * @param alarm whether several owners were convicted of late
     */
    public int auditPpm(Assurance asked, boolean alarm, Instant now) {
        if (!asked.audited()) {
            return 0;
        }
        if (state(now) != State.GOOD) {
            return AuditDraw.ALL;
        }
        boolean young = alarm && now.isBefore(since.plus(YOUNG));
        return Math.min(AuditDraw.ALL, asked.auditPpm() * (young ? ALARM_FACTOR : 1));
    }

    /** One more result settled. */
    public Standing afterResult() {
        return with(
                new Counts(counts.results + 1, counts.agreed, counts.inconclusive, counts.outvoted),
                recent);
    }

    /** Somebody else computed the same. */
    public Standing afterAgreement(Instant at) {
        return with(
                new Counts(counts.results, counts.agreed + 1, counts.inconclusive, counts.outvoted),
                recent.good(at));
    }

    /** Too near to be wrong and too far to be right. */
    public Standing afterDoubt() {
        return with(
                new Counts(counts.results, counts.agreed, counts.inconclusive + 1, counts.outvoted),
                recent);
    }

    /** Others voted it down: from now on everything is audited for a while. */
    public Standing afterOutvote(Instant at) {
        var more =
                new Counts(counts.results, counts.agreed, counts.inconclusive, counts.outvoted + 1);
        return new Standing(since, more, recent.bad(at), convicted, at.plus(PROBATION));
    }

    /** A trusted owner confirmed that a result was wrong. */
    public Standing convict() {
        return new Standing(since, counts, recent, true, probationUntil);
    }

    /** An appeal succeeded: it may work again, on probation. */
    public Standing reinstate(Instant at) {
        return new Standing(since, counts, recent, false, at.plus(PROBATION));
    }

    private Standing with(Counts more, Recent marks) {
        return new Standing(since, more, marks, convicted, probationUntil);
    }
}
