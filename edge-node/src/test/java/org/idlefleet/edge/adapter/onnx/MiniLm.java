package org.idlefleet.edge.adapter.onnx;

import org.idlefleet.edge.EngineException;
import org.idlefleet.protocol.Digest;
import org.idlefleet.protocol.EmbeddingOutput;
import org.idlefleet.protocol.ModelId;
import org.idlefleet.protocol.ModelManifest;
import org.idlefleet.protocol.ModelManifest.FileRole;
import org.idlefleet.protocol.ModelManifest.ModelFile;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/** The quantised all-MiniLM-L6-v2 as a model directory. */
public final class MiniLm {
    private static final String PROBE = "The car stands in the garage and charges until morning.";

    private MiniLm() {}

    /** Writes the model's files into {@code directory}; the manifest's probe is not computed. */
    public static ModelManifest unpack(Path directory) throws IOException {
        return manifest(
                List.of(
                        file(directory, "all-minilm-l6-v2-q.onnx", FileRole.ONNX),
                        file(directory, "all-minilm-l6-v2-q-tokenizer.json", FileRole.TOKENIZER)),
                List.of());
    }

    /** The same manifest with the answer to its probe. */
    public static ModelManifest withProbe(ModelManifest manifest, Path directory)
            throws EngineException {
        try (var local = LocalEmbedder.open(manifest, directory, EngineOptions.CPU)) {
            EmbeddingOutput answer = local.embed(List.of(PROBE));
            var vector = new Float[answer.dimensions()];
            for (int k = 0; k < vector.length; k++) {
                vector[k] = answer.vector(0)[k];
            }
            return manifest(manifest.files(), List.of(vector));
        }
    }

    private static ModelManifest manifest(List<ModelFile> files, List<Float> probe) {
        return new ModelManifest(
                new ModelId("all-minilm-l6-v2"),
                new ModelManifest.Task.Embedding(ModelManifest.Pooling.MEAN, 384),
                files,
                "int8",
                new ModelManifest.Limits(256, 8),
                new ModelManifest.Comparator(1, 0.02),
                1,
                new ModelManifest.Probe(PROBE, probe));
    }

    private static ModelFile file(Path directory, String name, FileRole role) throws IOException {
        try (InputStream in =
                Objects.requireNonNull(MiniLm.class.getResourceAsStream("/" + name), name)) {
            byte[] bytes = in.readAllBytes();
            Files.write(directory.resolve(name), bytes);
            return new ModelFile(name, role, Digest.of(bytes), bytes.length);
        }
    }
}
