package org.idlefleet.coordinator.verification;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Redundant voting over results that agree by distance, not by equality. Agreement is not
 * transitive, so it looks for the largest clique; of equally large ones for the tightest, then for
 * the one with the lowest commits. The canonical result is the clique's medoid. Ballots are looked
 * at in the order of their commits, so arrival order never matters, not even for rounding.
 */
public final class Voter {
    /** Most ballots of one shard: 2 to this power subsets are looked at. */
    public static final int BALLOTS_MAX = 12;

    private static final Comparator<Ballot> BY_COMMIT =
            Comparator.comparing(Ballot::commit)
                    .thenComparingInt(ballot -> ballot.lease().attempt())
                    .thenComparing(ballot -> ballot.node().value());

    private final List<Ballot> ballots;
    private final int[] arrival;
    private final Comparison distances;
    private final Tolerance tolerance;

    private Voter(List<Ballot> ballots, Comparison distances, Tolerance tolerance) {
        this.arrival =
                IntStream.range(0, ballots.size())
                        .boxed()
                        .sorted(Comparator.comparing(ballots::get, BY_COMMIT))
                        .mapToInt(Integer::intValue)
                        .toArray();
        this.ballots = IntStream.of(arrival).mapToObj(ballots::get).toList();
        this.distances = distances;
        this.tolerance = tolerance;
    }

    /**
     * Judges the ballots.
     *
     * @param agree chord distance up to which two results agree
     * @param quorum how many must agree
     */
    public static Verdict judge(
            List<Ballot> ballots, Comparison distances, double agree, int quorum) {
        return judge(ballots, distances, (_, _) -> agree, quorum);
    }

    /**
     * Judges ballots of several numeric classes, whose pairs agree up to different distances.
     *
     * @param tolerance how far apart which two may be
     * @param quorum how many must agree
     */
    public static Verdict judge(
            List<Ballot> ballots, Comparison distances, Tolerance tolerance, int quorum) {
        if (ballots.size() > BALLOTS_MAX) {
            throw new IllegalArgumentException(
                    "at most " + BALLOTS_MAX + " ballots are judged, found " + ballots.size());
        }
        return new Voter(ballots, distances, tolerance).judge(quorum);
    }

    /**
     * Judges by one ballot that is right, such as a trusted owner's.
     *
     * @param right its place among the ballots
     */
    public static Verdict.Agreed judgeBy(
            int right, List<Ballot> ballots, Comparison distances, Tolerance tolerance) {
        var voter = new Voter(ballots, distances, tolerance);
        return voter.agreed(voter.ballots.indexOf(ballots.get(right)));
    }

    private Verdict judge(int quorum) {
        Clique best = null;
        for (int set = 1; set < 1 << ballots.size(); set++) {
            Clique clique = clique(set);
            if (clique != null && (best == null || clique.beats(best))) {
                best = clique;
            }
        }
        if (best == null || best.size() < quorum) {
            return new Verdict.Open(best == null ? quorum : quorum - best.size());
        }
        return agreed(medoid(best));
    }

    private Verdict.Agreed agreed(int canonical) {
        var agreeing = new ArrayList<Integer>();
        for (int i = 0; i < ballots.size(); i++) {
            if (agree(canonical, i)) {
                agreeing.add(i);
            }
        }
        var inconclusive = new ArrayList<Integer>();
        var dissenting = new ArrayList<Integer>();
        for (int i = 0; i < ballots.size(); i++) {
            if (!agree(canonical, i)) {
                boolean near = distance(canonical, i) <= reach(canonical, agreeing, i);
                (near ? inconclusive : dissenting).add(i);
            }
        }
        return new Verdict.Agreed(
                ballots.get(canonical), at(agreeing), at(inconclusive), at(dissenting));
    }

    /**
     * How far an honest ballot can be from the canonical one. If only one of those agreeing is
     * honest, it is within its tolerance of both, so they are at most the sum of the two apart:
     * twice the tolerance, if all pairs have the same. Where nobody measured how far an honest one
     * may be from one of them it may be anywhere: who can't be judged is never outvoted.
     */
    private double reach(int canonical, List<Integer> agreeing, int ballot) {
        double reach = 0;
        for (int member : agreeing) {
            if (unmeasured(canonical, member) || unmeasured(member, ballot)) {
                return Double.POSITIVE_INFINITY;
            }
            reach = Math.max(reach, tolerance(canonical, member) + tolerance(member, ballot));
        }
        return reach;
    }

    private @Nullable Clique clique(int set) {
        double diameter = 0;
        for (int i = 0; i < ballots.size(); i++) {
            for (int j = 0; j < i; j++) {
                if ((set & 1 << i) != 0 && (set & 1 << j) != 0) {
                    if (!agree(i, j)) {
                        return null;
                    }
                    diameter = Math.max(diameter, distance(i, j));
                }
            }
        }
        return new Clique(set, diameter);
    }

    private int medoid(Clique clique) {
        int best = -1;
        double bestSum = Double.POSITIVE_INFINITY;
        for (int i = 0; i < ballots.size(); i++) {
            if (clique.has(i)) {
                double sum = 0;
                for (int j = 0; j < ballots.size(); j++) {
                    sum += clique.has(j) ? distance(i, j) : 0;
                }
                if (best < 0 || sum < bestSum) {
                    best = i;
                    bestSum = sum;
                }
            }
        }
        return best;
    }

    private boolean agree(int i, int j) {
        if (distance(i, j) <= 0) {
            return true; // Equal results need no measuring.
        }
        return distance(i, j) <= tolerance(i, j);
    }

    private boolean unmeasured(int i, int j) {
        return Double.isNaN(tolerance(i, j));
    }

    private double distance(int i, int j) {
        return distances.between(arrival[i], arrival[j]);
    }

    private double tolerance(int i, int j) {
        return tolerance.between(ballots.get(i), ballots.get(j));
    }

    private List<Ballot> at(List<Integer> places) {
        return places.stream().map(ballots::get).toList();
    }

    /** Ballots that agree, each with each. */
    private record Clique(int set, double diameter) {
        int size() {
            return Integer.bitCount(set);
        }

        boolean has(int ballot) {
            return (set & 1 << ballot) != 0;
        }

        boolean beats(Clique other) {
            if (size() != other.size()) {
                return size() > other.size();
            }
            int byDiameter = Double.compare(diameter, other.diameter);
            return byDiameter != 0
                    ? byDiameter < 0
                    : has(Integer.numberOfTrailingZeros(set ^ other.set));
        }
    }
}
