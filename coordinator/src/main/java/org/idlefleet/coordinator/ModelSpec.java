package org.idlefleet.coordinator;

import org.idlefleet.protocol.Digest;
import org.idlefleet.protocol.ModelId;
import org.idlefleet.protocol.ModelManifest;

/**
 * What the core knows of a model.
 *
 * @param manifest digest of the manifest; it names the model on the wire
 * @param batchItems shards are carved in whole batches of so many items
 * @param outputBytesPerItem exact size of one item's result
 * @param priceMicrosPerWorkUnit what one execution of one work unit costs; at least 1
 * @param agree chord distance up to which two results agree; above twice of it they are rejected
 * @param memoryBytes what a node needs free to run it
 */
public record ModelSpec(
        ModelId model,
        Digest manifest,
        int batchItems,
        int outputBytesPerItem,
        long priceMicrosPerWorkUnit,
        double agree,
        long memoryBytes) {
    public ModelSpec {
        if (priceMicrosPerWorkUnit < 1) {
            throw new IllegalArgumentException(
                    model
                            + " costs at least 1 micro-credit a work unit, found "
                            + priceMicrosPerWorkUnit);
        }
    }

    /** The part of a manifest that the core needs. */
    public static ModelSpec of(Digest digest, ModelManifest manifest) {
        return new ModelSpec(
                manifest.model(),
                digest,
                manifest.limits().batchItems(),
                manifest.outputBytesPerItem(),
                manifest.priceMicrosPerWorkUnit(),
                manifest.comparator().agree(),
                2 * manifest.bytes());
    }
}
