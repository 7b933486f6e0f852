package org.idlefleet.coordinator.adapter.api;

import org.idlefleet.coordinator.adapter.Payloads.Kept;
import org.idlefleet.protocol.EmbeddingOutput;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The vectors of a finished job in the order of its items, as its shards' results have them.
 *
 * @param dimensions how many of a vector's floats are wanted; fewer than the model's are scaled
 *     back to length 1
 */
record Vectors(List<EmbeddingOutput> pieces, int items, long tokens, int dimensions) {
    /**
     * @param items items the job has; results that do not cover them exactly are an {@link
     *     IllegalStateException}
     */
    static Vectors of(List<Kept> kept, int items, int modelDimensions, int dimensions) {
        var pieces = new ArrayList<EmbeddingOutput>(kept.size());
        int at = 0;
        long tokens = 0;
        for (Kept piece : kept) {
            EmbeddingOutput output = EmbeddingOutput.read(piece.output(), modelDimensions);
            if (piece.from() != at || piece.to() - at != output.items()) {
                throw new IllegalStateException(
                        "expected results from item "
                                + at
                                + ", found "
                                + output.items()
                                + " for items "
                                + piece.from()
                                + " to "
                                + piece.to());
            }
            for (int i = 0; i < output.items(); i++) {
                tokens += output.tokens(i);
            }
            pieces.add(output);
            at = piece.to();
        }
        if (at != items) {
            throw new IllegalStateException("expected " + items + " results, found " + at);
        }
        return new Vectors(pieces, items, tokens, dimensions);
    }

    /** The vector of an item of a piece, cut to length. */
    float[] vector(EmbeddingOutput piece, int item) {
        float[] vector = piece.vector(item);
        return dimensions == vector.length ? vector : cut(vector, dimensions);
    }

    /** The first floats, scaled so that they have length 1 again; all zeros stay as they are. */
    static float[] cut(float[] vector, int dimensions) {
        float[] head = Arrays.copyOf(vector, dimensions);
        double sum = 0;
        for (float f : head) {
            sum += (double) f * f;
        }
        double length = Math.sqrt(sum);
        for (int i = 0; length > 0 && i < dimensions; i++) {
            head[i] = (float) (head[i] / length);
        }
        return head;
    }
}
