package org.idlefleet.edge.adapter.scan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.idlefleet.edge.adapter.scan.Onnx.FLOAT;
import static org.idlefleet.edge.adapter.scan.Onnx.attribute;
import static org.idlefleet.edge.adapter.scan.Onnx.body;
import static org.idlefleet.edge.adapter.scan.Onnx.calling;
import static org.idlefleet.edge.adapter.scan.Onnx.function;
import static org.idlefleet.edge.adapter.scan.Onnx.graph;
import static org.idlefleet.edge.adapter.scan.Onnx.ints;
import static org.idlefleet.edge.adapter.scan.Onnx.model;
import static org.idlefleet.edge.adapter.scan.Onnx.node;
import static org.idlefleet.edge.adapter.scan.Onnx.outside;
import static org.idlefleet.edge.adapter.scan.Onnx.sparse;
import static org.idlefleet.edge.adapter.scan.Onnx.tensor;
import static org.idlefleet.edge.adapter.scan.Onnx.weight;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;

import org.idlefleet.edge.EngineException;
import org.idlefleet.edge.adapter.onnx.EngineOptions;
import org.idlefleet.edge.adapter.onnx.MiniLm;
import org.idlefleet.edge.adapter.onnx.OnnxEngine;
import org.idlefleet.edge.adapter.scan.HostileModels.Hostile;
import org.idlefleet.edge.adapter.scan.Refusal.Reason;
import org.idlefleet.protocol.Digest;
import org.idlefleet.protocol.ModelId;
import org.idlefleet.protocol.ModelManifest;
import org.idlefleet.protocol.ModelManifest.FileRole;
import org.idlefleet.protocol.ModelManifest.ModelFile;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;

class ModelScanTest {
    private static final String GRAPH = "model.onnx";

    @TempDir private Path directory;

    @BeforeEach
    void writeExternalData() throws IOException {
        Files.write(
                directory.resolve(HostileModels.EXTERNAL), new byte[HostileModels.EXTERNAL_BYTES]);
    }

    @ParameterizedTest
    @MethodSource("org.idlefleet.edge.adapter.scan.HostileModels#all")
    void refuses(Hostile hostile) throws IOException {
        Optional<Refusal> refusal = scan(hostile.bytes());
        assertThat(refusal).as(hostile.name()).isPresent();
        assertThat(hostile.reasons()).as(refusal.toString()).contains(refusal.get().reason());
        assertThat(refusal.get().toString()).startsWith(GRAPH);
    }

    @Test
    void knowsMoreThanTwoHundredHostileModelsAndEveryReason() {
        List<Hostile> all = HostileModels.all();
        assertThat(all.stream().map(Hostile::name)).doesNotHaveDuplicates();
        assertThat(all).hasSizeGreaterThan(200);
        var reasons = all.stream().flatMap(hostile -> hostile.reasons().stream()).toList();
        for (Reason reason : Reason.values()) {
            if (reason != Reason.FILE) {
                assertThat(reasons).contains(reason);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("harmless")
    void acceptsWhatTheRuntimeTakes(Harmless harmless) throws IOException, OrtException {
        assertThat(scan(harmless.bytes())).isEmpty();
        OrtEnvironment runtime =
                OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL);
        try (var options = new OrtSession.SessionOptions();
                OrtSession session =
                        runtime.createSession(directory.resolve(GRAPH).toString(), options)) {
            assertThat(session.getNumOutputs()).isEqualTo(1);
        }
    }

    record Harmless(String name, byte[] bytes) {
        @Override
        public String toString() {
            return name;
        }
    }

    static List<Harmless> harmless() {
        Map<String, byte[]> models = new TreeMap<>();
        models.put("one node", model(graph()));
        models.put("no weight data", model(graph(new Msg().message(5, tensor("e", FLOAT, 0)))));
        models.put("float_data", with(tensor("w", FLOAT, 4).bytes(4, new byte[16])));
        models.put("external", with(outside("location", HostileModels.EXTERNAL)));
        models.put(
                "external at an offset",
                with(outside("location", HostileModels.EXTERNAL, "offset", "48", "length", "16")));
        models.put("branches", model(Onnx.nested(3)));
        models.put("a function", calling(function("f0", 3, "Neg")));
        models.put("functions", calling(function("f0", 5, "f1"), function("f1", 5, "Neg")));
        models.put(
                "sparse",
                model(
                        body(node("Add", "x", "w", "y"))
                                .message(
                                        15,
                                        sparse(
                                                tensor("w", FLOAT, 2).bytes(9, new byte[8]),
                                                ints("", 0, 3),
                                                4))));
        models.put("a constant", model(constant()));
        models.put(
                "an operator of the runtime's own",
                model(body(node("Gelu", "x", "y").text(7, "com.microsoft"))));
        models.put("Expand", model(body(node("Expand", "x", "s", "y"), ints("s", 4))));
        for (int code : new int[] {2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 13, 16}) {
            ElementType type = ElementType.of(code);
            int bytes = (int) (type == null ? 0 : type.bytes(3));
            models.put(
                    "a weight of " + type,
                    model(
                            graph(
                                    new Msg()
                                            .message(
                                                    5,
                                                    tensor("e", code, 3)
                                                            .bytes(9, new byte[bytes])))));
        }
        return models.entrySet().stream()
                .map(entry -> new Harmless(entry.getKey(), entry.getValue()))
                .toList();
    }

    private static Msg constant() {
        Msg node = node("Constant", attribute("value", 4).message(5, weight("")), "w");
        return new Msg().message(1, node).with(body(node("Add", "x", "w", "y")));
    }

    private static byte[] with(Msg weight) {
        return model(body(node("Add", "x", "w", "y"), weight));
    }

    @Test
    void acceptsARealModelAndTheEngineRefusesAHostileOne() throws IOException, EngineException {
        ModelManifest manifest = MiniLm.unpack(directory);
        assertThat(ModelScan.refusal(manifest, directory)).isEmpty();

        Files.write(directory.resolve(GRAPH), HostileModels.all().getFirst().bytes());
        try (var engine = OnnxEngine.open(EngineOptions.CPU)) {
            assertThatThrownBy(() -> engine.load(manifest(GRAPH), directory).close())
                    .isInstanceOf(EngineException.class)
                    .hasMessageContaining("is refused: " + GRAPH);
        }
    }

    @Test
    void refusesLinksForeignSizesAndForeignNames() throws IOException {
        byte[] right = model(graph());
        Path elsewhere = Files.createDirectories(directory.resolve("elsewhere"));

        Path target = Files.write(elsewhere.resolve("a.onnx"), right);
        Files.createSymbolicLink(directory.resolve(GRAPH), target);
        assertThat(fileRefusal(GRAPH)).contains("link");

        Files.delete(directory.resolve(GRAPH));
        Files.createLink(directory.resolve(GRAPH), target);
        assertThat(fileRefusal(GRAPH)).contains("second name");

        Files.delete(directory.resolve(GRAPH));
        Files.createDirectory(directory.resolve(GRAPH));
        assertThat(fileRefusal(GRAPH)).contains("plain file");

        Files.delete(directory.resolve(GRAPH));
        Files.write(directory.resolve(GRAPH), right);
        ModelManifest manifest = manifest(GRAPH);
        Files.write(directory.resolve(GRAPH), new Msg().raw(right).text(3, "more").toBytes());
        assertThat(ModelScan.refusal(manifest, directory).orElseThrow().detail())
                .contains("the manifest says " + right.length);

        for (String name : List.of("model.ort", "model.onnx.ort", "model.ONNX", "model")) {
            Files.write(directory.resolve(name), right);
            assertThat(fileRefusal(name)).contains("ends with .onnx");
        }
        Path data = directory.resolve(HostileModels.EXTERNAL);
        Files.delete(data);
        Files.createSymbolicLink(data, target);
        Files.write(directory.resolve(GRAPH), right);
        assertThat(fileRefusal(GRAPH)).contains("link");
    }

    private String fileRefusal(String graph) throws IOException {
        Refusal refusal = ModelScan.refusal(manifest(graph), directory).orElseThrow();
        assertThat(refusal.reason()).isEqualTo(Reason.FILE);
        return refusal.detail();
    }

    /** Damage of any kind ends in an answer, never in another exception. */
    @Test
    void answersWhateverTheBytesAre() throws IOException {
        var random = new Random(25);
        List<byte[]> seeds = new ArrayList<>(harmless().stream().map(Harmless::bytes).toList());
        int refused = 0;
        for (int round = 0; round < 5_000; round++) {
            byte[] bytes = seeds.get(random.nextInt(seeds.size())).clone();
            for (int flips = 1 + random.nextInt(4); flips > 0; flips--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
            refused += scan(bytes).isPresent() ? 1 : 0;
        }
        assertThat(refused).isGreaterThan(2_000);
        assertThat(scan(Msg.longs(random.longs(10_000).toArray()))).isPresent();
    }

    private Optional<Refusal> scan(byte[] graph) throws IOException {
        Files.write(directory.resolve(GRAPH), graph);
        return ModelScan.refusal(manifest(GRAPH), directory);
    }

    private ModelManifest manifest(String graph) throws IOException {
        return new ModelManifest(
                new ModelId("a-test"),
                new ModelManifest.Task.Embedding(ModelManifest.Pooling.MEAN, 4),
                List.of(
                        file(graph, FileRole.ONNX),
                        file(HostileModels.EXTERNAL, FileRole.EXTERNAL_DATA)),
                "fp32",
                new ModelManifest.Limits(8, 1),
                new ModelManifest.Comparator(1, 0.02),
                1,
                new ModelManifest.Probe("x", List.of(1f)));
    }

    private ModelFile file(String name, FileRole role) throws IOException {
        Path path = directory.resolve(name);
        return new ModelFile(name, role, Digest.of(new byte[0]), Files.size(path));
    }
}
