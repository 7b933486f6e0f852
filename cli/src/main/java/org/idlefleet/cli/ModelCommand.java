package org.idlefleet.cli;

import org.idlefleet.cli.fleet.Directories;
import org.idlefleet.cli.model.BuiltIn;
import org.idlefleet.cli.model.ModelFolder;
import org.idlefleet.coordinator.adapter.ModelStore;
import org.idlefleet.edge.EngineException;
import org.idlefleet.protocol.Digest;
import org.idlefleet.protocol.ModelManifest;
import org.idlefleet.protocol.ModelManifest.Pooling;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import tools.jackson.databind.JsonNode;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

@Command(
        name = "model",
        description = "Add models to the coordinator, list them, measure how they compare.",
        subcommands = {
            ModelCommand.Add.class,
            ModelCommand.ListModels.class,
            CalibrateCommand.class,
            ModelTrustCommand.class,
            ModelTrustCommand.Sign.class
        })
final class ModelCommand {
    private ModelCommand() {}

    @Command(
            name = "add",
            description = {
                "Serve a model: one that comes with us (all-minilm-l6-v2,",
                "bge-small-en-v1.5), or a folder with an ONNX file and tokenizer.json."
            })
    static final class Add implements Runnable {
        @Mixin private Operator operator = new Operator();
        @Mixin private Output output = new Output();

        @Parameters(paramLabel = "DIR|NAME", description = "A folder, or a model's name.")
        private String source = "";

        @Option(names = "--name", paramLabel = "NAME", description = "What clients call it.")
        private Optional<String> name = Optional.empty();

        @Option(names = "--pooling", description = "How token vectors become one: MEAN or CLS.")
        private Optional<Pooling> pooling = Optional.empty();

        @Option(names = "--tokens-max", paramLabel = "N", description = "Longest input in tokens.")
        private Optional<Integer> tokens = Optional.empty();

        @Option(
                names = "--price",
                paramLabel = "MICROS",
                defaultValue = "10",
                description = "Micro-credits for a work unit (default: ${DEFAULT-VALUE}).")
        private long price;

        @Override
        public void run() {
            operator.running();
            Optional<BuiltIn> builtIn = BuiltIn.named(source);
            try {
                if (builtIn.isPresent()) {
                    addBuiltIn(builtIn.get());
                } else {
                    var folder = new ModelFolder(Path.of(source));
                    var wishes = new ModelFolder.Wishes(name, pooling, tokens, price);
                    add(folder.manifest(wishes), Path.of(source));
                }
            } catch (IllegalArgumentException | EngineException | IOException e) {
                throw Failure.error(e);
            }
        }

        private void addBuiltIn(BuiltIn model) throws IOException, EngineException {
            Path unpacked = Files.createTempDirectory("idlefleet-model");
            try {
                model.unpack(unpacked);
                add(model.recipe().manifest(unpacked), unpacked);
            } finally {
                Directories.remove(unpacked);
            }
        }

        private void add(ModelManifest manifest, Path files) throws IOException {
            Digest digest = new ModelStore(operator.data().resolve("models")).add(manifest, files);
            JsonNode answer = operator.post("/api/v1/models", Map.of("manifest", digest.hex()));
            output.print(
                    answer,
                    "%s is served now: manifest %s, %,d bytes in %d files, %d micro-credits a work unit%n"
                            .formatted(
                                    manifest.model(),
                                    digest.hex().substring(0, 12),
                                    manifest.bytes(),
                                    manifest.files().size(),
                                    manifest.priceMicrosPerWorkUnit()));
        }
    }

    @Command(name = "list", description = "Show the models that are served.")
    static final class ListModels implements Runnable {
        @Mixin private Operator operator = new Operator();
        @Mixin private Output output = new Output();

        @Override
        public void run() {
            JsonNode models = operator.get("/api/v1/models");
            var table = new Table("MODEL", "MANIFEST", ">MICROS/UNIT", ">MEMORY");
            for (JsonNode model : models.path("data")) {
                table.row(
                        model.path("id").asString(),
                        model.path("manifest").asString().substring(0, 12),
                        model.path("price_micros_per_work_unit").asLong(),
                        "%.1f MB".formatted(model.path("memory_bytes").asLong() / 1e6));
            }
            output.print(
                    models,
                    table.isEmpty()
                            ? "no model is served; add one with 'idlefleet model add "
                                    + BuiltIn.names().getFirst()
                                    + "'\n"
                            : table);
        }
    }
}
