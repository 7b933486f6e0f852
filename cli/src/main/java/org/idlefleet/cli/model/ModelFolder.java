package org.idlefleet.cli.model;

import org.idlefleet.edge.EngineException;
import org.idlefleet.edge.adapter.scan.ModelScan;
import org.idlefleet.edge.adapter.scan.Refusal;
import org.idlefleet.protocol.ModelId;
import org.idlefleet.protocol.ModelManifest;
import org.idlefleet.protocol.ModelManifest.Pooling;
import org.idlefleet.protocol.adapter.ManifestJson;

import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A folder with a model as Hugging Face's exporters write it: a graph, {@code tokenizer.json},
 * {@code config.json}, perhaps {@code 1_Pooling/config.json}; or with a manifest of ours.
 */
public final class ModelFolder {
    private static final String MANIFEST = "manifest.json";
    private static final int TOKENS_MAX = 512;

    private final Path directory;

    public ModelFolder(Path directory) {
        this.directory = directory;
    }

    /**
     * What a person may say about the model in place of what the folder says.
     *
     * @param price micro-credits for a work unit
     */
    public record Wishes(
            Optional<String> name,
            Optional<Pooling> pooling,
            Optional<Integer> tokens,
            long price) {}

    /**
     * The folder's own manifest, or one made from what lies in it.
     *
     * @throws IllegalArgumentException if the folder is no model; the message says what is missing
     * @throws EngineException if ONNX Runtime does not take the model
     */
    public ModelManifest manifest(Wishes wishes) throws IOException, EngineException {
        if (!Files.isDirectory(directory)) {
            throw new IllegalArgumentException(
                    directory
                            + " is no folder; give a folder with an ONNX file and tokenizer.json,"
                            + " or one of "
                            + BuiltIn.names());
        }
        if (Files.exists(directory.resolve(MANIFEST))) {
            return harmless(ManifestJson.read(Files.readAllBytes(directory.resolve(MANIFEST))));
        }
        return recipe(wishes).manifest(directory);
    }

    /** Nodes would refuse what the scan refuses; better said here. */
    private ModelManifest harmless(ModelManifest manifest) throws IOException {
        Optional<Refusal> refusal = ModelScan.refusal(manifest, directory);
        if (refusal.isPresent()) {
            throw new IllegalArgumentException(manifest.model() + " is refused: " + refusal.get());
        }
        return manifest;
    }

    private Recipe recipe(Wishes wishes) throws IOException {
        String onnx = onnx();
        if (!Files.exists(directory.resolve("tokenizer.json"))) {
            throw new IllegalArgumentException(
                    directory + " has no tokenizer.json, which an embedding model needs");
        }
        JsonNode config = config("config.json");
        int dimensions = config.path("hidden_size").asInt(0);
        if (dimensions < 1) {
            throw new IllegalArgumentException(
                    directory + " has no config.json that says the hidden_size of its vectors");
        }
        Path name = directory.toAbsolutePath().normalize().getFileName();
        return new Recipe(
                new ModelId(
                        wishes.name()
                                .orElse(String.valueOf(name))
                                .toLowerCase(java.util.Locale.ROOT)),
                onnx,
                "tokenizer.json",
                wishes.pooling().orElseGet(this::pooling),
                dimensions,
                onnx.contains("quant") || onnx.contains("int8") ? "int8" : "fp32",
                wishes.tokens()
                        .orElse(
                                Math.min(
                                        TOKENS_MAX,
                                        config.path("max_position_embeddings").asInt(TOKENS_MAX))),
                wishes.price());
    }

    private String onnx() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            List<String> found =
                    files.map(file -> String.valueOf(file.getFileName()))
                            .filter(file -> file.endsWith(".onnx"))
                            .sorted()
                            .toList();
            if (found.size() != 1) {
                throw new IllegalArgumentException(
                        directory + " should hold one .onnx file, found " + found);
            }
            return found.getFirst();
        }
    }

    private Pooling pooling() {
        JsonNode config = config("1_Pooling/config.json");
        return config.path("pooling_mode_cls_token").asBoolean(false) ? Pooling.CLS : Pooling.MEAN;
    }

    private JsonNode config(String name) {
        Path file = directory.resolve(name);
        JsonMapper json = JsonMapper.shared();
        try {
            return Files.exists(file) ? json.readTree(file) : json.createObjectNode();
        } catch (JacksonException e) {
            throw new IllegalArgumentException(file + " is not JSON: " + e.getMessage(), e);
        }
    }
}
