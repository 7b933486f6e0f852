package org.idlefleet.coordinator.verification;

import java.util.List;

/** What the results of a shard say so far. */
public sealed interface Verdict {
    /**
     * Enough of them agree. The lists are in the order of commits.
     *
     * @param canonical the agreed result
     * @param agreeing ballots within the agreement distance of it, itself among them
     * @param inconclusive ballots beyond that but no further than an honest one can be, twice of
     *     it: paid, not blamed
     * @param dissenting ballots further away: outvoted
     */
    record Agreed(
            Ballot canonical,
            List<Ballot> agreeing,
            List<Ballot> inconclusive,
            List<Ballot> dissenting)
            implements Verdict {
        public Agreed {
            agreeing = List.copyOf(agreeing);
            inconclusive = List.copyOf(inconclusive);
            dissenting = List.copyOf(dissenting);
        }
    }

    /** Still open: so many more agreeing results would settle it. */
    record Open(int missing) implements Verdict {}
}
