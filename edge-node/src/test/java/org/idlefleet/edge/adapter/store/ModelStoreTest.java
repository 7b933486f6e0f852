package org.idlefleet.edge.adapter.store;

import static org.assertj.core.api.Assertions.assertThat;

import org.idlefleet.edge.Signal.Want;
import org.idlefleet.protocol.CoordinatorMessage;
import org.idlefleet.protocol.CoordinatorMessage.Chunk;
import org.idlefleet.protocol.CoordinatorMessage.ManifestBytes;
import org.idlefleet.protocol.CoordinatorMessage.ModelNotice;
import org.idlefleet.protocol.Digest;
import org.idlefleet.protocol.ModelId;
import org.idlefleet.protocol.ModelManifest;
import org.idlefleet.protocol.adapter.ManifestJson;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.stream.LongStream;

class ModelStoreTest {
    private static final long PLENTY = 1L << 40;

    @TempDir Path root;
    private Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private ModelStore store;

    @BeforeEach
    void start() throws IOException {
        store = open(PLENTY, 0);
    }

    private ModelStore open(long quota, long keepFree) throws IOException {
        return ModelStore.open(root, new ModelStore.Limits(quota, keepFree), () -> now);
    }

    /** A model of two files on the coordinator's side. */
    private static final class Remote {
        final Map<Digest, byte[]> files = new HashMap<>();
        final ModelNotice notice;
        final byte[] manifest;
        final Digest digest;
        int piecesSent;

        Remote(String name, int bytes, long seed) {
            var random = new Random(seed);
            var contents = List.of(new byte[bytes], new byte[bytes / 3]);
            var entries = new ArrayList<ModelManifest.ModelFile>();
            for (int i = 0; i < 2; i++) {
                random.nextBytes(contents.get(i));
                Digest file = Digest.of(contents.get(i));
                files.put(file, contents.get(i));
                entries.add(
                        new ModelManifest.ModelFile(
                                List.of("model.onnx", "tokenizer.json").get(i),
                                List.of(
                                                ModelManifest.FileRole.ONNX,
                                                ModelManifest.FileRole.TOKENIZER)
                                        .get(i),
                                file,
                                contents.get(i).length));
            }
            var content =
                    new ModelManifest(
                            new ModelId(name),
                            new ModelManifest.Task.Embedding(ModelManifest.Pooling.MEAN, 2),
                            entries,
                            "int8",
                            new ModelManifest.Limits(128, 8),
                            new ModelManifest.Comparator(1, 0.01),
                            1,
                            new ModelManifest.Probe("probe", List.of(1f, 0f)));
            manifest = ManifestJson.write(content);
            digest = Digest.of(manifest);
            notice = new ModelNotice(content.model(), digest, content.bytes());
        }

        CoordinatorMessage answer(Want want) {
            piecesSent++;
            return switch (want) {
                case Want.ManifestOf _ -> new ManifestBytes(digest, manifest);
                case Want.PieceOf(Digest file, long offset, int length) -> {
                    byte[] all = Objects.requireNonNull(files.get(file));
                    yield new Chunk(
                            file,
                            offset,
                            all.length,
                            Arrays.copyOfRange(all, (int) offset, (int) offset + length));
                }
            };
        }
    }

    private Progress fetch(Remote remote, int piecesMax) {
        Progress progress = store.begin(remote.notice);
        for (int i = 0; i < piecesMax && progress instanceof Progress.Missing missing; i++) {
            progress = store.take(remote.digest, remote.answer(missing.want()));
        }
        return progress;
    }

    private static void assertWhole(Progress progress, Remote remote) throws IOException {
        assertThat(progress).isInstanceOf(Progress.Complete.class);
        StoredModel model = ((Progress.Complete) progress).model();
        for (ModelManifest.ModelFile file : model.manifest().files()) {
            assertThat(Files.readAllBytes(model.directory().resolve(file.name())))
                    .isEqualTo(remote.files.get(file.digest()));
        }
    }

    @Test
    void fetchesAModelOnceAndHasItFromThenOn() throws IOException {
        var remote = new Remote("small", 3_000_000, 1);
        assertWhole(fetch(remote, 99), remote);
        assertThat(remote.piecesSent).isEqualTo(1 + 3 + 1);
        store.close();
        store = open(PLENTY, 0);
        assertWhole(store.begin(remote.notice), remote);
    }

    static LongStream seeds() {
        return LongStream.range(0, 20);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void goesOnWhereAKilledProcessStopped(long seed) throws IOException {
        var random = new Random(seed);
        var remote = new Remote("small", 2_500_000, seed);
        Progress progress = fetch(remote, 1 + random.nextInt(4));
        int kills = 0;
        while (!(progress instanceof Progress.Complete)) {
            // A kill closes nothing; the next process opens the same directory.
            store = open(PLENTY, 0);
            progress = fetch(remote, 1 + random.nextInt(2));
            kills++;
        }
        assertWhole(progress, remote);
        assertThat(kills).isPositive();
        assertThat(remote.piecesSent).as("nothing is fetched twice").isEqualTo(5);
    }

    @Test
    void fetchesAFileAnewWhenItsPartIsDamaged() throws IOException {
        var remote = new Remote("small", 2_500_000, 1);
        fetch(remote, 2);
        Path part = root.resolve(remote.digest.hex() + ".partial/model.onnx.part");
        byte[] bytes = Files.readAllBytes(part);
        bytes[77] ^= 1;
        Files.write(part, bytes);
        store = open(PLENTY, 0);
        assertWhole(fetch(remote, 99), remote);
    }

    @Test
    void startsAFileAnewWhenItsPartIsTooLong() throws IOException {
        var remote = new Remote("small", 1000, 1);
        fetch(remote, 1);
        Path part = root.resolve(remote.digest.hex() + ".partial/model.onnx.part");
        Files.write(part, new byte[5000]);
        store = open(PLENTY, 0);
        assertWhole(fetch(remote, 99), remote);
    }

    @Test
    void refusesAFileThatComesWrongTwice() {
        var remote = new Remote("small", 1000, 1);
        remote.files.replaceAll((_, bytes) -> {
            byte[] other = bytes.clone();
            other[0] ^= 1;
            return other;
        });
        Progress progress = fetch(remote, 99);
        assertThat(progress)
                .isInstanceOfSatisfying(
                        Progress.Stuck.class,
                        stuck -> {
                            assertThat(stuck.again()).isFalse();
                            assertThat(stuck.reason())
                                    .startsWith("model.onnx came twice with a digest other than");
                        });
        assertThat(remote.piecesSent).isEqualTo(3);
    }

    @Test
    void fetchesAModelAgainThatWasDamagedOnDisk() throws IOException {
        var remote = new Remote("small", 1000, 1);
        StoredModel model = ((Progress.Complete) fetch(remote, 99)).model();
        Files.write(model.directory().resolve("model.onnx"), new byte[1000]);
        store = open(PLENTY, 0);
        assertThat(store.begin(remote.notice))
                .isEqualTo(new Progress.Missing(new Want.ManifestOf()));
        assertWhole(fetch(remote, 99), remote);
    }

    @Test
    void refusesAManifestWithAnotherDigest() {
        var remote = new Remote("small", 1000, 1);
        store.begin(remote.notice);
        var wrong = new ManifestBytes(remote.digest, "{}".getBytes(StandardCharsets.UTF_8));
        assertThat(store.take(remote.digest, wrong)).isInstanceOf(Progress.Missing.class);
        assertThat(store.take(remote.digest, wrong))
                .isInstanceOfSatisfying(
                        Progress.Stuck.class, stuck -> assertThat(stuck.again()).isFalse());
    }

    @Test
    void refusesPiecesThatDoNotFitTheManifest() {
        var remote = new Remote("small", 1000, 1);
        Progress progress = fetch(remote, 1);
        var want = (Want.PieceOf) ((Progress.Missing) progress).want();
        assertThat(store.take(remote.digest, new Chunk(want.file(), 0, 1000, new byte[1001])))
                .isInstanceOfSatisfying(
                        Progress.Stuck.class,
                        stuck -> assertThat(stuck.reason()).contains("its manifest says 1000"));
    }

    @Test
    void ignoresAPieceThatItDidNotAskFor() throws IOException {
        var remote = new Remote("small", 1000, 1);
        Progress progress = fetch(remote, 1);
        var want = (Want.PieceOf) ((Progress.Missing) progress).want();
        assertThat(store.take(remote.digest, new Chunk(want.file(), 500, 1000, new byte[10])))
                .isEqualTo(progress);
        assertWhole(fetch(remote, 99), remote);
    }

    @Test
    void waitsWhenTheCoordinatorDoesNotHaveAPiece() {
        var remote = new Remote("small", 1000, 1);
        Progress progress = fetch(remote, 1);
        var want = (Want.PieceOf) ((Progress.Missing) progress).want();
        assertThat(store.take(remote.digest, new Chunk(want.file(), 0, -1, new byte[0])))
                .isInstanceOfSatisfying(
                        Progress.Stuck.class, stuck -> assertThat(stuck.again()).isTrue());
    }

    @Test
    void evictsTheModelLongestUnusedButNeverOneInUse() throws IOException {
        store = open(14_000, 0);
        var models =
                List.of(
                        new Remote("a", 3000, 1),
                        new Remote("b", 3000, 2),
                        new Remote("c", 3000, 3));
        for (Remote model : models) {
            fetch(model, 99);
            store.use(model.digest);
            now = now.plusSeconds(60);
        }
        models.forEach(model -> store.release(model.digest));
        store.use(models.getFirst().digest);
        now = now.plusSeconds(60);
        store.use(models.get(1).digest);
        store.release(models.get(1).digest);
        var next = new Remote("d", 3000, 4);
        assertWhole(fetch(next, 99), next);
        assertThat(root.resolve(models.get(0).digest.hex())).as("in use").exists();
        assertThat(root.resolve(models.get(1).digest.hex())).as("used since").exists();
        assertThat(root.resolve(models.get(2).digest.hex())).doesNotExist();
    }

    @Test
    void saysWhatTakesTheQuotaWhenNothingCanGo() throws IOException {
        store = open(7000, 0);
        var first = new Remote("a", 3000, 1);
        fetch(first, 99);
        store.use(first.digest);
        assertThat(fetch(new Remote("b", 3000, 2), 99))
                .isInstanceOfSatisfying(
                        Progress.Stuck.class,
                        stuck -> {
                            assertThat(stuck.again()).isTrue();
                            assertThat(stuck.reason())
                                    .contains("b takes 4000 bytes, but models in use");
                        });
        assertThat(fetch(new Remote("c", 9000, 3), 99))
                .isEqualTo(new Progress.Stuck("c takes 12000 bytes, models.quota is 7000", false));
    }

    @Test
    void saysSoWhenTheDiskIsFullAndKeepsWhatItHas() throws IOException {
        store = open(PLENTY, Long.MAX_VALUE / 2);
        var remote = new Remote("small", 1000, 1);
        assertThat(fetch(remote, 99))
                .isInstanceOfSatisfying(
                        Progress.Stuck.class,
                        stuck -> {
                            assertThat(stuck.again()).isTrue();
                            assertThat(stuck.reason())
                                    .startsWith("the disk is full: small needs 1333 bytes more");
                        });
        store = open(PLENTY, 0);
        assertWhole(fetch(remote, 99), remote);
        assertThat(remote.piecesSent).as("the manifest came once").isEqualTo(3);
    }

    @Test
    void neitherFetchesNorUsesWhatNobodyVouchesFor() throws IOException {
        var remote = new Remote("small", 3_000_000, 1);
        var limits = new ModelStore.Limits(PLENTY, 0);
        ModelStore.Voucher nobody = (manifest, bytes) -> Optional.of(manifest + " of " + bytes);
        store = ModelStore.open(root, limits, () -> now, nobody);
        var stuck = new Progress.Stuck(remote.digest + " of " + remote.manifest.length, true);
        assertThat(fetch(remote, 99)).isEqualTo(stuck);
        assertThat(remote.piecesSent).isEqualTo(1);

        store.close();
        store = open(PLENTY, 0);
        assertWhole(fetch(remote, 99), remote);
        store.close();
        store = ModelStore.open(root, limits, () -> now, nobody);
        assertThat(store.begin(remote.notice)).isEqualTo(stuck);
    }
}
