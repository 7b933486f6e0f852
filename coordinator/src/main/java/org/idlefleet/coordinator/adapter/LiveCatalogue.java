package org.idlefleet.coordinator.adapter;

import org.idlefleet.coordinator.Event;
import org.idlefleet.coordinator.adapter.api.Catalogue;
import org.idlefleet.protocol.Digest;
import org.idlefleet.protocol.ModelId;
import org.idlefleet.protocol.ModelManifest;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Consumer;

/** The models on offer, as the core's events say, with their manifests from the store. */
final class LiveCatalogue implements Catalogue, Consumer<Event> {
    private static final Logger LOG = LoggerFactory.getLogger(LiveCatalogue.class);

    private final ModelStore store;
    private final ConcurrentSkipListMap<ModelId, Model> models = new ConcurrentSkipListMap<>();

    LiveCatalogue(ModelStore store) {
        this.store = store;
    }

    @Override
    public void accept(Event event) {
        if (event instanceof Event.ModelRegistered registered) {
            Digest digest = registered.model().manifest();
            ModelId name = registered.model().model();
            Optional<ModelManifest> manifest = store.manifest(digest);
            if (manifest.isPresent()) {
                models.put(name, new Model(manifest.get(), digest, registered.at()));
            } else {
                LOG.error(
                        "model {} is registered, but its manifest {} is not in the store: add the"
                                + " model again",
                        name,
                        digest.hex());
            }
        }
    }

    @Override
    public List<Model> models() {
        return List.copyOf(models.values());
    }

    @Override
    public Optional<Model> model(ModelId name) {
        return Optional.ofNullable(models.get(name));
    }

    @Override
    public Optional<ModelManifest> manifest(Digest digest) {
        return store.manifest(digest);
    }
}
