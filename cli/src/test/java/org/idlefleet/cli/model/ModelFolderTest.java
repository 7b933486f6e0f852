package org.idlefleet.cli.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.idlefleet.edge.EngineException;
import org.idlefleet.edge.adapter.scan.ModelScan;
import org.idlefleet.protocol.ModelManifest;
import org.idlefleet.protocol.adapter.ManifestJson;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

class ModelFolderTest {
    private static final ModelFolder.Wishes NONE =
            new ModelFolder.Wishes(Optional.empty(), Optional.empty(), Optional.empty(), 10);

    @TempDir private Path directory;

    @ParameterizedTest
    @EnumSource(BuiltIn.class)
    void theModelsThatComeWithUsPassTheScan(BuiltIn model) throws IOException, EngineException {
        model.unpack(directory);
        ModelManifest manifest = model.recipe().manifest(directory);
        assertThat(ModelScan.refusal(manifest, directory)).isEmpty();
    }

    @Test
    void aFolderWithAManifestIsScannedToo() throws IOException, EngineException {
        BuiltIn.ALL_MINILM.unpack(directory);
        ModelManifest manifest = BuiltIn.ALL_MINILM.recipe().manifest(directory);
        Files.write(directory.resolve("manifest.json"), ManifestJson.write(manifest));
        assertThat(new ModelFolder(directory).manifest(NONE)).isEqualTo(manifest);

        Path graph = directory.resolve(BuiltIn.ALL_MINILM.recipe().onnx());
        Files.write(graph, new byte[] {0}, StandardOpenOption.APPEND);
        assertThatThrownBy(() -> new ModelFolder(directory).manifest(NONE))
                .hasMessageContaining("all-minilm-l6-v2 is refused: model.onnx: the manifest says");
    }
}
