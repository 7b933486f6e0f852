package org.idlefleet.edge.adapter.tuf;

import org.idlefleet.edge.adapter.tuf.TufClient.Target;
import org.idlefleet.edge.adapter.tuf.TufClient.Targets;
import org.idlefleet.protocol.Digest;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;

/**
 * The owner's word on which models may run: the image repository, whose keys lie offline, says what
 * is genuine; the director, whose keys lie with the operator's servers, says what this fleet runs.
 * A model runs only if both name its manifest, with the same length and digest. So who takes over
 * the coordinator can't bring a foreign model, and who takes over the director can only choose
 * among genuine ones. Thread-safe.
 */
public final class ModelTrust {
    /** How long a repository may take for one file. */
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final TufClient images;
    private final TufClient director;
    private final InstantSource clock;

    ModelTrust(TufClient images, TufClient director, InstantSource clock) {
        this.images = images;
        this.director = director;
        this.clock = clock;
    }

    /**
     * @param metadata where {@code images} and {@code director} are, each with metadata: a folder
     *     or an {@code https://} address
     * @param roots folder with {@code images.root.json} and {@code director.root.json}, which the
     *     owner trusts to begin with
     * @param state what is trusted since, the node's own
     */
    public static ModelTrust open(String metadata, Path roots, Path state, InstantSource clock)
            throws IOException {
        return new ModelTrust(
                client("images", metadata, roots, state),
                client("director", metadata, roots, state),
                clock);
    }

    private static TufClient client(String name, String metadata, Path roots, Path state)
            throws IOException {
        var client =
                new TufClient(
                        metadata.matches("https?://.*")
                                ? new HttpMetadata(URI.create(metadata + "/" + name + "/"), LIMIT)
                                : new FolderMetadata(Path.of(metadata, name)),
                        new FolderTrustStore(state.resolve(name)));
        Path root = roots.resolve(name + ".root.json");
        try {
            client.trust(Files.readAllBytes(root));
        } catch (UntrustedException e) {
            throw new IOException(root + " can't be trusted: " + e.getMessage(), e);
        }
        return client;
    }

    /** What a manifest is called in metadata: its digest, so that no two models share a name. */
    public static String name(Digest manifest) {
        return manifest.hex() + ".json";
    }

    /** Why a manifest may not be used; empty if both repositories vouch for it. */
    public synchronized Optional<String> problem(Digest manifest, long bytes) {
        Optional<String> genuine = problem("image repository", images, manifest, bytes);
        return genuine.isPresent() ? genuine : problem("director", director, manifest, bytes);
    }

    /**
     * A small file that the image repository names; empty if it names none. Other than for models,
     * what it said before does not count: an answer that may be old is none.
     *
     * @param bytesMax most bytes that are wanted
     * @throws IOException if the repository can't be reached, or not be trusted; says which
     */
    public synchronized Optional<byte[]> file(String name, int bytesMax) throws IOException {
        try {
            return images.file(images.update(clock.instant()), name, bytesMax);
        } catch (UntrustedException e) {
            throw new IOException(
                    "the image repository can't be trusted now: " + e.getMessage(), e);
        }
    }

    private Optional<String> problem(String whose, TufClient client, Digest manifest, long bytes) {
        try {
            Targets targets = newest(client);
            Optional<Target> target = targets.find(name(manifest));
            if (target.isEmpty()) {
                return Optional.of("the " + whose + " does not name manifest " + manifest.hex());
            }
            return target.get().equals(new Target(bytes, manifest))
                    ? Optional.empty()
                    : Optional.of(
                            "the "
                                    + whose
                                    + " names manifest "
                                    + manifest.hex()
                                    + " with another content");
        } catch (UntrustedException | IOException e) {
            return Optional.of("the " + whose + " can't be trusted now: " + e.getMessage());
        }
    }

    /** Without a way to the repository, what was trusted last counts until it ends. */
    private Targets newest(TufClient client) throws IOException, UntrustedException {
        try {
            return client.update(clock.instant());
        } catch (IOException e) {
            Optional<Targets> known = client.known(clock.instant());
            if (known.isPresent()) {
                return known.get();
            }
            throw e;
        }
    }
}
