package org.idlefleet.simulator.trust;

/**
 * What a hostile owner does besides choosing the moment.
 *
 * @param error how far its wrong results are from the right one, in tolerances; infinite for an
 *     answer that has nothing to do with it
 * @param drag how far all its results are pulled away from the right one, in tolerances
 * @param covers whether it says of wrong results of its side that they are right
 * @param accuses in this share of its audits it calls a right result wrong
 * @param alone whether its wrong answers are its own; otherwise all on its side give the same
 * @param stalls in this share of its audits it takes the work and does not answer
 * @param entry when owners of its kind come
 */
public record Craft(
        double error,
        double drag,
        boolean covers,
        double accuses,
        boolean alone,
        double stalls,
        Entry entry) {
    /** When hostile owners come. */
    public enum Entry {
        /** All at the beginning. */
        AT_ONCE,
        /** A fifth at the beginning, and each comes back under a new name when it is convicted. */
        BACK_AGAIN,
        /** One after the other, as fast as the operator admits strangers. */
        ONE_BY_ONE
    }

    /** A wrong answer now and then, and nothing else. */
    static final Craft PLAIN =
            new Craft(Double.POSITIVE_INFINITY, 0, false, 0, false, 0, Entry.AT_ONCE);

    static final Craft COVERING = PLAIN.with(true, Entry.AT_ONCE);

    static Craft erring(double tolerances) {
        return new Craft(tolerances, 0, false, 0, false, 0, Entry.AT_ONCE);
    }

    static Craft dragging(double tolerances) {
        return new Craft(Double.POSITIVE_INFINITY, tolerances, false, 0, true, 0, Entry.AT_ONCE);
    }

    static Craft accusing(double share) {
        return new Craft(Double.POSITIVE_INFINITY, 0, true, share, false, 0, Entry.AT_ONCE);
    }

    static Craft lazy(double error, double share) {
        return new Craft(error, 0, false, share, false, 0, Entry.AT_ONCE);
    }

    static Craft broken(double share) {
        return new Craft(Double.POSITIVE_INFINITY, 0, false, share, true, 0, Entry.AT_ONCE);
    }

    static Craft stalling(double share) {
        return new Craft(Double.POSITIVE_INFINITY, 0, false, 0, false, share, Entry.AT_ONCE);
    }

    Craft with(boolean covering, Entry how) {
        return new Craft(error, drag, covering, accuses, alone, stalls, how);
    }
}
