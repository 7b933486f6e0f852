package org.idlefleet.coordinator;

import org.idlefleet.coordinator.verification.Tolerance;
import org.idlefleet.protocol.Digest;
import org.idlefleet.protocol.ModelId;
import org.idlefleet.protocol.ModelManifest;
import org.idlefleet.protocol.ModelManifest.Comparator;

/**
 * What the core knows of a model.
 *
 * @param manifest digest of the manifest; it names the model on the wire
 * @param batchItems shards are carved in whole batches of so many items
 * @param outputBytesPerItem exact size of one item's result
 * @param priceMicrosPerWorkUnit what one execution of one work unit costs; at least 1
 * @param comparator up to which chord distance two results agree; above twice of it they are
 *     rejected
 * @param memoryBytes what a node needs free to run it
 */
public record ModelSpec(
        ModelId model,
        Digest manifest,
        int batchItems,
        int outputBytesPerItem,
        long priceMicrosPerWorkUnit,
        Comparator comparator,
        long memoryBytes) {
    public ModelSpec {
        if (priceMicrosPerWorkUnit < 1) {
            throw new IllegalArgumentException(
                    model
                            + " costs at least 1 micro-credit a work unit, found "
                            + priceMicrosPerWorkUnit);
        }
    }

    /** How far apart two results may be, by the numeric classes that they were computed in. */
    Tolerance tolerance() {
        return (a, b) ->
                comparator.judges(a.numericClass(), b.numericClass())
                        ? comparator.agree(a.numericClass(), b.numericClass())
                        : Tolerance.UNMEASURED;
    }

    /** The part of a manifest that the core needs. */
    public static ModelSpec of(Digest digest, ModelManifest manifest) {
        return new ModelSpec(
                manifest.model(),
                digest,
                manifest.limits().batchItems(),
                manifest.outputBytesPerItem(),
                manifest.priceMicrosPerWorkUnit(),
                manifest.comparator(),
                2 * manifest.bytes());
    }
}
