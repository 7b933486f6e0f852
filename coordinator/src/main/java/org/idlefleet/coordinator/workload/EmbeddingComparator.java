package org.idlefleet.coordinator.workload;

import org.idlefleet.coordinator.verification.Comparison;
import org.idlefleet.protocol.EmbeddingOutput;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Holds embeddings of the same items against each other. The distance of two results is the largest
 * over all items of the chord between their normalised vectors, {@code sqrt(2(1-cos))}, a metric
 * between 0 and 2; no coordinate differs by more. Different token counts and malformed outputs
 * count as 2, the largest distance there is. Version 1.
 *
 * @param items items of the shard
 * @param dimensions length of a vector
 * @param tolerance largest chord at which two results agree
 */
public record EmbeddingComparator(int items, int dimensions, double tolerance)
        implements OutputComparator<EmbeddingOutput> {
    /** Identifies the function in manifests and receipts. */
    public static final int VERSION = 1;

    /** The largest distance. */
    public static final double FAR = 2;

    /**
     * How far a vector's length may be from 1. Nodes scale vectors to length 1; the chord does not
     * see the length, so a client would be given whatever a dishonest node made of it.
     */
    public static final double LENGTH_SLACK = 1e-3;

    @Override
    public String id() {
        return "embedding/" + VERSION;
    }

    @Override
    public Optional<String> malformed(EmbeddingOutput output) {
        if (output.items() != items || output.dimensions() != dimensions) {
            return Optional.of(
                    "expected "
                            + items
                            + " vectors of "
                            + dimensions
                            + ", found "
                            + output.items()
                            + " of "
                            + output.dimensions());
        }
        return broken(output);
    }

    /** What is wrong with the numbers of an output: every vector has length 1, or nearly. */
    public static Optional<String> broken(EmbeddingOutput output) {
        for (int item = 0; item < output.items(); item++) {
            double length = length(output.vector(item));
            if (!(Math.abs(length - 1) <= LENGTH_SLACK)) {
                return Optional.of("vector " + item + " has length " + length + ", expected 1");
            }
            if (output.tokens(item) < 0) {
                return Optional.of("item " + item + " has " + output.tokens(item) + " tokens");
            }
        }
        return Optional.empty();
    }

    /** All pairs of {@code outputs}, each the bytes of an {@link EmbeddingOutput}. */
    public static Comparison compare(List<byte[]> outputs, int dimensions) {
        List<EmbeddingOutput> read =
                outputs.stream().map(raw -> EmbeddingOutput.read(raw, dimensions)).toList();
        List<Boolean> sound = read.stream().map(output -> broken(output).isEmpty()).toList();
        var distances = new ArrayList<Double>();
        for (int i = 1; i < read.size(); i++) {
            for (int j = 0; j < i; j++) {
                distances.add(
                        sound.get(i) && sound.get(j) ? between(read.get(j), read.get(i)) : FAR);
            }
        }
        return new Comparison(outputs.size(), distances);
    }

    @Override
    public double distance(EmbeddingOutput a, EmbeddingOutput b) {
        return between(a, b);
    }

    /** The largest chord over all items; {@link #FAR} if there are not as many on both sides. */
    public static double between(EmbeddingOutput a, EmbeddingOutput b) {
        if (a.items() != b.items()) {
            return FAR;
        }
        double largest = 0;
        for (int item = 0; item < a.items(); item++) {
            if (a.tokens(item) != b.tokens(item)) {
                return FAR;
            }
            largest = Math.max(largest, chord(a.vector(item), b.vector(item)));
        }
        return largest;
    }

    /** {@code |a/|a| - b/|b||}, summed over differences so that close vectors lose no digits. */
    public static double chord(float[] a, float[] b) {
        double lengthA = length(a);
        double lengthB = length(b);
        if (!(lengthA > 0 && lengthB > 0)) {
            return FAR;
        }
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            double difference = a[i] / lengthA - b[i] / lengthB;
            sum += difference * difference;
        }
        double chord = Math.sqrt(sum);
        return chord <= FAR ? chord : FAR;
    }

    private static double length(float[] vector) {
        double sum = 0;
        for (float x : vector) {
            sum += (double) x * x;
        }
        return Math.sqrt(sum);
    }
}
