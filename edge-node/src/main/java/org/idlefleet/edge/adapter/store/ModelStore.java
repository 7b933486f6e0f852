package org.idlefleet.edge.adapter.store;

import org.idlefleet.edge.Signal.Want;
import org.idlefleet.edge.adapter.Durable;
import org.idlefleet.protocol.CoordinatorMessage;
import org.idlefleet.protocol.CoordinatorMessage.Chunk;
import org.idlefleet.protocol.CoordinatorMessage.ManifestBytes;
import org.idlefleet.protocol.CoordinatorMessage.ModelNotice;
import org.idlefleet.protocol.Digest;
import org.idlefleet.protocol.ModelManifest;
import org.idlefleet.protocol.adapter.ManifestJson;
import org.idlefleet.protocol.adapter.Sentence;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Models on disk, each in a directory named by its manifest's digest, which fixes every byte in it.
 *
 * <pre>
 * DIGEST/          manifest.json and the files, all verified
 * DIGEST.partial/  manifest.json, files that are verified, one NAME.part that still grows
 * </pre>
 *
 * <p>A directory gets its final name last, so a kill or a power cut at any moment leaves a partial
 * one to go on from. Digests are checked again whenever a model is looked up. If a new model does
 * not fit the quota, those not in use go, the one longest unused first. Blocks; thread-safe.
 */
public final class ModelStore implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ModelStore.class);
    private static final String MANIFEST = "manifest.json";
    private static final String PARTIAL = ".partial";

    private final Path root;
    private final Limits limits;
    private final InstantSource clock;
    private final Voucher voucher;
    private final Map<Digest, Fetch> fetches = new HashMap<>();
    private final Map<Digest, StoredModel> complete = new HashMap<>();
    private final Set<Digest> inUse = new HashSet<>();
    private final Set<Digest> wrongManifest = new HashSet<>();

    /**
     * How much the store may hold.
     *
     * @param quotaBytes bytes of all models together
     * @param keepFreeBytes bytes of the disk that stay free for others
     */
    public record Limits(long quotaBytes, long keepFreeBytes) {}

    /** Who must vouch for a model before it is fetched or used. */
    @FunctionalInterface
    public interface Voucher {
        /** Vouches for every model: its coordinator is trusted to name the right ones. */
        Voucher NONE = (_, _) -> Optional.empty();

        /**
         * Why a manifest may not be used; empty if it may.
         *
         * @param bytes its length
         */
        Optional<String> problem(Digest manifest, long bytes);
    }

    private ModelStore(Path root, Limits limits, InstantSource clock, Voucher voucher) {
        this.root = root;
        this.limits = limits;
        this.clock = clock;
        this.voucher = voucher;
    }

    /** Opens the store in {@code root}, which is made if it is not there. */
    public static ModelStore open(Path root, Limits limits, InstantSource clock)
            throws IOException {
        return open(root, limits, clock, Voucher.NONE);
    }

    /** The same for models that somebody must vouch for. */
    public static ModelStore open(Path root, Limits limits, InstantSource clock, Voucher voucher)
            throws IOException {
        Files.createDirectories(root);
        return new ModelStore(root, limits, clock, voucher);
    }

    /** Looks what is there of a model. */
    public synchronized Progress begin(ModelNotice notice) {
        Digest digest = notice.manifest();
        if (notice.bytes() > limits.quotaBytes()) {
            return new Progress.Stuck(
                    notice.model()
                            + " takes "
                            + notice.bytes()
                            + " bytes, models.quota is "
                            + limits.quotaBytes(),
                    false);
        }
        try {
            StoredModel stored = verified(digest);
            if (stored != null) {
                Optional<String> problem = vouched(directory(digest), digest);
                if (problem.isPresent()) {
                    return new Progress.Stuck(problem.get(), true);
                }
                complete.put(digest, stored);
                return new Progress.Complete(stored);
            }
            return goOn(digest);
        } catch (IOException e) {
            return broken(notice.model().value(), e);
        }
    }

    /** Takes a piece of a model whose {@link #begin} said that it was missing. */
    public synchronized Progress take(Digest digest, CoordinatorMessage piece) {
        try {
            if (piece instanceof ManifestBytes manifest) {
                return manifest(digest, manifest.bytes());
            }
            if (piece instanceof Chunk chunk) {
                return chunk(digest, chunk);
            }
            throw new IllegalArgumentException("no piece of a model: " + piece);
        } catch (IOException e) {
            return broken(digest.toString(), e);
        }
    }

    /** A model that {@link #begin} or {@link #take} said is complete. */
    public synchronized StoredModel get(Digest digest) {
        StoredModel model = complete.get(digest);
        if (model == null) {
            throw new IllegalStateException("model " + digest + " is not complete");
        }
        return model;
    }

    /** From now on the model is not evicted; that it was used just now is remembered. */
    public synchronized void use(Digest digest) throws IOException {
        inUse.add(digest);
        Path manifest = directory(digest).resolve(MANIFEST);
        Files.setLastModifiedTime(manifest, FileTime.from(clock.instant()));
    }

    /** The model may be evicted again. */
    public synchronized void release(Digest digest) {
        inUse.remove(digest);
    }

    private Progress manifest(Digest digest, byte[] bytes) throws IOException {
        if (bytes.length == 0) {
            return new Progress.Stuck("the coordinator no longer has manifest " + digest, true);
        }
        if (!Digest.of(bytes).equals(digest)) {
            return wrongManifest.add(digest)
                    ? new Progress.Missing(new Want.ManifestOf())
                    : new Progress.Stuck(
                            "the coordinator twice sent a manifest with another digest than "
                                    + digest.hex(),
                            false);
        }
        try {
            ManifestJson.read(bytes);
        } catch (IllegalArgumentException e) {
            return new Progress.Stuck("manifest " + digest + ": " + e.getMessage(), false);
        }
        Files.createDirectories(partial(digest));
        Durable.write(partial(digest).resolve(MANIFEST), bytes);
        return goOn(digest);
    }

    private Progress chunk(Digest digest, Chunk chunk) throws IOException {
        Fetch fetch = fetches.get(digest);
        if (fetch == null) {
            return goOn(digest);
        }
        if (chunk.fileBytes() < 0) {
            return new Progress.Stuck(
                    "the coordinator does not have file " + chunk.file().hex(), true);
        }
        String problem = fetch.take(chunk);
        if (problem != null) {
            forget(digest);
            return new Progress.Stuck(problem, false);
        }
        return goOn(digest);
    }

    private Progress goOn(Digest digest) throws IOException {
        Fetch fetch = fetches.get(digest);
        if (fetch == null) {
            ModelManifest manifest = read(partial(digest), digest);
            if (manifest == null) {
                return new Progress.Missing(new Want.ManifestOf());
            }
            Optional<String> doubt = vouched(partial(digest), digest);
            if (doubt.isPresent()) {
                return new Progress.Stuck(doubt.get(), true);
            }
            String problem = makeRoom(digest, manifest);
            if (problem != null) {
                return new Progress.Stuck(problem, manifest.bytes() <= limits.quotaBytes());
            }
            fetch = new Fetch(manifest, partial(digest));
            fetches.put(digest, fetch);
        }
        Want.PieceOf want = fetch.next();
        if (want != null) {
            return new Progress.Missing(want);
        }
        forget(digest);
        Durable.syncDirectory(partial(digest));
        Durable.move(partial(digest), directory(digest));
        var stored = new StoredModel(fetch.manifest(), directory(digest));
        complete.put(digest, stored);
        return new Progress.Complete(stored);
    }

    /** Models that lie whole in a store, as their manifests say; digests are not checked. */
    public static List<StoredModel> complete(Path root) {
        var models = new ArrayList<StoredModel>();
        try (Stream<Path> paths = Files.list(root)) {
            for (Path directory : paths.filter(Files::isDirectory).sorted().toList()) {
                String name = directory.getFileName().toString();
                ModelManifest manifest =
                        name.endsWith(PARTIAL) ? null : read(directory, Digest.ofHex(name));
                if (manifest != null) {
                    models.add(new StoredModel(manifest, directory));
                }
            }
        } catch (IOException | IllegalArgumentException e) {
            LOG.debug("{} is no store: {}", root, e.toString());
        }
        return models;
    }

    private Optional<String> vouched(Path directory, Digest digest) throws IOException {
        return voucher.problem(digest, Files.size(directory.resolve(MANIFEST)));
    }

    /** The manifest in a directory; null if there is none, or not the right one. */
    private static @Nullable ModelManifest read(Path directory, Digest digest) throws IOException {
        Path file = directory.resolve(MANIFEST);
        if (!Files.exists(file)) {
            return null;
        }
        byte[] bytes = Files.readAllBytes(file);
        return Digest.of(bytes).equals(digest) ? ManifestJson.read(bytes) : null;
    }

    /** The model if all its files are as they should be; a damaged one is deleted. */
    private @Nullable StoredModel verified(Digest digest) throws IOException {
        Path directory = directory(digest);
        if (!Files.isDirectory(directory)) {
            return null;
        }
        ModelManifest manifest = read(directory, digest);
        if (manifest == null || !whole(manifest, directory)) {
            LOG.warn("model {} on disk is damaged; it is deleted and fetched again", digest.hex());
            Durable.deleteTree(directory);
            return null;
        }
        return new StoredModel(manifest, directory);
    }

    private static boolean whole(ModelManifest manifest, Path directory) throws IOException {
        for (ModelManifest.ModelFile file : manifest.files()) {
            if (!Durable.holds(directory.resolve(file.name()), file.digest())) {
                return false;
            }
        }
        return true;
    }

    /** Evicts until the model fits; returns why it can't be made to. */
    private @Nullable String makeRoom(Digest digest, ModelManifest manifest) throws IOException {
        long needed = manifest.bytes();
        if (needed > limits.quotaBytes()) {
            return manifest.model()
                    + " takes "
                    + needed
                    + " bytes, models.quota is "
                    + limits.quotaBytes();
        }
        List<Path> others = new ArrayList<>();
        long held = 0;
        for (Path directory : byAge()) {
            if (!directory.equals(partial(digest))) {
                others.add(directory);
                held += claimed(directory);
            }
        }
        for (Path directory : others) {
            boolean fits = held + needed <= limits.quotaBytes() && free() >= needed;
            if (!fits && evictable(directory)) {
                held -= claimed(directory);
                LOG.info("model {} makes room for {}", directory.getFileName(), manifest.model());
                complete.keySet().removeIf(other -> directory(other).equals(directory));
                Durable.deleteTree(directory);
            }
        }
        if (held + needed > limits.quotaBytes()) {
            return manifest.model()
                    + " takes "
                    + needed
                    + " bytes, but models in use take "
                    + held
                    + " of models.quota "
                    + limits.quotaBytes();
        }
        Path half = partial(digest);
        long already = Durable.bytesOf(half) - Files.size(half.resolve(MANIFEST));
        long free = free();
        return free >= needed - already
                ? null
                : "the disk is full: "
                        + manifest.model()
                        + " needs "
                        + (needed - already)
                        + " bytes more, "
                        + root
                        + " has "
                        + Math.max(0, free)
                        + " beyond models.keepFree "
                        + limits.keepFreeBytes();
    }

    /** What a directory takes; one that is being fetched will take all that its manifest says. */
    private long claimed(Path directory) throws IOException {
        for (Map.Entry<Digest, Fetch> fetch : fetches.entrySet()) {
            if (partial(fetch.getKey()).equals(directory)) {
                return fetch.getValue().manifest().bytes();
            }
        }
        return Durable.bytesOf(directory);
    }

    private long free() throws IOException {
        return Files.getFileStore(root).getUsableSpace() - limits.keepFreeBytes();
    }

    /** All models on disk, the one longest unused first. */
    private List<Path> byAge() throws IOException {
        Map<Path, FileTime> ages = new HashMap<>();
        try (Stream<Path> paths = Files.list(root)) {
            for (Path directory : paths.filter(Files::isDirectory).toList()) {
                Path manifest = directory.resolve(MANIFEST);
                ages.put(
                        directory,
                        Files.getLastModifiedTime(Files.exists(manifest) ? manifest : directory));
            }
        }
        return ages.entrySet().stream()
                .sorted(
                        Map.Entry.<Path, FileTime>comparingByValue()
                                .thenComparing(Map.Entry.comparingByKey()))
                .map(Map.Entry::getKey)
                .toList();
    }

    private boolean evictable(Path directory) {
        return inUse.stream().noneMatch(digest -> directory(digest).equals(directory))
                && fetches.keySet().stream().noneMatch(digest -> partial(digest).equals(directory));
    }

    private Progress broken(String model, IOException e) {
        String message = String.valueOf(e.getMessage());
        return new Progress.Stuck(
                message.contains("No space left")
                        ? "the disk is full at " + root + " while " + model + " is fetched"
                        : "can't keep " + model + " in " + root + ": " + Sentence.of(e),
                true);
    }

    private void forget(Digest digest) throws IOException {
        Fetch fetch = fetches.remove(digest);
        if (fetch != null) {
            fetch.close();
        }
    }

    private Path directory(Digest digest) {
        return root.resolve(digest.hex());
    }

    private Path partial(Digest digest) {
        return root.resolve(digest.hex() + PARTIAL);
    }

    /** Closes files that are being fetched; what they hold is kept. */
    @Override
    public synchronized void close() throws IOException {
        for (Digest digest : List.copyOf(fetches.keySet())) {
            forget(digest);
        }
    }
}
