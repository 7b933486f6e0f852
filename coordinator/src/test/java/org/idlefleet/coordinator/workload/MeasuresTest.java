package org.idlefleet.coordinator.workload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;

/** The measures themselves, held against known values and slower, plainer computations. */
class MeasuresTest {
    private static final MathContext EXACT = new MathContext(60);

    @Test
    void measuresTheChordAsWideArithmeticDoes() {
        var random = new SplittableRandom(1);
        for (int i = 0; i < 200; i++) {
            var a = new float[64];
            var b = new float[64];
            double apart = Math.pow(10, -random.nextInt(8));
            for (int k = 0; k < a.length; k++) {
                a[k] = (float) random.nextDouble(-1, 1);
                b[k] = (float) (a[k] + apart * random.nextDouble(-1, 1));
            }
            double oracle = chord(a, b);
            assertThat(EmbeddingComparator.chord(a, b))
                    .isCloseTo(oracle, within(1e-15 + 1e-9 * oracle));
        }
    }

    @Test
    void measuresKnownChords() {
        assertThat(EmbeddingComparator.chord(new float[] {1, 0}, new float[] {0, 1}))
                .isCloseTo(Math.sqrt(2), within(1e-15));
        assertThat(EmbeddingComparator.chord(new float[] {1, 0}, new float[] {-1, 0})).isEqualTo(2);
        assertThat(EmbeddingComparator.chord(new float[] {3, 4}, new float[] {6, 8})).isZero();
    }

    @Test
    void measuresLogitsInUnitsOfTheScaleAndVetoesByDivergence() {
        var comparator = new LogitsComparator(ElementType.FLOAT32, List.of(2, 2), 4, 0.25, 0.1);
        Tensor a = Tensor.of(List.of(2, 2), 0f, 0f, 1f, 3f);
        Tensor b = Tensor.of(List.of(2, 2), 1f, 0f, 1f, 3f);
        // softmax of (0,0) is (1/2,1/2), of (1,0) is (e,1)/(1+e)
        double p = Math.E / (1 + Math.E);
        double forth = 0.5 * Math.log(0.5 / p) + 0.5 * Math.log(0.5 / (1 - p));
        double back = p * Math.log(p / 0.5) + (1 - p) * Math.log((1 - p) / 0.5);
        assertThat(comparator.divergence(a, b)).isCloseTo(Math.max(forth, back), within(1e-15));
        assertThat(comparator.match(a, b))
                .isEqualTo(new Match.Measured(0.25, Zone.INCONCLUSIVE, List.of(Match.Remark.VETO)));
        assertThat(
                        new LogitsComparator(ElementType.FLOAT32, List.of(2, 2), 4, 0.25, 0.2)
                                .match(a, b))
                .isEqualTo(new Match.Measured(0.25, Zone.AGREE, List.of()));
    }

    @Test
    void neverLetsAVetoBlameAnybody() {
        var random = new SplittableRandom(2);
        var strict = new LogitsComparator(ElementType.FLOAT32, Outputs.ROWS, 10, 0.01, 1e-300);
        int vetoed = 0;
        for (int i = 0; i < 500; i++) {
            Tensor a = Outputs.floats(Outputs.ROWS, random, -5, 5);
            Tensor b = Outputs.nudged(a, 0.05, random, -9, 9);
            if (strict.match(a, b) instanceof Match.Measured measured
                    && !measured.remarks().isEmpty()) {
                vetoed++;
                assertThat(measured.zone()).isEqualTo(Zone.INCONCLUSIVE);
            }
        }
        assertThat(vetoed).isGreaterThan(400);
    }

    @Test
    void takesOtherClassesForEqualOnlyIfBothOutputsNearlyTie() {
        var comparator = new ClassComparator(ElementType.FLOAT32, List.of(1, 3), 1, 0.125);
        Tensor first = Tensor.of(List.of(1, 3), 1f, 0.75f, 0f);
        Tensor second = Tensor.of(List.of(1, 3), 0.9375f, 1f, 0f);
        Tensor surely = Tensor.of(List.of(1, 3), 0f, 1f, 0f);
        assertThat(comparator.match(first, second))
                .isEqualTo(new Match.Measured(0.125, Zone.AGREE, List.of(Match.Remark.TIE)));
        assertThat(comparator.match(first, surely))
                .isEqualTo(new Match.Measured(0.5, Zone.REJECT, List.of()));
        assertThat(comparator.match(second, surely))
                .isEqualTo(new Match.Measured(0, Zone.AGREE, List.of()));
    }

    @Test
    void holdsClassesNoFurtherApartThanTheirScores() {
        var random = new SplittableRandom(3);
        var classes = new ClassComparator(ElementType.FLOAT32, Outputs.ROWS, 10, 0.01);
        var logits = new LogitsComparator(ElementType.FLOAT32, Outputs.ROWS, 10, 0.01, 1);
        int differ = 0;
        for (int i = 0; i < 5_000; i++) {
            Tensor a = Outputs.floats(Outputs.ROWS, random, -1, 1);
            Tensor b = Outputs.nudged(a, random.nextDouble(), random, -9, 9);
            double distance = classes.distance(a, b);
            differ += distance > 0 ? 1 : 0;
            assertThat(distance).isLessThanOrEqualTo(logits.distance(a, b) + 1e-12);
        }
        assertThat(differ).isGreaterThan(1_000);
    }

    @Test
    void pairsBoxesAsTryingAllPairingsDoes() {
        var random = new SplittableRandom(4);
        var comparator = new BoxComparator(0.3, 20, 0.02);
        int paired = 0;
        for (int i = 0; i < 1_500; i++) {
            List<Box> a = Outputs.boxes(random);
            List<Box> b =
                    random.nextBoolean()
                            ? Outputs.boxes(random)
                            : Outputs.nudged(a, random.nextDouble(), random);
            a = a.subList(0, Math.min(4, a.size()));
            b = b.subList(0, Math.min(4, b.size()));
            double best = best(a, b, 0);
            paired += best < 0.2 ? 1 : 0;
            assertThat(comparator.distance(a, b)).isCloseTo(best, within(1e-12));
        }
        assertThat(paired).isGreaterThan(100);
    }

    @Test
    void doesNotCareInWhichOrderBoxesCome() {
        var random = new SplittableRandom(5);
        var comparator = new BoxComparator(0.3, 20, 0.02);
        for (int i = 0; i < 1_000; i++) {
            List<Box> a = Outputs.boxes(random);
            List<Box> b = new ArrayList<>(Outputs.nudged(a, 0.02, random));
            Match before = comparator.match(a, b);
            Collections.shuffle(b, new Random(i));
            assertThat(comparator.match(a, b)).isEqualTo(before);
        }
    }

    @Test
    void forgivesAMissingBoxOnlyAtTheCutOff() {
        var comparator = new BoxComparator(0.3, 20, 0.02);
        Box sure = new Box(0, 0.9, 0, 0, 1, 1);
        Box edge = new Box(0, 0.3125, 5, 5, 6, 6);
        assertThat(comparator.match(List.of(sure, edge), List.of(sure)))
                .isInstanceOfSatisfying(
                        Match.Measured.class,
                        measured -> assertThat(measured.zone()).isEqualTo(Zone.AGREE));
        assertThat(comparator.match(List.of(sure, edge), List.of(edge)))
                .isInstanceOfSatisfying(
                        Match.Measured.class,
                        measured -> assertThat(measured.zone()).isEqualTo(Zone.REJECT));
        assertThat(comparator.distance(List.of(sure), List.of(new Box(1, 0.9, 0, 0, 1, 1))))
                .isCloseTo(0.6, within(1e-15));
        assertThat(comparator.distance(List.of(), List.of())).isZero();
    }

    @Test
    void findsABlotThatHardlyMovesTheDistance() {
        List<Integer> shape = List.of(1, 64, 64);
        var comparator = new ImageComparator(ElementType.FLOAT32, shape, 1, 0.2, 0.98, 20);
        Tensor picture = Outputs.floats(shape, new SplittableRandom(6), 0.4, 0.6);
        var values = new float[64 * 64];
        for (int i = 0; i < values.length; i++) {
            boolean blot = i / 64 >= 10 && i / 64 < 22 && i % 64 >= 10 && i % 64 < 22;
            values[i] = blot ? 0.5f : (float) picture.value(i);
        }
        Match match = comparator.match(picture, Tensor.of(shape, values));
        assertThat(match)
                .isInstanceOfSatisfying(
                        Match.Measured.class,
                        measured -> {
                            assertThat(measured.distance()).isLessThan(0.2);
                            assertThat(measured.zone()).isEqualTo(Zone.INCONCLUSIVE);
                            assertThat(measured.remarks()).containsExactly(Match.Remark.VETO);
                        });
    }

    @Test
    void measuresKnownSimilarities() {
        List<Integer> shape = List.of(1, 16, 16);
        var comparator = new ImageComparator(ElementType.FLOAT32, shape, 1, 0.2, 0.98, 20);
        var dark = new float[256];
        var bright = new float[256];
        java.util.Arrays.fill(dark, 0.25f);
        java.util.Arrays.fill(bright, 0.5f);
        Tensor a = Tensor.of(shape, dark);
        Tensor b = Tensor.of(shape, bright);
        // Without contrast only the means speak: (2 m n + c1) / (m² + n² + c1).
        assertThat(comparator.similarity(a, b))
                .isCloseTo((2 * 0.125 + 1e-4) / (0.0625 + 0.25 + 1e-4), within(1e-12));
        assertThat(comparator.noiseRatioDb(a, b))
                .isCloseTo(10 * Math.log10(1 / 0.0625), within(1e-12));
        assertThat(comparator.noiseRatioDb(a, a)).isEqualTo(Double.POSITIVE_INFINITY);
        assertThat(comparator.similarity(a, a)).isCloseTo(1, within(1e-12));
    }

    /** The bottleneck by trying every partner, or none, for each box of a. */
    private static double best(List<Box> a, List<Box> b, int from) {
        if (from == a.size()) {
            return b.stream().mapToDouble(box -> box.score() - 0.3).max().orElse(0);
        }
        Box box = a.get(from);
        double best = Math.max(box.score() - 0.3, best(a, b, from + 1));
        for (int j = 0; j < b.size(); j++) {
            List<Box> rest = new ArrayList<>(b);
            rest.remove(j);
            best = Math.min(best, Math.max(box.distance(b.get(j)), best(a, rest, from + 1)));
        }
        return best;
    }

    private static double chord(float[] a, float[] b) {
        BigDecimal lengthA = length(a);
        BigDecimal lengthB = length(b);
        BigDecimal sum = BigDecimal.ZERO;
        for (int i = 0; i < a.length; i++) {
            BigDecimal difference =
                    new BigDecimal(a[i])
                            .divide(lengthA, EXACT)
                            .subtract(new BigDecimal(b[i]).divide(lengthB, EXACT));
            sum = sum.add(difference.multiply(difference));
        }
        return sum.sqrt(EXACT).doubleValue();
    }

    private static BigDecimal length(float[] vector) {
        BigDecimal sum = BigDecimal.ZERO;
        for (float x : vector) {
            sum = sum.add(new BigDecimal(x).pow(2));
        }
        return sum.sqrt(EXACT);
    }
}
