package org.idlefleet.coordinator.workload;

import org.idlefleet.coordinator.verification.Comparison;
import org.idlefleet.protocol.EmbeddingOutput;

import java.util.ArrayList;
import java.util.List;

/**
 * Holds embeddings of the same items against each other. The distance of two results is the largest
 * over all items of the chord between their normalised vectors, {@code sqrt(2(1-cos))}, a metric
 * between 0 and 2. Different token counts, a vector of length 0 and numbers that are none count as
 * 2, the largest distance there is. Version 1.
 */
public final class EmbeddingComparator {
    /** Identifies the function in manifests and receipts. */
    public static final int VERSION = 1;

    /** The largest distance. */
    public static final double FAR = 2;

    private EmbeddingComparator() {}

    /** All pairs of {@code outputs}, each the bytes of an {@link EmbeddingOutput}. */
    public static Comparison compare(List<byte[]> outputs, int dimensions) {
        List<EmbeddingOutput> read =
                outputs.stream().map(raw -> EmbeddingOutput.read(raw, dimensions)).toList();
        var distances = new ArrayList<Double>();
        for (int i = 1; i < read.size(); i++) {
            for (int j = 0; j < i; j++) {
                distances.add(distance(read.get(j), read.get(i)));
            }
        }
        return new Comparison(outputs.size(), distances);
    }

    /** The largest chord over all items; {@link #FAR} if there are not as many on both sides. */
    public static double distance(EmbeddingOutput a, EmbeddingOutput b) {
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
    static double chord(float[] a, float[] b) {
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
