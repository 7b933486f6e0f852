package org.idlefleet.edge.adapter.onnx;

import org.idlefleet.protocol.ModelManifest.Pooling;

import java.nio.FloatBuffer;

/** Makes one vector of length 1 out of the vectors of an item's tokens. */
final class Pooler {
    private final Pooling pooling;
    private final int width;
    private final float[] row;

    Pooler(Pooling pooling, int width) {
        this.pooling = pooling;
        this.width = width;
        this.row = new float[width];
    }

    /**
     * @param hidden token vectors of a batch, one after the other
     * @param first index of the item's first token vector
     * @param tokens how many of them are not padding
     */
    float[] pool(FloatBuffer hidden, int first, int tokens) {
        int rows =
                switch (pooling) {
                    case MEAN -> tokens;
                    case CLS -> 1;
                };
        var sum = new float[width];
        for (int i = 0; i < rows; i++) {
            hidden.get((first + i) * width, row);
            for (int k = 0; k < width; k++) {
                sum[k] += row[k];
            }
        }
        return normalised(sum);
    }

    /** Scaled to length 1; the scale of a mean falls out of it. A zero vector stays zero. */
    private static float[] normalised(float[] vector) {
        double squares = 0;
        for (float value : vector) {
            squares += (double) value * value;
        }
        double length = Math.sqrt(squares);
        if (length > 0) {
            for (int k = 0; k < vector.length; k++) {
                vector[k] = (float) (vector[k] / length);
            }
        }
        return vector;
    }
}
