package org.idlefleet.coordinator.workload;

import org.idlefleet.protocol.EmbeddingOutput;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;

/** Random outputs of every type, and slightly different ones. */
final class Outputs {
    static final List<Integer> ROWS = List.of(3, 17);
    static final List<Integer> PICTURE = List.of(2, 16, 13);

    private Outputs() {}

    /** A comparator with what draws outputs for it. */
    record Kind<T>(
            OutputComparator<T> comparator,
            boolean metric,
            Function<SplittableRandom, T> draw,
            Nudge<T> nudge) {
        @Override
        public String toString() {
            return comparator.id();
        }
    }

    /** Moves an output by about {@code much} of its size. */
    @FunctionalInterface
    interface Nudge<T> {
        T by(T output, double much, SplittableRandom random);
    }

    static List<Kind<?>> kinds() {
        return List.of(
                new Kind<>(
                        new EmbeddingComparator(4, 32, 0.01),
                        true,
                        Outputs::embeddings,
                        Outputs::nudged),
                new Kind<>(
                        new LogitsComparator(ElementType.FLOAT32, ROWS, 10, 0.01, 1e-2),
                        true,
                        random -> floats(ROWS, random, -5, 5),
                        (t, much, random) -> nudged(t, 10 * much, random, -1e9, 1e9)),
                new Kind<>(
                        new ClassComparator(ElementType.FLOAT32, ROWS, 10, 0.01),
                        false,
                        random -> floats(ROWS, random, -5, 5),
                        (t, much, random) -> nudged(t, 10 * much, random, -1e9, 1e9)),
                new Kind<>(new BoxComparator(0.3, 20, 0.02), true, Outputs::boxes, Outputs::nudged),
                new Kind<>(
                        new LatentComparator(ElementType.FLOAT32, PICTURE, 0.01),
                        true,
                        random -> floats(PICTURE, random, -1, 1),
                        (t, much, random) -> nudged(t, much / 2, random, -1e9, 1e9)),
                new Kind<>(
                        new ImageComparator(ElementType.FLOAT32, PICTURE, 1, 0.01, 0.98, 35),
                        true,
                        random -> floats(PICTURE, random, 0, 1),
                        (t, much, random) -> nudged(t, much / 2, random, 0, 1)),
                new Kind<>(
                        new ExactComparator(ElementType.UINT8, List.of(4)),
                        true,
                        random ->
                                new Tensor(
                                        ElementType.UINT8,
                                        List.of(4),
                                        new byte[] {0, 1, 2, (byte) random.nextInt(256)}),
                        (t, much, random) -> t));
    }

    static Tensor floats(List<Integer> shape, SplittableRandom random, double from, double to) {
        int count = shape.stream().reduce(1, (a, b) -> a * b);
        var values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextDouble(from, to);
        }
        return Tensor.of(shape, values);
    }

    static Tensor nudged(
            Tensor tensor, double much, SplittableRandom random, double from, double to) {
        var values = new float[tensor.elements()];
        for (int i = 0; i < values.length; i++) {
            double moved = tensor.value(i) + much * random.nextDouble(-1, 1);
            values[i] = (float) Math.clamp(moved, from, to);
        }
        return Tensor.of(tensor.shape(), values);
    }

    static EmbeddingOutput embeddings(SplittableRandom random) {
        EmbeddingOutput output = EmbeddingOutput.create(4, 32);
        for (int item = 0; item < 4; item++) {
            var vector = new float[32];
            for (int k = 0; k < 32; k++) {
                vector[k] = (float) random.nextDouble(-1, 1);
            }
            output.set(item, 7, unit(vector));
        }
        return output;
    }

    static EmbeddingOutput nudged(EmbeddingOutput output, double much, SplittableRandom random) {
        EmbeddingOutput nudged = EmbeddingOutput.create(output.items(), output.dimensions());
        for (int item = 0; item < output.items(); item++) {
            float[] vector = output.vector(item);
            for (int k = 0; k < vector.length; k++) {
                vector[k] += (float) (much / Math.sqrt(vector.length) * random.nextDouble(-1, 1));
            }
            nudged.set(item, output.tokens(item), unit(vector));
        }
        return nudged;
    }

    static float[] unit(float[] vector) {
        double squares = 0;
        for (float x : vector) {
            squares += (double) x * x;
        }
        var unit = new float[vector.length];
        for (int k = 0; k < vector.length; k++) {
            unit[k] = (float) (vector[k] / Math.sqrt(squares));
        }
        return unit;
    }

    static List<Box> boxes(SplittableRandom random) {
        var boxes = new ArrayList<Box>();
        for (int i = random.nextInt(6); i > 0; i--) {
            double left = random.nextInt(4);
            double top = random.nextInt(4);
            boxes.add(
                    new Box(
                            random.nextInt(2),
                            random.nextDouble(0.3, 1),
                            left,
                            top,
                            left + random.nextDouble(0.5, 3),
                            top + random.nextDouble(0.5, 3)));
        }
        return boxes;
    }

    static List<Box> nudged(List<Box> boxes, double much, SplittableRandom random) {
        return boxes.stream()
                .map(box ->
                        new Box(
                                box.label(),
                                Math.clamp(box.score() + much * random.nextDouble(-1, 1), 0.3, 1),
                                box.left() + much / 20 * random.nextDouble(-1, 1),
                                box.top() + much / 20 * random.nextDouble(-1, 1),
                                box.right() + much / 20 * random.nextDouble(-1, 1),
                                box.bottom() + much / 20 * random.nextDouble(-1, 1)))
                .toList();
    }
}
