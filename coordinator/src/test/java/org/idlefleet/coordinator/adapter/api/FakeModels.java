package org.idlefleet.coordinator.adapter.api;

import org.idlefleet.coordinator.ModelSpec;
import org.idlefleet.protocol.Digest;
import org.idlefleet.protocol.ModelId;
import org.idlefleet.protocol.ModelManifest;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** A catalogue of one small model. */
final class FakeModels implements Catalogue {
    static final ModelId NAME = new ModelId("tiny");
    static final int TOKENS_MAX = 16;
    static final Digest DIGEST = Digest.of(new byte[] {1});
    static final Instant SINCE = Instant.ofEpochSecond(1_700_000_000);

    static final ModelManifest MANIFEST =
            new ModelManifest(
                    NAME,
                    new ModelManifest.Task.Embedding(
                            ModelManifest.Pooling.MEAN, FakeCore.DIMENSIONS),
                    List.of(
                            new ModelManifest.ModelFile(
                                    "model.onnx", ModelManifest.FileRole.ONNX, DIGEST, 100)),
                    "int8",
                    new ModelManifest.Limits(TOKENS_MAX, 8),
                    new ModelManifest.Comparator(1, 0.01),
                    2,
                    new ModelManifest.Probe("hello", List.of(1f)));

    static ModelSpec spec() {
        return ModelSpec.of(DIGEST, MANIFEST);
    }

    @Override
    public List<Model> models() {
        return List.of(new Model(MANIFEST, DIGEST, SINCE));
    }

    @Override
    public Optional<Model> model(ModelId name) {
        return models().stream().filter(model -> model.manifest().model().equals(name)).findFirst();
    }

    @Override
    public Optional<ModelManifest> manifest(Digest digest) {
        return digest.equals(DIGEST) ? Optional.of(MANIFEST) : Optional.empty();
    }
}
