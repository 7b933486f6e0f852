package org.idlefleet.simulator.trust;

import org.idlefleet.simulator.Chance;

/** When a hostile owner sends its next wrong result. */
@FunctionalInterface
public interface Plan {
    /** Not now: ask again when the owner's next result has been checked. */
    long LATER = -1;

    /** How many right results it sends before the next wrong one, or {@link #LATER}. */
    long next(Situation me, Chance dice);

    /**
     * What a hostile owner knows. The coordinator shows owners their own standing.
     *
     * @param results what it has sent so far
     * @param good whether only a share of its results is audited
     * @param agreed its checked results that were found right since its last wrong one
     * @param elapsed how much of the run is over, 0 to 1
     * @param share share of results that are audited, 0 to 1
     * @param unfinal how many of its results are not yet final at a time
     * @param hostile share of owners that are on its side
     */
    record Situation(
            long results,
            boolean good,
            long agreed,
            double elapsed,
            double share,
            long unfinal,
            double hostile) {}

    /** Never a wrong one. */
    Plan NEVER = (_, _) -> LATER;

    /** A share of its results, from the first day on. */
    static Plan steady(double share) {
        return (_, dice) -> Gap.before(share, dice);
    }

    /** Is good for so many results, and until not all of them are audited, then as {@code then}. */
    static Plan sleeper(long results, Plan then) {
        return (me, dice) -> me.good() && me.results() >= results ? then.next(me, dice) : LATER;
    }

    /** One wrong result after so many checks in a row that it passed. */
    static Plan watcher(long checks) {
        return (me, _) -> me.good() && me.agreed() >= checks ? 0 : LATER;
    }

    /** As seldom as makes conviction come too late to withdraw the last one. */
    static Plan drip() {
        return (me, dice) -> Gap.before(1 / (1 + me.share() * me.unfinal()), dice);
    }

    /** Everything, from a moment on that all have agreed on. */
    static Plan together(double moment) {
        return (me, _) -> me.elapsed() >= moment ? 0 : LATER;
    }

    /** When a second replica, were there one, would be in friendly hands too. */
    static Plan whenSafe() {
        return (me, dice) -> Gap.before(me.hostile(), dice);
    }
}
