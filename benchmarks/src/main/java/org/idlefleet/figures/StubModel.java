package org.idlefleet.figures;

import org.idlefleet.protocol.Digest;
import org.idlefleet.protocol.ModelId;
import org.idlefleet.protocol.ModelManifest;
import org.idlefleet.protocol.adapter.ManifestJson;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;

/** A model that only stub nodes can run: its graph does nothing, its vectors have four numbers. */
final class StubModel {
    static final String NAME = "stub";
    static final int DIMENSIONS = 4;

    /** IR 8, operator set 17, a graph "g" with an output "y" and no node. */
    private static final byte[] GRAPH = {
        0x08, 8, 0x42, 2, 0x10, 17, 0x3A, 8, 0x12, 1, 'g', 0x62, 3, 0x0A, 1, 'y'
    };

    private StubModel() {}

    /** Writes it as a folder that {@code idlefleet model add} takes; the manifest's digest. */
    static Digest write(Path folder) throws IOException {
        Files.createDirectories(folder);
        Files.write(folder.resolve("stub.onnx"), GRAPH);
        var template =
                new ModelManifest(
                        new ModelId(NAME),
                        new ModelManifest.Task.Embedding(ModelManifest.Pooling.MEAN, DIMENSIONS),
                        List.of(
                                new ModelManifest.ModelFile(
                                        "stub.onnx",
                                        ModelManifest.FileRole.ONNX,
                                        Digest.of(GRAPH),
                                        GRAPH.length)),
                        "fp32",
                        new ModelManifest.Limits(64, 1),
                        new ModelManifest.Comparator(1, 0.01),
                        10,
                        new ModelManifest.Probe("probe", Collections.nCopies(DIMENSIONS, 0.5f)));
        byte[] json = ManifestJson.write(template);
        Files.write(folder.resolve("manifest.json"), json);
        return Digest.of(json);
    }
}
