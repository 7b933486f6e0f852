package org.idlefleet.edge.adapter.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.idlefleet.edge.Abort;
import org.idlefleet.edge.Engine;
import org.idlefleet.edge.EngineException;
import org.idlefleet.edge.SelfTest;
import org.idlefleet.edge.ShardOutcome;
import org.idlefleet.protocol.EmbeddingOutput;
import org.idlefleet.protocol.ItemKind;
import org.idlefleet.protocol.ModelManifest;
import org.idlefleet.protocol.NodeMessage.RefuseReason;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;

class OnnxEngineTest {
    private static final OnnxEngine ENGINE = OnnxEngine.open(EngineOptions.CPU);

    @TempDir static Path directory;
    private static ModelManifest manifest;
    private static Engine.LoadedModel model;

    @BeforeAll
    static void load() throws Exception {
        manifest = MiniLm.withProbe(MiniLm.unpack(directory), directory);
        model = ENGINE.load(manifest, directory);
    }

    @AfterAll
    static void close() {
        model.close();
    }

    private static List<byte[]> bytes(List<String> texts) {
        return texts.stream().map(text -> text.getBytes(StandardCharsets.UTF_8)).toList();
    }

    private static byte[] tokens(int... ids) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * ids.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asIntBuffer().put(ids);
        return bytes.array();
    }

    private static byte[] run(ItemKind kind, List<byte[]> items) {
        return ((ShardOutcome.Done) model.run(kind, items, new Abort())).output();
    }

    private static EmbeddingOutput embed(String... texts) {
        return EmbeddingOutput.read(run(ItemKind.TEXT, bytes(List.of(texts))), 384);
    }

    private static double cosine(float[] a, float[] b) {
        double dot = 0;
        for (int k = 0; k < a.length; k++) {
            dot += (double) a[k] * b[k];
        }
        return dot;
    }

    private static List<String> sentences(int count, long seed) {
        String[] words =
                "the car stands idle in a garage while its battery charges slowly".split(" ");
        var random = new Random(seed);
        var sentences = new ArrayList<String>();
        for (int i = 0; i < count; i++) {
            var text = new StringBuilder();
            for (int length = 1 + random.nextInt(60); length > 0; length--) {
                text.append(words[random.nextInt(words.length)]).append(' ');
            }
            sentences.add(text.toString());
        }
        return sentences;
    }

    @Test
    void putsSentencesOfLikeMeaningCloserTogether() {
        EmbeddingOutput output =
                embed(
                        "The car is parked in the garage.",
                        "An idle vehicle stands in its parking space.",
                        "She baked a chocolate cake for the party.");
        double near = cosine(output.vector(0), output.vector(1));
        double far = cosine(output.vector(0), output.vector(2));
        assertThat(near).isGreaterThan(0.4);
        assertThat(far).isLessThan(0.15);
        assertThat(cosine(output.vector(0), output.vector(0))).isCloseTo(1, within(1e-6));
        assertThat(output.tokens(0)).isEqualTo(10);
    }

    @Test
    void givesTheSameBytesForTheSameShardOnEveryLane() throws Exception {
        List<byte[]> items = bytes(sentences(20, 1));
        byte[] expected = run(ItemKind.TEXT, items);
        try (var lanes = Executors.newFixedThreadPool(3)) {
            Callable<byte[]> task = () -> run(ItemKind.TEXT, items);
            for (var answer : lanes.invokeAll(Collections.nCopies(6, task))) {
                assertThat(answer.get()).isEqualTo(expected);
            }
        }
    }

    @Test
    void keepsTheOrderOfTheItemsAlthoughItBatchesByLength() {
        List<String> texts = sentences(19, 2);
        EmbeddingOutput together = EmbeddingOutput.read(run(ItemKind.TEXT, bytes(texts)), 384);
        for (int i = 0; i < texts.size(); i++) {
            EmbeddingOutput alone = embed(texts.get(i));
            assertThat(together.tokens(i)).isEqualTo(alone.tokens(0));
            assertThat(cosine(together.vector(i), alone.vector(0))).isGreaterThan(0.95);
        }
    }

    @Test
    void takesTokenIdsAsGiven() {
        // [CLS] hello world [SEP]
        byte[] ids = tokens(101, 7592, 2088, 102);
        assertThat(run(ItemKind.TOKENS, List.of(ids)))
                .isEqualTo(run(ItemKind.TEXT, bytes(List.of("hello world"))));
    }

    @Test
    void refusesAnItemThatTheModelDoesNotTakeAndNamesIt() {
        byte[] good = tokens(101, 102);
        record Case(ItemKind kind, byte[] item, String message) {}
        String tooLong = "word ".repeat(300);
        List.of(
                        new Case(ItemKind.TOKENS, tokens(101, 30522), "item 1 has token id 30522"),
                        new Case(ItemKind.TOKENS, tokens(-1), "item 1 has token id -1"),
                        new Case(ItemKind.TOKENS, new byte[3], "item 1 has 3 bytes"),
                        new Case(ItemKind.TOKENS, new byte[0], "item 1 has 0 bytes"),
                        new Case(ItemKind.TOKENS, new byte[4 * 257], "item 1 has 257 tokens"),
                        new Case(
                                ItemKind.TEXT,
                                bytes(List.of(tooLong)).getFirst(),
                                "item 1 has 302 tokens"),
                        new Case(ItemKind.TEXT, new byte[] {(byte) 0xff}, "item 1 is no UTF-8"))
                .forEach(bad ->
                        assertThat(model.run(bad.kind(), List.of(good, bad.item()), new Abort()))
                                .isInstanceOfSatisfying(
                                        ShardOutcome.Refused.class,
                                        refused -> {
                                            assertThat(refused.reason())
                                                    .isEqualTo(RefuseReason.INPUT);
                                            assertThat(refused.detail()).startsWith(bad.message());
                                        }));
    }

    @Test
    void stopsInTheMiddleAndCanRunAgain() throws Exception {
        List<byte[]> items =
                Collections.nCopies(512, bytes(List.of("word ".repeat(200))).getFirst());
        var abort = new Abort();
        try (var lane = Executors.newSingleThreadExecutor()) {
            var outcome = lane.submit(() -> model.run(ItemKind.TEXT, items, abort));
            // The whole shard takes tens of seconds; when it is asked to stop does not matter.
            Thread.sleep(300);
            abort.request();
            assertThat(outcome.get()).isEqualTo(new ShardOutcome.Aborted());
        }
        assertThat(embed("still there").items()).isEqualTo(1);
    }

    @Test
    void doesNotStartWhatWasStoppedBefore() {
        var abort = new Abort();
        abort.request();
        assertThat(model.run(ItemKind.TEXT, bytes(List.of("a")), abort))
                .isEqualTo(new ShardOutcome.Aborted());
    }

    @Test
    void provesItselfByTheProbeAndMeasuresItsSpeed() {
        assertThat(SelfTest.problem(model, new Abort())).isEmpty();
        assertThat(SelfTest.speed(model, new Abort(), System::nanoTime))
                .hasValueSatisfying(speed -> assertThat(speed).isPositive());
    }

    @Test
    void failsTheSelfTestWhenTheAnswerIsNotTheKnownOne() {
        List<Float> wrong = new ArrayList<>(manifest.probe().embedding());
        Collections.reverse(wrong);
        var other =
                new ModelManifest(
                        manifest.model(),
                        manifest.task(),
                        manifest.files(),
                        manifest.precision(),
                        manifest.limits(),
                        manifest.comparator(),
                        1,
                        new ModelManifest.Probe(manifest.probe().text(), wrong));
        try (Engine.LoadedModel suspect = ENGINE.load(other, directory)) {
            assertThat(SelfTest.problem(suspect, new Abort()))
                    .hasValueSatisfying(problem -> assertThat(problem).contains("at distance"));
        } catch (EngineException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void fallsBackToTheProcessorAndSaysWhy() {
        var engine = OnnxEngine.open(new EngineOptions("cuda", new TreeMap<>(), 1));
        assertThat(engine.provider()).isEqualTo("cpu");
        assertThat(engine.fallbacks())
                .containsExactly("cuda: this build of ONNX Runtime does not have it");
    }

    @Test
    void choosesTheProcessorUnaskedWhereThereIsNothingElse() {
        var engine = OnnxEngine.open(new EngineOptions("auto", new TreeMap<>(), 1));
        assertThat(engine.provider()).isEqualTo("cpu");
        assertThat(engine.numericClass().runtime()).isEqualTo("ort-1.28.0");
    }

    @Test
    void namesTheProvidersThereAreWhenOneIsUnknown() {
        assertThatThrownBy(() -> OnnxEngine.open(new EngineOptions("gpu", new TreeMap<>(), 1)))
                .hasMessageStartingWith(
                        "no execution provider is called 'gpu'; there are auto, cuda");
    }

    @Test
    void saysWhichFileDidNotLoad(@TempDir Path broken) throws Exception {
        for (ModelManifest.ModelFile file : manifest.files()) {
            Files.copy(directory.resolve(file.name()), broken.resolve(file.name()));
        }
        Path graph = broken.resolve(manifest.files().getFirst().name());
        Files.write(graph, new byte[] {1, 2, 3});
        assertThatThrownBy(() -> ENGINE.load(manifest, broken))
                .isInstanceOf(EngineException.class)
                .hasMessageContaining("all-minilm-l6-v2 is refused: " + graph.getFileName());
        String noSuchOperator =
                new String(TinyGraph.negation(), StandardCharsets.ISO_8859_1).replace("Neg", "Nog");
        Files.writeString(graph, noSuchOperator, StandardCharsets.ISO_8859_1);
        assertThatThrownBy(() -> ENGINE.load(sized(broken), broken))
                .isInstanceOf(EngineException.class)
                .hasMessageContaining("all-minilm-l6-v2 did not load from " + graph);
        Files.writeString(broken.resolve(manifest.files().get(1).name()), "{}");
        assertThatThrownBy(() -> ENGINE.load(sized(broken), broken))
                .isInstanceOf(EngineException.class)
                .hasMessageContaining("has no vocabulary");
    }

    /** The manifest with the sizes of the files as they are. */
    private static ModelManifest sized(Path directory) throws IOException {
        var files = new ArrayList<ModelManifest.ModelFile>();
        for (ModelManifest.ModelFile file : manifest.files()) {
            long bytes = Files.size(directory.resolve(file.name()));
            files.add(new ModelManifest.ModelFile(file.name(), file.role(), file.digest(), bytes));
        }
        return new ModelManifest(
                manifest.model(),
                manifest.task(),
                files,
                manifest.precision(),
                manifest.limits(),
                manifest.comparator(),
                manifest.priceMicrosPerWorkUnit(),
                manifest.probe());
    }

    @Test
    void refusesAManifestWithTheWrongDimensions() {
        var wrong =
                new ModelManifest(
                        manifest.model(),
                        new ModelManifest.Task.Embedding(ModelManifest.Pooling.CLS, 512),
                        manifest.files(),
                        manifest.precision(),
                        manifest.limits(),
                        manifest.comparator(),
                        1,
                        manifest.probe());
        assertThatThrownBy(() -> ENGINE.load(wrong, directory))
                .hasMessageContaining("has vectors of 384, its manifest says 512");
    }
}
