package org.idlefleet.simulator.trust;

import org.idlefleet.coordinator.verification.Ballot;
import org.idlefleet.coordinator.verification.Comparison;
import org.idlefleet.coordinator.verification.Tolerance;
import org.idlefleet.coordinator.verification.Verdict;
import org.idlefleet.coordinator.verification.Voter;
import org.idlefleet.protocol.Digest;
import org.idlefleet.protocol.JobId;
import org.idlefleet.protocol.Lease;
import org.idlefleet.protocol.NodeId;
import org.idlefleet.protocol.OwnerId;
import org.idlefleet.simulator.Chance;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/** Production's vote over answers that are places on a line. One thread. */
final class Jury {
    private static final JobId JOB = new JobId(1);
    private static final NodeId NODE = new NodeId("node");
    private static final OwnerId OWNER = new OwnerId("owner");

    private final Chance commits;

    Jury(long seed) {
        commits = new Chance(seed, "ballots");
    }

    /**
     * What somebody answered.
     *
     * @param owner nobody for a trusted owner, who is never judged
     */
    record Answer(@Nullable Owner owner, int numericClass, double place) {
        boolean agreesWith(Answer other) {
            return Math.abs(place - other.place)
                    <= Places.tolerance(numericClass, other.numericClass);
        }

        /** Further than two honest results can be. */
        boolean isFarFrom(Answer other) {
            return Math.abs(place - other.place)
                    > 2 * Places.tolerance(numericClass, other.numericClass);
        }
    }

    /** What a vote says of each answer. */
    enum Ruling {
        OPEN,
        AGREEING,
        INCONCLUSIVE,
        DISSENTING
    }

    /** Judges; the rulings are in the order of the answers. Two must agree. */
    List<Ruling> judge(List<Answer> answers) {
        return rulings(
                answers,
                (ballots, distances, tolerance) -> Voter.judge(ballots, distances, tolerance, 2));
    }

    /** Judges by the last answer, a trusted owner's, which nobody outvotes. */
    List<Ruling> judgeByLast(List<Answer> answers) {
        return rulings(
                answers,
                (ballots, distances, tolerance) ->
                        Voter.judgeBy(ballots.size() - 1, ballots, distances, tolerance));
    }

    /** A way of judging that production has. */
    private interface Judgement {
        Verdict of(List<Ballot> ballots, Comparison distances, Tolerance tolerance);
    }

    private List<Ruling> rulings(List<Answer> answers, Judgement judgement) {
        var ballots = new ArrayList<Ballot>();
        var distances = new ArrayList<Double>();
        for (int i = 0; i < answers.size(); i++) {
            ballots.add(new Ballot(new Lease(JOB, 0, i, 1), NODE, OWNER, digest(), digest()));
            for (int j = 0; j < i; j++) {
                distances.add(Math.abs(answers.get(i).place - answers.get(j).place));
            }
        }
        Verdict verdict =
                judgement.of(
                        ballots,
                        new Comparison(ballots.size(), distances),
                        (a, b) ->
                                Places.tolerance(
                                        answer(answers, a).numericClass,
                                        answer(answers, b).numericClass));
        return ballots.stream().map(ballot -> ruling(verdict, ballot)).toList();
    }

    private static Ruling ruling(Verdict verdict, Ballot ballot) {
        return switch (verdict) {
            case Verdict.Open _ -> Ruling.OPEN;
            case Verdict.Agreed agreed ->
                    agreed.agreeing().contains(ballot)
                            ? Ruling.AGREEING
                            : agreed.inconclusive().contains(ballot)
                                    ? Ruling.INCONCLUSIVE
                                    : Ruling.DISSENTING;
        };
    }

    private static Answer answer(List<Answer> answers, Ballot ballot) {
        return answers.get(ballot.lease().attempt());
    }

    private Digest digest() {
        return new Digest(commits.whole(), commits.whole(), commits.whole(), commits.whole());
    }
}
