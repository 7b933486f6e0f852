package org.idlefleet.coordinator.verification;

import static org.assertj.core.api.Assertions.assertThat;

import org.idlefleet.protocol.Digest;
import org.idlefleet.protocol.JobId;
import org.idlefleet.protocol.Lease;
import org.idlefleet.protocol.NodeId;
import org.idlefleet.protocol.OwnerId;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Verdicts over results that agree by distance. */
class VoterTest {
    private static final double AGREE = 0.01;
    private static final int DIMENSIONS = 6;

    /** Distances are a few round numbers, so that ties of every kind happen all the time. */
    @Test
    void saysTheSameInWhateverOrderBallotsArriveInAHundredThousandCases() {
        var random = new SplittableRandom(11);
        int agreed = 0;
        for (int round = 0; round < 100_000; round++) {
            int count = random.nextInt(2, 7);
            int quorum = random.nextInt(1, 4);
            List<Ballot> ballots = ballots(count, random);
            double[][] distances = new double[count][count];
            for (int i = 0; i < count; i++) {
                for (int j = 0; j < i; j++) {
                    distances[i][j] = distances[j][i] = random.nextInt(4) * AGREE / 2;
                }
            }
            int[] order = shuffled(count, random);
            Verdict one = judge(ballots, distances, identity(count), quorum);
            Verdict other = judge(ballots, distances, order, quorum);
            assertThat(canonicalForm(other)).isEqualTo(canonicalForm(one));
            agreed += one instanceof Verdict.Agreed ? 1 : 0;
        }
        assertThat(agreed).isBetween(20_000, 99_999);
    }

    /**
     * Honest results lie within half the tolerance of the truth, so each pair of them agrees. The
     * attacker, who knows them all, pulls from any distance between 0.3 and 2 tolerances.
     */
    @Test
    void neverRejectsAnHonestResultForAnAttackerWhoDragsInTwoHundredThousandCases() {
        var random = new SplittableRandom(12);
        int inconclusive = 0;
        for (int round = 0; round < 200_000; round++) {
            int honest = random.nextInt(2, 5);
            double[][] places = new double[honest + 1][];
            for (int i = 0; i < honest; i++) {
                places[i] = direction(random, AGREE / 2 * random.nextDouble());
            }
            places[honest] = direction(random, AGREE * random.nextDouble(0.3, 2));
            Verdict verdict =
                    Voter.judge(ballots(honest + 1, random), comparison(places), AGREE, honest);
            assertThat(verdict).isInstanceOf(Verdict.Agreed.class);
            if (verdict instanceof Verdict.Agreed agreed) {
                assertThat(agreed.dissenting())
                        .allMatch(ballot -> ballot.owner().value().equals("owner" + honest));
                inconclusive += agreed.inconclusive().size();
            }
        }
        assertThat(inconclusive).isPositive();
    }

    @Test
    void needsAsManyAgreeingAsTheQuorumSays() {
        List<Ballot> ballots = ballots(3, new SplittableRandom(1));
        var far = new Comparison(3, List.of(1.0, 1.0, 1.0));
        var pair = new Comparison(3, List.of(AGREE, 1.0, 1.0));
        assertThat(Voter.judge(ballots, far, AGREE, 2)).isEqualTo(new Verdict.Open(1));
        assertThat(Voter.judge(ballots, pair, AGREE, 3)).isEqualTo(new Verdict.Open(1));
        assertThat(Voter.judge(ballots, pair, AGREE, 2))
                .isInstanceOfSatisfying(
                        Verdict.Agreed.class,
                        agreed -> {
                            assertThat(agreed.agreeing())
                                    .containsExactlyInAnyOrder(ballots.get(0), ballots.get(1));
                            assertThat(agreed.dissenting()).containsExactly(ballots.get(2));
                        });
    }

    private static Verdict judge(
            List<Ballot> ballots, double[][] distances, int[] order, int quorum) {
        var arrived = new ArrayList<Ballot>();
        var pairs = new ArrayList<Double>();
        for (int i = 0; i < order.length; i++) {
            arrived.add(ballots.get(order[i]));
            for (int j = 0; j < i; j++) {
                pairs.add(distances[order[i]][order[j]]);
            }
        }
        return Voter.judge(arrived, new Comparison(order.length, pairs), AGREE, quorum);
    }

    /** Lists of ballots as sets: only who is in which matters. */
    private static String canonicalForm(Verdict verdict) {
        return switch (verdict) {
            case Verdict.Open open -> open.toString();
            case Verdict.Agreed agreed ->
                    agreed.canonical().owner()
                            + " "
                            + owners(agreed.agreeing())
                            + owners(agreed.inconclusive())
                            + owners(agreed.dissenting());
        };
    }

    private static List<OwnerId> owners(List<Ballot> ballots) {
        return ballots.stream().map(Ballot::owner).sorted().toList();
    }

    private static List<Ballot> ballots(int count, SplittableRandom random) {
        var ballots = new ArrayList<Ballot>();
        for (int i = 0; i < count; i++) {
            var digest =
                    new Digest(
                            random.nextLong(),
                            random.nextLong(),
                            random.nextLong(),
                            random.nextLong());
            ballots.add(
                    new Ballot(
                            new Lease(new JobId(1), 0, i, 1),
                            new NodeId("node" + i),
                            new OwnerId("owner" + i),
                            digest,
                            digest));
        }
        return ballots;
    }

    private static Comparison comparison(double[][] places) {
        var distances = new ArrayList<Double>();
        for (int i = 1; i < places.length; i++) {
            for (int j = 0; j < i; j++) {
                double sum = 0;
                for (int k = 0; k < DIMENSIONS; k++) {
                    sum += (places[i][k] - places[j][k]) * (places[i][k] - places[j][k]);
                }
                distances.add(Math.sqrt(sum));
            }
        }
        return new Comparison(places.length, distances);
    }

    private static double[] direction(SplittableRandom random, double length) {
        var vector = new double[DIMENSIONS];
        double sum = 0;
        for (int k = 0; k < DIMENSIONS; k++) {
            vector[k] = random.nextDouble(-1, 1);
            sum += vector[k] * vector[k];
        }
        for (int k = 0; k < DIMENSIONS; k++) {
            vector[k] *= length / Math.sqrt(sum);
        }
        return vector;
    }

    private static int[] identity(int count) {
        return java.util.stream.IntStream.range(0, count).toArray();
    }

    private static int[] shuffled(int count, SplittableRandom random) {
        int[] order = identity(count);
        for (int i = count - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            int swapped = order[i];
            order[i] = order[j];
            order[j] = swapped;
        }
        return order;
    }
}
