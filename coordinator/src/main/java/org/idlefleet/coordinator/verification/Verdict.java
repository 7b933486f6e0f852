package org.idlefleet.coordinator.verification;

import java.util.ArrayList;
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

        /** All that were judged: agreeing ones first, then inconclusive and dissenting ones. */
        public List<Ballot> ballots() {
            if (inconclusive.isEmpty() && dissenting.isEmpty()) {
                return agreeing;
            }
            var all = new ArrayList<Ballot>(agreeing);
            all.addAll(inconclusive);
            all.addAll(dissenting);
            return all;
        }
    }

    /** Still open: so many more agreeing results would settle it. */
    record Open(int missing) implements Verdict {}
}
