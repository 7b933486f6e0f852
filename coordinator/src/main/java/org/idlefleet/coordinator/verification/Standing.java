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
 * @param spared whether one of its devices was turned away as faulty instead: that happens once
 * @param probation while which everything is audited
 */
public record Standing(
        Instant since,
        Counts counts,
        Recent recent,
        boolean convicted,
        boolean spared,
        Probation probation) {
    /** Checks that an owner must have passed before only a share of its results is audited. */
    public static final int WARM_UP = 200;

    /** How long everything is audited after a result was voted down, or an appeal succeeded. */
    public static final Duration PROBATION = Duration.ofHours(24);

    /** Fewer bad marks than so many are not often: one wrong vote must not cost a newcomer work. */
    private static final int OFTEN = 5;

    /** While the alarm is on, owners younger than this are audited more; those spared always. */
    public static final Duration YOUNG = Duration.ofDays(30);

    /** By so much. */
    public static final int ALARM_FACTOR = 4;

    private static final Counts RESULT = new Counts(1, 0, 0, 0, 0, 0, 0, 0, 0);
    private static final Counts AGREED = new Counts(0, 1, 0, 0, 0, 0, 0, 0, 0);
    private static final Counts DOUBT = new Counts(0, 0, 1, 0, 0, 0, 0, 0, 0);
    private static final Counts OUTVOTED = new Counts(0, 0, 0, 1, 0, 0, 0, 0, 0);
    private static final Counts CLEARED = new Counts(0, 0, 0, 0, 1, 0, 0, 0, 0);
    private static final Counts PASSED = new Counts(0, 0, 0, 0, 0, 1, 0, 0, 0);
    private static final Counts FAILED = new Counts(0, 0, 0, 0, 0, 0, 1, 0, 0);
    private static final Counts DRAWN = new Counts(0, 0, 0, 0, 0, 0, 0, 1, 0);
    private static final Counts AUDITED = new Counts(0, 0, 0, 0, 0, 0, 0, 0, 1);

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
     * @param cleared those of the outvoted that a trusted owner found right
     * @param ringersPassed those of the agreed whose answer was known beforehand
     * @param ringersFailed those that were not the answer that was known, as a trusted owner
     *     confirmed
     * @param drawn results that were drawn for an audit
     * @param audited those of the drawn that somebody has audited, whatever came of it
     */
    public record Counts(
            long results,
            long agreed,
            long inconclusive,
            long outvoted,
            long cleared,
            long ringersPassed,
            long ringersFailed,
            long drawn,
            long audited) {
        static final Counts NONE = new Counts(0, 0, 0, 0, 0, 0, 0, 0, 0);

        /** These and those. */
        Counts plus(Counts more) {
            return new Counts(
                    results + more.results,
                    agreed + more.agreed,
                    inconclusive + more.inconclusive,
                    outvoted + more.outvoted,
                    cleared + more.cleared,
                    ringersPassed + more.ringersPassed,
                    ringersFailed + more.ringersFailed,
                    drawn + more.drawn,
                    audited + more.audited);
        }

        /**
         * Drawn results that nobody has audited and nobody will.
         *
         * @param open audits of drawn results that have not ended
         */
        public long unaudited(long open) {
            return Math.max(0, drawn - audited - open);
        }

        /** Results that somebody checked. */
        public long checked() {
            return agreed + inconclusive + outvoted;
        }
    }

    /**
     * A time during which everything is audited.
     *
     * @param until when it ends
     * @param appealUntil the part of it that follows an appeal or a faulty device: being cleared of
     *     an outvote does not shorten it
     * @param suspicions outvotes within it that no trusted owner has cleared
     */
    public record Probation(Instant until, Instant appealUntil, int suspicions) {
        static final Probation NONE = new Probation(Instant.MIN, Instant.MIN, 0);

        private Probation suspect(Instant at) {
            return new Probation(
                    at.plus(PROBATION), appealUntil, at.isBefore(until) ? suspicions + 1 : 1);
        }

        private Probation clear() {
            int left = Math.max(0, suspicions - 1);
            return new Probation(left == 0 ? appealUntil : until, appealUntil, left);
        }

        private static Probation appeal(Instant at) {
            return new Probation(at.plus(PROBATION), at.plus(PROBATION), 0);
        }
    }

    /** Nothing is known yet. */
    public static Standing fresh(Instant at) {
        return new Standing(at, Counts.NONE, Recent.none(at), false, false, Probation.NONE);
    }

    public State state(Instant now) {
        if (convicted) {
            return State.CONVICTED;
        }
        if (now.isBefore(probation.until)) {
            return State.PROBATION;
        }
        return counts.agreed < WARM_UP ? State.WARM_UP : State.GOOD;
    }

    /**
     * Whether others voted most of its checked results down of late, and more than a few. Votes
     * convict nobody, but work goes to others first.
     */
    public boolean oftenOutvoted() {
        return recent.bad() >= OFTEN && recent.bad() > recent.good();
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
        return Math.min(AuditDraw.ALL, asked.auditPpm() * (young || spared ? ALARM_FACTOR : 1));
    }

    /** One more result settled. */
    public Standing afterResult() {
        return with(counts.plus(RESULT), recent);
    }

    /** Somebody else computed the same. */
    public Standing afterAgreement(Instant at) {
        return with(counts.plus(AGREED), recent.good(at));
    }

    /** Too near to be wrong and too far to be right. */
    public Standing afterDoubt() {
        return with(counts.plus(DOUBT), recent);
    }

    /** Others voted it down: from now on everything is audited for a while. */
    public Standing afterOutvote(Instant at) {
        Counts more = counts.plus(OUTVOTED);
        return new Standing(since, more, recent.bad(at), convicted, spared, probation.suspect(at));
    }

    /** A trusted owner found a result right that others had voted down. */
    public Standing afterClearing(Instant at) {
        Counts more = counts.plus(CLEARED);
        return new Standing(since, more, recent.forgive(at), convicted, spared, probation.clear());
    }

    /**
     * One of its results, which counts among those agreed or outvoted anyway, was held against an
     * answer that was known.
     */
    public Standing afterRinger(boolean passed) {
        return with(counts.plus(passed ? PASSED : FAILED), recent);
    }

    /** One of its results was drawn for an audit. */
    public Standing afterDraw() {
        return with(counts.plus(DRAWN), recent);
    }

    /** Somebody has audited a result that was drawn. */
    public Standing afterAudit() {
        return with(counts.plus(AUDITED), recent);
    }

    /**
     * One of its devices is turned away as faulty. For the owner that is a second chance, and its
     * price: it is audited more from now on, so that all that it can get through before and after
     * stays within 1.25 times of what the client's share allows.
     */
    public Standing spare(Instant at) {
        return new Standing(since, counts, recent, convicted, true, Probation.appeal(at));
    }

    /** A trusted owner confirmed that a result was wrong. */
    public Standing convict() {
        return new Standing(since, counts, recent, true, spared, probation);
    }

    /** An appeal succeeded: it may work again, on probation. */
    public Standing reinstate(Instant at) {
        return new Standing(since, counts, recent, false, spared, Probation.appeal(at));
    }

    private Standing with(Counts more, Recent marks) {
        return new Standing(since, more, marks, convicted, spared, probation);
    }
}
