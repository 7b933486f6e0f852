package org.idlefleet.coordinator.verification;

import static org.assertj.core.api.Assertions.assertThat;

import org.idlefleet.protocol.Digest;
import org.idlefleet.protocol.JobId;
import org.idlefleet.protocol.Lease;
import org.idlefleet.protocol.NodeId;
import org.idlefleet.protocol.OwnerId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;

/** Votes from several numeric classes, each pair with a tolerance of its own. */
class MixedClassesTest {
    private static final int CLASSES = 3;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void neverOutvotesAnHonestResultWhateverTheOthersSend(long seed) {
        var random = new SplittableRandom(seed);
        int settled = 0;
        int dragged = 0;
        for (int round = 0; round < 20_000; round++) {
            var story = new Story(random);
            Verdict verdict = Voter.judge(story.ballots, story.distances(), story::tolerance, 2);
            if (verdict instanceof Verdict.Agreed agreed
                    && agreed.agreeing().stream().anyMatch(story::honest)) {
                settled++;
                dragged += story.honest(agreed.canonical()) ? 0 : 1;
                assertThat(agreed.dissenting()).noneMatch(story::honest);
            }
        }
        assertThat(settled).isGreaterThan(5_000);
        assertThat(dragged).isPositive();
    }

    @ParameterizedTest
    @ValueSource(longs = {5, 6})
    void saysTheSameInWhateverOrderTheyArrive(long seed) {
        var random = new SplittableRandom(seed);
        for (int round = 0; round < 5_000; round++) {
            var story = new Story(random);
            Verdict before = Voter.judge(story.ballots, story.distances(), story::tolerance, 2);
            Collections.shuffle(story.ballots, new Random(random.nextLong()));
            Verdict after = Voter.judge(story.ballots, story.distances(), story::tolerance, 2);
            assertThat(after).isEqualTo(before);
        }
    }

    @Test
    void usesTheWiderToleranceOnlyForItsPair() {
        List<Ballot> ballots = List.of(ballot(0, 1), ballot(1, 2), ballot(2, 3));
        var comparison = new Comparison(3, List.of(0.1, 0.9, 0.9));
        Tolerance wide01 = (a, b) -> a.lease().shard() + b.lease().shard() == 1 ? 0.1 : 0.01;
        assertThat(Voter.judge(ballots, comparison, wide01, 2))
                .isInstanceOfSatisfying(
                        Verdict.Agreed.class,
                        agreed -> {
                            assertThat(agreed.agreeing()).hasSize(2);
                            assertThat(agreed.dissenting()).containsExactly(ballots.get(2));
                        });
        assertThat(Voter.judge(ballots, comparison, (_, _) -> 0.01, 2))
                .isEqualTo(new Verdict.Open(1));
    }

    @Test
    void neverOutvotesAResultThatNobodyCanJudge() {
        List<Ballot> ballots = List.of(ballot(0, 1), ballot(1, 2), ballot(2, 3));
        var comparison = new Comparison(3, List.of(0.001, 0.9, 0.9));
        for (int stranger : new int[] {0, 1}) {
            Tolerance strangers =
                    (a, b) ->
                            a.lease().shard() + b.lease().shard() == stranger + 2
                                    ? Tolerance.UNMEASURED
                                    : 0.01;
            assertThat(Voter.judge(ballots, comparison, strangers, 2))
                    .isInstanceOfSatisfying(
                            Verdict.Agreed.class,
                            agreed -> {
                                assertThat(agreed.agreeing()).hasSize(2);
                                assertThat(agreed.dissenting()).isEmpty();
                                assertThat(agreed.inconclusive()).containsExactly(ballots.get(2));
                            });
        }
        assertThat(Voter.judgeBy(0, ballots, comparison, (a, b) -> Tolerance.UNMEASURED))
                .satisfies(agreed -> assertThat(agreed.dissenting()).isEmpty());
    }

    @Test
    void agreesWithoutAMeasurementOnlyIfTheResultsAreEqual() {
        List<Ballot> ballots = List.of(ballot(0, 1), ballot(1, 2));
        Tolerance nobody = (_, _) -> Tolerance.UNMEASURED;
        assertThat(Voter.judge(ballots, new Comparison(2, List.of(0.0)), nobody, 2))
                .isInstanceOf(Verdict.Agreed.class);
        assertThat(Voter.judge(ballots, new Comparison(2, List.of(1e-12)), nobody, 2))
                .isEqualTo(new Verdict.Open(1));
    }

    @Test
    void takesDistancesUpToTheToleranceAndNotOneUlpMore() {
        List<Ballot> ballots = List.of(ballot(0, 1), ballot(1, 2));
        double tau = 0.037;
        assertThat(Voter.judge(ballots, new Comparison(2, List.of(tau)), tau, 2))
                .isInstanceOf(Verdict.Agreed.class);
        for (double beyond : new double[] {Math.nextUp(tau), Double.NaN, 2}) {
            assertThat(Voter.judge(ballots, new Comparison(2, List.of(beyond)), tau, 2))
                    .isEqualTo(new Verdict.Open(1));
        }
    }

    private static Ballot ballot(int index, int salt) {
        Digest digest = Digest.of(new byte[] {(byte) index, (byte) salt});
        var lease = new Lease(new JobId(1), index, 0, 1);
        return new Ballot(
                lease, new NodeId("node-" + index), new OwnerId("owner-" + index), digest, digest);
    }

    /**
     * Some ballots on one shard: honest ones lie where their class puts them, give or take a
     * little, and hostile ones where they may do harm.
     */
    private static final class Story {
        private static final double NOISE = 0.1;

        final List<Ballot> ballots = new ArrayList<>();
        private final double[][] drift = new double[CLASSES][];
        private final int[] classes;
        private final boolean[] honest;
        private final double[][] places;

        Story(SplittableRandom random) {
            int count = random.nextInt(2, 7);
            classes = new int[count];
            honest = new boolean[count];
            places = new double[count][];
            for (int c = 0; c < CLASSES; c++) {
                drift[c] = scaled(random, random.nextDouble());
            }
            double[] target = scaled(random, 2 * random.nextDouble());
            for (int i = 0; i < count; i++) {
                classes[i] = random.nextInt(CLASSES);
                honest[i] = random.nextInt(3) > 0;
                places[i] =
                        honest[i]
                                ? sum(
                                        drift[classes[i]],
                                        scaled(random, NOISE * random.nextDouble()))
                                : sum(target, scaled(random, NOISE * random.nextInt(2)));
                ballots.add(ballot(i, random.nextInt(256)));
            }
        }

        double tolerance(Ballot a, Ballot b) {
            double[] from = drift[classes[place(a)]];
            return distance(from, drift[classes[place(b)]]) + 2 * NOISE + 1e-12;
        }

        boolean honest(Ballot ballot) {
            return honest[place(ballot)];
        }

        Comparison distances() {
            var distances = new ArrayList<Double>();
            for (int i = 1; i < ballots.size(); i++) {
                for (int j = 0; j < i; j++) {
                    distances.add(
                            distance(places[place(ballots.get(i))], places[place(ballots.get(j))]));
                }
            }
            return new Comparison(ballots.size(), distances);
        }

        private static int place(Ballot ballot) {
            return ballot.lease().shard();
        }

        private static double[] scaled(SplittableRandom random, double length) {
            double[] at = {
                random.nextDouble() - 0.5, random.nextDouble() - 0.5, random.nextDouble() - 0.5
            };
            double scale = length / distance(at, new double[3]);
            return new double[] {at[0] * scale, at[1] * scale, at[2] * scale};
        }

        private static double[] sum(double[] a, double[] b) {
            return new double[] {a[0] + b[0], a[1] + b[1], a[2] + b[2]};
        }

        private static double distance(double[] a, double[] b) {
            return Math.hypot(Math.hypot(a[0] - b[0], a[1] - b[1]), a[2] - b[2]);
        }
    }
}
