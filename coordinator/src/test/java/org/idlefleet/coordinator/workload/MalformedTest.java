package org.idlefleet.coordinator.workload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.idlefleet.protocol.EmbeddingOutput;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** What no model can give is never compared, on whichever side it stands. */
class MalformedTest {
    private static final float[] BROKEN = {
        Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY
    };

    static List<OutputComparator<Tensor>> floats() {
        return List.of(
                new LogitsComparator(ElementType.FLOAT32, Outputs.ROWS, 10, 0.01, 0.01),
                new ClassComparator(ElementType.FLOAT32, Outputs.ROWS, 10, 0.01),
                new LatentComparator(ElementType.FLOAT32, Outputs.ROWS, 0.01),
                new ImageComparator(ElementType.FLOAT32, Outputs.PICTURE, 1, 0.01, 0.98, 35));
    }

    @ParameterizedTest
    @MethodSource("floats")
    void findsOneBrokenNumberAnywhere(OutputComparator<Tensor> comparator) {
        var random = new SplittableRandom(1);
        List<Integer> shape =
                comparator instanceof ImageComparator ? Outputs.PICTURE : Outputs.ROWS;
        for (int i = 0; i < 300; i++) {
            Tensor good = Outputs.floats(shape, random, 0, 1);
            Tensor bad = with(good, random.nextInt(good.elements()), BROKEN[i % BROKEN.length]);
            assertThat(comparator.match(good, bad))
                    .isInstanceOfSatisfying(
                            Match.Malformed.class, match -> assertThat(match.first()).isFalse());
            assertThat(comparator.match(bad, good))
                    .isInstanceOfSatisfying(
                            Match.Malformed.class, match -> assertThat(match.first()).isTrue());
            assertThat(comparator.match(bad, bad)).isInstanceOf(Match.Malformed.class);
        }
    }

    @ParameterizedTest
    @MethodSource("floats")
    void findsAnotherTypeShapeOrLength(OutputComparator<Tensor> comparator) {
        List<Integer> shape =
                comparator instanceof ImageComparator ? Outputs.PICTURE : Outputs.ROWS;
        Tensor good = Outputs.floats(shape, new SplittableRandom(2), 0, 1);
        assertThat(comparator.malformed(good)).isEmpty();
        byte[] raw = good.raw();
        assertThat(comparator.malformed(new Tensor(ElementType.INT32, shape, raw)))
                .hasValueSatisfying(why -> assertThat(why).contains("FLOAT32", "INT32"));
        assertThat(comparator.malformed(new Tensor(good.type(), shape.reversed(), raw)))
                .hasValueSatisfying(why -> assertThat(why).contains(shape.reversed().toString()));
        for (int length : new int[] {0, raw.length - 1, raw.length - 4, raw.length + 4}) {
            Tensor cut = new Tensor(good.type(), shape, Arrays.copyOf(raw, length));
            assertThat(comparator.malformed(cut))
                    .hasValueSatisfying(why -> assertThat(why).contains(length + ""));
        }
    }

    @Test
    void takesMinusZeroForZeroAndSeesDenormals() {
        var comparator = new LatentComparator(ElementType.FLOAT32, List.of(2), 0.01);
        Tensor zero = Tensor.of(List.of(2), 0f, 0f);
        Tensor minus = Tensor.of(List.of(2), -0f, 0f);
        Tensor tiny = Tensor.of(List.of(2), Float.MIN_VALUE, 0f);
        assertThat(comparator.match(zero, minus))
                .isEqualTo(new Match.Measured(0, Zone.AGREE, List.of()));
        assertThat(comparator.match(zero, tiny))
                .isEqualTo(new Match.Measured(1, Zone.REJECT, List.of()));
        assertThat(comparator.match(tiny, tiny))
                .isEqualTo(new Match.Measured(0, Zone.AGREE, List.of()));
    }

    @Test
    void comparesTheLargestNumbersWithoutOverflow() {
        var comparator = new LatentComparator(ElementType.FLOAT32, List.of(2), 0.01);
        Tensor huge = Tensor.of(List.of(2), Float.MAX_VALUE, -Float.MAX_VALUE);
        assertThat(comparator.distance(huge, huge)).isZero();
        assertThat(comparator.distance(huge, Tensor.of(List.of(2), 0f, 0f))).isEqualTo(1);
    }

    @Test
    void readsHalfPrecision() {
        var half = new Tensor(ElementType.FLOAT16, List.of(2), new byte[] {0, 0x3c, 0, 0x7c});
        assertThat(half.value(0)).isEqualTo(1);
        assertThat(half.malformed(ElementType.FLOAT16, List.of(2)))
                .contains("element 1 is Infinity");
        var brain =
                new Tensor(
                        ElementType.BFLOAT16,
                        List.of(2),
                        new byte[] {(byte) 0x80, (byte) 0xbf, (byte) 0xc0, 0x7f});
        assertThat(brain.value(0)).isEqualTo(-1);
        assertThat(brain.malformed(ElementType.BFLOAT16, List.of(2))).contains("element 1 is NaN");
    }

    @Test
    void refusesEmbeddingsThatAreNotOfLengthOne() {
        var comparator = new EmbeddingComparator(1, 2, 0.01);
        EmbeddingOutput good = embedding(0.6f, 0.8f);
        assertThat(comparator.malformed(good)).isEmpty();
        for (float[] vector :
                new float[][] {
                    {0, 0},
                    {6, 8},
                    {0.0006f, 0.0008f},
                    {Float.NaN, 1},
                    {1e30f, 1e30f},
                    {0.61f, 0.8f}
                }) {
            EmbeddingOutput bad = embedding(vector);
            assertThat(comparator.match(good, bad)).isInstanceOf(Match.Malformed.class);
            assertThat(EmbeddingComparator.compare(List.of(good.raw(), bad.raw()), 2).distances())
                    .containsExactly(EmbeddingComparator.FAR);
        }
        assertThat(new EmbeddingComparator(2, 2, 0.01).malformed(good))
                .contains("expected 2 vectors of 2, found 1 of 2");
    }

    @Test
    void refusesBoxesThatAreNone() {
        var comparator = new BoxComparator(0.3, 2, 0.02);
        Box good = new Box(1, 0.5, 0, 0, 2, 1);
        assertThat(comparator.malformed(List.of(good, good))).isEmpty();
        assertThat(comparator.malformed(List.of(good, good, good)))
                .contains("expected 2 boxes at most, found 3");
        for (Box bad :
                List.of(
                        new Box(1, Double.NaN, 0, 0, 2, 1),
                        new Box(1, 0.29, 0, 0, 2, 1),
                        new Box(1, 1.01, 0, 0, 2, 1),
                        new Box(1, 0.5, 2, 0, 2, 1),
                        new Box(1, 0.5, 0, 1, 2, 0),
                        new Box(1, 0.5, Double.NaN, 0, 2, 1),
                        new Box(1, 0.5, 0, 0, Double.POSITIVE_INFINITY, 1),
                        new Box(-1, 0.5, 0, 0, 2, 1))) {
            assertThat(comparator.malformed(List.of(good, bad)))
                    .hasValueSatisfying(why -> assertThat(why).startsWith("box 1 "));
        }
    }

    @Test
    void comparesOnlyWholeNumbersExactly() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ExactComparator(ElementType.FLOAT32, List.of(1)));
        var comparator = new ExactComparator(ElementType.INT64, List.of(1));
        Tensor large =
                new Tensor(ElementType.INT64, List.of(1), new byte[] {1, 0, 0, 0, 0, 0, 32, 0});
        Tensor next =
                new Tensor(ElementType.INT64, List.of(1), new byte[] {0, 0, 0, 0, 0, 0, 32, 0});
        assertThat(large.value(0)).isEqualTo(next.value(0));
        assertThat(comparator.match(large, next))
                .isEqualTo(new Match.Measured(1, Zone.REJECT, List.of()));
    }

    private static EmbeddingOutput embedding(float... vector) {
        EmbeddingOutput output = EmbeddingOutput.create(1, vector.length);
        output.set(0, 3, vector);
        return output;
    }

    private static Tensor with(Tensor tensor, int at, float value) {
        var values = new float[tensor.elements()];
        for (int i = 0; i < values.length; i++) {
            values[i] = i == at ? value : (float) tensor.value(i);
        }
        return Tensor.of(tensor.shape(), values);
    }
}
