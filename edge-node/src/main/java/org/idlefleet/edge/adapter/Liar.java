package org.idlefleet.edge.adapter;

import org.idlefleet.protocol.EmbeddingOutput;
import org.idlefleet.protocol.ModelManifest;
import org.idlefleet.protocol.ModelManifest.Task;

import java.util.Random;

/**
 * Falsifies a share of results so that they look right: as many vectors, of length 1, with honest
 * token counts, but pointing elsewhere. Two liars lie differently. Thread-safe.
 */
final class Liar {
    private final double share;
    private final Random random;

    /**
     * @param seed a different one for each node
     */
    Liar(double share, long seed) {
        this.share = share;
        this.random = new Random(seed);
    }

    synchronized byte[] tell(ModelManifest manifest, byte[] truth) {
        if (random.nextDouble() >= share) {
            return truth;
        }
        return switch (manifest.task()) {
            case Task.Embedding task -> lie(EmbeddingOutput.read(truth.clone(), task.dimensions()));
        };
    }

    private byte[] lie(EmbeddingOutput output) {
        for (int item = 0; item < output.items(); item++) {
            var vector = new float[output.dimensions()];
            double squares = 0;
            for (int k = 0; k < vector.length; k++) {
                vector[k] = (float) random.nextGaussian();
                squares += vector[k] * vector[k];
            }
            for (int k = 0; k < vector.length; k++) {
                vector[k] /= (float) Math.sqrt(squares);
            }
            output.set(item, output.tokens(item), vector);
        }
        return output.raw();
    }
}
