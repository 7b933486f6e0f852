package org.idlefleet.coordinator.verification;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Redundant voting over results that agree by distance, not by equality. Agreement is not
 * transitive, so it looks for the largest clique; of equally large ones for the tightest, then for
 * the one with the lowest commit. The canonical result is the clique's medoid. Arrival order never
 * matters.
 */
public final class Voter {
    /** Most ballots of one shard: 2 to this power subsets are looked at. */
    public static final int BALLOTS_MAX = 12;

    private Voter() {}

    /**
     * Judges the ballots.
     *
     * @param agree chord distance up to which two results agree
     * @param quorum how many must agree
     */
    public static Verdict judge(
            List<Ballot> ballots, Comparison distances, double agree, int quorum) {
        if (ballots.size() > BALLOTS_MAX) {
            throw new IllegalArgumentException(
                    "at most " + BALLOTS_MAX + " ballots are judged, found " + ballots.size());
        }
        Clique best = null;
        for (int set = 1; set < 1 << ballots.size(); set++) {
            Clique clique = clique(set, ballots, distances, agree);
            if (clique != null && (best == null || clique.beats(best))) {
                best = clique;
            }
        }
        if (best == null || best.size() < quorum) {
            return new Verdict.Open(best == null ? quorum : quorum - best.size());
        }
        return agreed(best.medoid(ballots, distances), ballots, distances, agree);
    }

    private static Verdict.Agreed agreed(
            int canonical, List<Ballot> ballots, Comparison distances, double agree) {
        var agreeing = new ArrayList<Ballot>();
        var inconclusive = new ArrayList<Ballot>();
        var dissenting = new ArrayList<Ballot>();
        for (int i = 0; i < ballots.size(); i++) {
            double distance = distances.between(canonical, i);
            List<Ballot> zone =
                    distance <= agree
                            ? agreeing
                            : distance <= 2 * agree ? inconclusive : dissenting;
            zone.add(ballots.get(i));
        }
        return new Verdict.Agreed(ballots.get(canonical), agreeing, inconclusive, dissenting);
    }

    private static @Nullable Clique clique(
            int set, List<Ballot> ballots, Comparison distances, double agree) {
        double diameter = 0;
        @Nullable Ballot lowest = null;
        for (int i = 0; i < ballots.size(); i++) {
            if ((set & 1 << i) == 0) {
                continue;
            }
            for (int j = 0; j < i; j++) {
                if ((set & 1 << j) != 0) {
                    double distance = distances.between(i, j);
                    if (!(distance <= agree)) {
                        return null;
                    }
                    diameter = Math.max(diameter, distance);
                }
            }
            lowest = lower(lowest, ballots.get(i));
        }
        return lowest == null ? null : new Clique(set, diameter, lowest);
    }

    private static Ballot lower(@Nullable Ballot a, Ballot b) {
        return a == null || b.commit().compareTo(a.commit()) < 0 ? b : a;
    }

    private record Clique(int set, double diameter, Ballot lowest) {
        int size() {
            return Integer.bitCount(set);
        }

        boolean beats(Clique other) {
            if (size() != other.size()) {
                return size() > other.size();
            }
            int byDiameter = Double.compare(diameter, other.diameter);
            return byDiameter != 0
                    ? byDiameter < 0
                    : lowest.commit().compareTo(other.lowest.commit()) < 0;
        }

        int medoid(List<Ballot> ballots, Comparison distances) {
            int best = -1;
            double bestSum = Double.POSITIVE_INFINITY;
            for (int i = 0; i < ballots.size(); i++) {
                if ((set & 1 << i) == 0) {
                    continue;
                }
                double sum = 0;
                // Summed in the order of commits, so that rounding does not depend on arrival.
                for (int j : byCommit(ballots)) {
                    sum += (set & 1 << j) == 0 ? 0 : distances.between(i, j);
                }
                boolean better =
                        best < 0
                                || sum < bestSum
                                || sum == bestSum
                                        && ballots.get(i)
                                                        .commit()
                                                        .compareTo(ballots.get(best).commit())
                                                < 0;
                if (better) {
                    best = i;
                    bestSum = sum;
                }
            }
            return best;
        }

        private static int[] byCommit(List<Ballot> ballots) {
            return IntStream.range(0, ballots.size())
                    .boxed()
                    .sorted((a, b) -> ballots.get(a).commit().compareTo(ballots.get(b).commit()))
                    .mapToInt(Integer::intValue)
                    .toArray();
        }
    }
}
