package org.idlefleet.simulator;

import org.idlefleet.protocol.Digest;
import org.idlefleet.protocol.EmbeddingOutput;
import org.idlefleet.protocol.ModelId;
import org.idlefleet.protocol.ModelManifest;
import org.idlefleet.protocol.NumericClass;

import java.util.List;

/**
 * The simulated model: an item's bytes decide its vector, so everybody can compute it and anybody
 * can tell a wrong answer.
 */
final class Truth {
    static final int DIMENSIONS = 4;

    static final ModelManifest MANIFEST =
            new ModelManifest(
                    new ModelId("simulated"),
                    new ModelManifest.Task.Embedding(ModelManifest.Pooling.MEAN, DIMENSIONS),
                    List.of(
                            new ModelManifest.ModelFile(
                                    "model.onnx",
                                    ModelManifest.FileRole.ONNX,
                                    Digest.of(new byte[] {1}),
                                    1)),
                    "fp32",
                    new ModelManifest.Limits(60, 4),
                    new ModelManifest.Comparator(1, 0.01, tolerances()),
                    3,
                    new ModelManifest.Probe("probe", List.of(1f, 0f, 0f, 0f)));

    static final Digest DIGEST = Digest.of(new byte[] {7});

    static final double AGREE = MANIFEST.comparator().agree();

    /** What another numeric class may add to a true vector, in tolerances. */
    private static final double CLASS_NOISE = 1.5;

    /** What an odd one adds to a true vector, in tolerances. */
    private static final double ODD_NOISE = 4;

    /** How far from the truth an accepted answer may be: a dragging one of the oddest class. */
    static final double RIGHT = (ODD_NOISE + 1) * AGREE;

    private static final double DRAG = 0.9;

    /** A faulty device computes one item of so many wrong. */
    private static final long FAULT_EVERY = 300;

    private Truth() {}

    /** Nodes of this number declare class 0 and compute in another: a driver has changed. */
    static final int ODD = 3;

    /** What a node declares, and what it computes for the known graph. */
    static NumericClass shown(int number) {
        NumericClass declared = numericClass(number == ODD ? 0 : number);
        return new NumericClass(
                declared.runtime(),
                declared.provider(),
                declared.precision(),
                declared.processor(),
                "f00d" + number);
    }

    /** The class with this number. */
    static NumericClass numericClass(int number) {
        return new NumericClass("sim", "CPU", "fp32", "class-" + number);
    }

    /**
     * Results of one class are equal, and each class was measured against class 0; nobody measured
     * classes 1 and 2 against each other, and honest ones there are further apart than the default
     * tolerance would let pass.
     */
    private static List<ModelManifest.Tolerance> tolerances() {
        NumericClass plain = numericClass(0);
        return List.of(
                new ModelManifest.Tolerance(plain, plain, 0.01),
                new ModelManifest.Tolerance(plain, numericClass(1), 0.02),
                new ModelManifest.Tolerance(plain, numericClass(2), 0.02),
                new ModelManifest.Tolerance(numericClass(1), numericClass(1), 0.01));
    }

    /** What makes an honest device fail. */
    enum Poison {
        NONE,
        /** An item that the model can't take. */
        INPUT,
        /** An item on which the runtime breaks. */
        RUNTIME;

        byte[] item() {
            return this == INPUT ? new byte[0] : new byte[] {TOXIC};
        }
    }

    private static final byte TOXIC = 66;

    static Poison poison(List<byte[]> items) {
        for (byte[] item : items) {
            if (item.length == 0) {
                return Poison.INPUT;
            }
            if (item.length == 1 && item[0] == TOXIC) {
                return Poison.RUNTIME;
            }
        }
        return Poison.NONE;
    }

    /**
     * What a node of this conduct answers.
     *
     * @param numericClass nodes of one class answer alike to the last bit; class 0 has no noise
     * @param draw seed of what is random in a lie
     */
    static byte[] answer(List<byte[]> items, Conduct conduct, int numericClass, long draw) {
        int count = conduct == Conduct.LAZY ? items.size() / 2 : items.size();
        EmbeddingOutput output = EmbeddingOutput.create(count, DIMENSIONS);
        for (int i = 0; i < count; i++) {
            byte[] item = items.get(i);
            output.set(i, item.length, answer(seed(item), conduct, numericClass, draw + i));
        }
        return output.raw();
    }

    private static float[] answer(long seed, Conduct conduct, int numericClass, long draw) {
        return switch (conduct) {
            case GARBAGE -> unit(draw);
            case COALITION -> unit(seed + 1);
            case DRAGGING -> moved(honest(seed, numericClass), unit(seed + 2), DRAG);
            case NOT_A_NUMBER -> new float[] {1, Float.NaN, 0, 0};
            case FAULTY ->
                    Math.floorMod(draw, FAULT_EVERY) == 0 ? unit(draw) : honest(seed, numericClass);
            case HONEST, SLEEPER, LAZY, MUTE, LATE, REFUSING_INPUT, FAILING ->
                    honest(seed, numericClass);
        };
    }

    private static float[] honest(long seed, int numericClass) {
        return numericClass == 0
                ? unit(seed)
                : moved(
                        unit(seed),
                        unit(seed + 10 + numericClass),
                        numericClass == ODD ? ODD_NOISE : CLASS_NOISE);
    }

    /** The chord between an answer and the truth. */
    static double distance(byte[] item, float[] answer) {
        return chord(unit(seed(item)), answer);
    }

    static double chord(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            double difference = (double) a[i] - b[i];
            sum += difference * difference;
        }
        return Math.sqrt(sum);
    }

    private static float[] moved(float[] from, float[] towards, double tolerances) {
        var moved = new float[DIMENSIONS];
        for (int i = 0; i < DIMENSIONS; i++) {
            moved[i] = (float) (from[i] + towards[i] * tolerances * AGREE);
        }
        return normalised(moved);
    }

    private static float[] unit(long seed) {
        var vector = new float[DIMENSIONS];
        long draw = seed;
        for (int i = 0; i < DIMENSIONS; i++) {
            draw = Chance.mix(draw);
            vector[i] = (draw >> 40) / (float) (1 << 23);
        }
        return normalised(vector);
    }

    private static float[] normalised(float[] vector) {
        double length = chord(vector, new float[DIMENSIONS]);
        for (int i = 0; i < DIMENSIONS; i++) {
            vector[i] = (float) (vector[i] / length);
        }
        return vector;
    }

    private static long seed(byte[] item) {
        long seed = item.length;
        for (byte b : item) {
            seed = seed * 31 + b;
        }
        return Chance.mix(seed);
    }
}
