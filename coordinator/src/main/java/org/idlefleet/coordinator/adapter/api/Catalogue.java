package org.idlefleet.coordinator.adapter.api;

import org.idlefleet.protocol.Digest;
import org.idlefleet.protocol.ModelId;
import org.idlefleet.protocol.ModelManifest;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** The manifests of the models served here. Thread-safe, and fast enough to ask per request. */
public interface Catalogue {
    /** A model on offer. */
    record Model(ModelManifest manifest, Digest digest, Instant since) {}

    /** All models on offer, in the order of their names. */
    List<Model> models();

    /** The model now on offer under this name. */
    Optional<Model> model(ModelId name);

    /** A manifest by its digest, also one that a newer one has replaced. */
    Optional<ModelManifest> manifest(Digest digest);
}
