package org.idlefleet.cli;

import org.idlefleet.cli.calibration.Calibration;
import org.idlefleet.cli.calibration.Calibration.Impostor;
import org.idlefleet.cli.calibration.CoarserWeights;
import org.idlefleet.cli.calibration.Findings;
import org.idlefleet.cli.calibration.Report;
import org.idlefleet.cli.model.BuiltIn;
import org.idlefleet.cli.model.ModelFolder;
import org.idlefleet.edge.EngineException;
import org.idlefleet.protocol.ModelManifest;
import org.idlefleet.protocol.ModelManifest.FileRole;
import org.idlefleet.protocol.ModelManifest.ModelFile;
import org.idlefleet.protocol.adapter.ManifestJson;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

@Command(
        name = "calibrate",
        description = {
            "Measure how far apart honest results of a model are on this machine, try what cheats",
            "would send, and write the tolerances into the model's manifest.json."
        })
final class CalibrateCommand implements Runnable {
    private static final int TEXTS_MAX = 5_000;

    @Spec private CommandSpec spec = CommandSpec.create();

    @Parameters(
            paramLabel = "DIR",
            description = "A folder with a model; 'model add DIR' serves it afterwards.")
    private Path directory = Path.of("");

    @Option(
            names = "--from",
            paramLabel = "NAME",
            description = "First unpack this model, which comes with us, into the folder.")
    private Optional<String> from = Optional.empty();

    @Option(
            names = "--texts",
            paramLabel = "N",
            defaultValue = "400",
            description = "Sentences to measure with (default: ${DEFAULT-VALUE}).")
    private int texts;

    @Override
    public void run() {
        if (texts < 2 || texts > TEXTS_MAX || texts % 2 == 1) {
            throw Failure.usage("--texts is an even number from 2 to " + TEXTS_MAX);
        }
        try {
            Path scratch = Files.createTempDirectory("idlefleet-calibrate");
            try {
                calibrate(scratch);
            } finally {
                delete(scratch);
            }
        } catch (IllegalArgumentException | EngineException | IOException e) {
            throw Failure.error(e);
        }
    }

    private void calibrate(Path scratch) throws IOException, EngineException {
        PrintWriter out = spec.commandLine().getOut();
        ModelManifest manifest = manifest();
        out.println(Machine.describe());
        out.flush();
        Findings found =
                new Calibration(manifest, directory, spec.commandLine().getErr()::println)
                        .run(Corpus.sentences(texts), impostors(manifest, scratch));
        Report.lines(found).forEach(out::println);
        List<String> shortcomings = found.shortcomings();
        if (!shortcomings.isEmpty()) {
            throw Failure.error(
                    "the manifest is left as it was: " + String.join("; ", shortcomings));
        }
        Path file = directory.resolve("manifest.json");
        Files.write(file, ManifestJson.write(manifest.withComparator(found.comparator())));
        out.println("written to " + file);
        out.flush();
    }

    private ModelManifest manifest() throws IOException, EngineException {
        if (from.isEmpty()) {
            var wishes =
                    new ModelFolder.Wishes(
                            Optional.empty(), Optional.empty(), Optional.empty(), 10);
            return new ModelFolder(directory).manifest(wishes);
        }
        BuiltIn model =
                BuiltIn.named(from.get())
                        .orElseThrow(() ->
                                Failure.usage(
                                        "'"
                                                + from.get()
                                                + "' does not come with us; there are "
                                                + BuiltIn.names()));
        Files.createDirectories(directory);
        model.unpack(directory);
        return model.recipe().manifest(directory);
    }

    private List<Impostor> impostors(ModelManifest manifest, Path scratch)
            throws IOException, EngineException {
        var impostors = new ArrayList<Impostor>();
        for (BuiltIn other : BuiltIn.values()) {
            boolean same = other.recipe().model().equals(manifest.model());
            if (!same
                    && impostors.isEmpty()
                    && dimensions(manifest) == other.recipe().dimensions()) {
                Path unpacked = Files.createDirectory(scratch.resolve("other-model"));
                other.unpack(unpacked);
                impostors.add(
                        new Impostor("other-model", other.recipe().manifest(unpacked), unpacked));
            }
        }
        byte[] onnx = Files.readAllBytes(directory.resolve(graph(manifest).name()));
        impostors.add(rewritten("int4", manifest, scratch, CoarserWeights.all(onnx)));
        impostors.add(
                rewritten("one-layer-int4", manifest, scratch, CoarserWeights.oneLayer(onnx)));
        return impostors;
    }

    private Impostor rewritten(String name, ModelManifest manifest, Path scratch, byte[] onnx)
            throws IOException {
        Path copy = Files.createDirectory(scratch.resolve(name));
        for (ModelFile file : manifest.files()) {
            Files.copy(directory.resolve(file.name()), copy.resolve(file.name()));
        }
        Files.write(copy.resolve(graph(manifest).name()), onnx);
        return new Impostor(name, manifest, copy);
    }

    private static ModelFile graph(ModelManifest manifest) {
        return manifest.files().stream()
                .filter(file -> file.role() == FileRole.ONNX)
                .findFirst()
                .orElseThrow(
                        () -> new IllegalArgumentException(manifest.model() + " has no graph"));
    }

    private static int dimensions(ModelManifest manifest) {
        return switch (manifest.task()) {
            case ModelManifest.Task.Embedding embedding -> embedding.dimensions();
        };
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
