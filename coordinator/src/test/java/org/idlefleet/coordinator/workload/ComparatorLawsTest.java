package org.idlefleet.coordinator.workload;

import static org.assertj.core.api.Assertions.assertThat;

import org.idlefleet.coordinator.workload.Outputs.Kind;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** What holds for every comparator. */
class ComparatorLawsTest {
    private static final double ROUNDING = 1e-12;

    static List<Kind<?>> kinds() {
        return Outputs.kinds();
    }

    static List<Kind<?>> metrics() {
        return Outputs.kinds().stream().filter(Kind::metric).toList();
    }

    /** Those whose distances are more than equal or not. */
    static List<Kind<?>> tolerant() {
        return Outputs.kinds().stream()
                .filter(kind -> !(kind.comparator() instanceof ExactComparator))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("kinds")
    <T> void findsNothingBetweenAnOutputAndItself(Kind<T> kind) {
        var random = new SplittableRandom(1);
        for (int i = 0; i < 300; i++) {
            T output = kind.draw().apply(random);
            assertThat(kind.comparator().match(output, output))
                    .isEqualTo(new Match.Measured(0, Zone.AGREE, List.of()));
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    <T> void saysTheSameBothWays(Kind<T> kind) {
        var random = new SplittableRandom(2);
        for (int i = 0; i < 500; i++) {
            T a = kind.draw().apply(random);
            T b = random.nextBoolean() ? kind.draw().apply(random) : near(kind, a, random);
            assertThat(kind.comparator().match(b, a)).isEqualTo(kind.comparator().match(a, b));
        }
    }

    @ParameterizedTest
    @MethodSource("metrics")
    <T> void keepsTheTriangleInequalityWhereItIsAMetric(Kind<T> kind) {
        var random = new SplittableRandom(3);
        for (int i = 0; i < 2_000; i++) {
            List<T> three = new ArrayList<>();
            three.add(kind.draw().apply(random));
            for (int k = 0; k < 2; k++) {
                three.add(
                        random.nextInt(3) == 0
                                ? kind.draw().apply(random)
                                : near(kind, three.get(k), random));
            }
            double direct = kind.comparator().distance(three.get(0), three.get(2));
            double around =
                    kind.comparator().distance(three.get(0), three.get(1))
                            + kind.comparator().distance(three.get(1), three.get(2));
            assertThat(direct).isLessThanOrEqualTo(around + ROUNDING);
        }
    }

    /** Whoever agrees with one honest output is rejected by none that agrees with it too. */
    @ParameterizedTest
    @MethodSource("metrics")
    <T> void rejectsNobodyWhoIsTwoSmallStepsAway(Kind<T> kind) {
        var random = new SplittableRandom(4);
        OutputComparator<T> comparator = kind.comparator();
        int chains = 0;
        for (int i = 0; i < 3_000; i++) {
            T a = kind.draw().apply(random);
            T b = near(kind, a, random);
            T c = near(kind, b, random);
            if (comparator.distance(a, b) < comparator.tolerance() - ROUNDING
                    && comparator.distance(b, c) < comparator.tolerance() - ROUNDING) {
                chains++;
                assertThat(zone(comparator.match(a, c))).isNotEqualTo(Zone.REJECT);
            }
        }
        assertThat(chains).isGreaterThan(300);
    }

    @ParameterizedTest
    @MethodSource("tolerant")
    <T> void reachesAllThreeZones(Kind<T> kind) {
        var random = new SplittableRandom(5);
        Map<Zone, Integer> seen = new EnumMap<>(Zone.class);
        for (int i = 0; i < 3_000; i++) {
            T a = kind.draw().apply(random);
            T b = kind.nudge().by(a, 0.1 * random.nextDouble() * random.nextDouble(), random);
            if (kind.comparator().match(a, b) instanceof Match.Measured measured) {
                seen.merge(measured.zone(), 1, Integer::sum);
            }
        }
        assertThat(seen).containsOnlyKeys(Zone.values());
    }

    @ParameterizedTest
    @MethodSource("kinds")
    <T> void tellsUnrelatedOutputsApart(Kind<T> kind) {
        var random = new SplittableRandom(6);
        int rejected = 0;
        int rounds = 1_000;
        for (int i = 0; i < rounds; i++) {
            T a = kind.draw().apply(random);
            T b = kind.draw().apply(random);
            rejected += a.equals(b) || zone(kind.comparator().match(a, b)) == Zone.REJECT ? 1 : 0;
        }
        assertThat(rejected).isGreaterThanOrEqualTo(rounds * 98 / 100);
    }

    private static <T> T near(Kind<T> kind, T output, SplittableRandom random) {
        return kind.nudge().by(output, 0.02 * random.nextDouble(), random);
    }

    private static Zone zone(Match match) {
        return switch (match) {
            case Match.Measured measured -> measured.zone();
            case Match.Malformed malformed -> throw new AssertionError(malformed.why());
        };
    }
}
