package org.idlefleet.coordinator.adapter;

import org.idlefleet.protocol.Digest;
import org.idlefleet.protocol.ModelManifest;
import org.idlefleet.protocol.ModelManifest.ModelFile;
import org.idlefleet.protocol.adapter.ManifestJson;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The models that this coordinator hands out: a directory of files named by their SHA-256,
 * manifests among them. A file is written beside its place and renamed, so what stands there is
 * whole. Thread-safe.
 */
public final class ModelStore {
    private final Path directory;
    private final Map<Digest, ModelManifest> manifests = new ConcurrentHashMap<>();

    /** Opens the store and makes its directory if it is not there. */
    public ModelStore(Path directory) {
        this.directory = directory;
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "the model store " + directory + " can't be made: " + e.getMessage(), e);
        }
    }

    /**
     * Takes a model in: its manifest and, from {@code source}, every file it names.
     *
     * @return the manifest's digest
     * @throws IllegalArgumentException if a file is missing or not what the manifest says
     */
    public Digest add(ModelManifest manifest, Path source) throws IOException {
        for (ModelFile file : manifest.files()) {
            Path from = source.resolve(file.name());
            if (!Files.isRegularFile(from)) {
                throw new IllegalArgumentException(
                        manifest.model()
                                + " needs the file "
                                + file.name()
                                + ", which is not in "
                                + source);
            }
            copy(from, file);
        }
        byte[] json = ManifestJson.write(manifest);
        Digest digest = Digest.of(json);
        Path partial = directory.resolve(digest.hex() + ".partial");
        Files.write(partial, json);
        settle(partial, path(digest));
        manifests.put(digest, manifest);
        return digest;
    }

    /** The manifest with this digest. */
    public Optional<ModelManifest> manifest(Digest digest) {
        ModelManifest known = manifests.get(digest);
        if (known != null) {
            return Optional.of(known);
        }
        return manifestBytes(digest)
                .map(ManifestJson::read)
                .map(manifest -> {
                    manifests.put(digest, manifest);
                    return manifest;
                });
    }

    /** The exact bytes of the manifest with this digest. */
    public Optional<byte[]> manifestBytes(Digest digest) {
        try {
            Path path = path(digest);
            return Files.isRegularFile(path) && Files.size(path) <= ManifestJson.BYTES_MAX
                    ? Optional.of(Files.readAllBytes(path))
                    : Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException("manifest " + digest.hex() + " can't be read", e);
        }
    }

    /** Size of a file in bytes; -1 if it is not here. */
    public long size(Digest file) {
        try {
            return Files.isRegularFile(path(file)) ? Files.size(path(file)) : -1;
        } catch (IOException e) {
            throw new UncheckedIOException("model file " + file.hex() + " can't be read", e);
        }
    }

    /** Up to {@code length} bytes from {@code offset}; fewer at the end of the file. */
    public byte[] read(Digest file, long offset, int length) {
        try (FileChannel channel = FileChannel.open(path(file), StandardOpenOption.READ)) {
            long left = Math.max(0, channel.size() - offset);
            ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(length, left));
            while (bytes.hasRemaining()) {
                if (channel.read(bytes, offset + bytes.position()) < 0) {
                    throw new IOException("the file became shorter");
                }
            }
            bytes.flip();
            var read = new byte[bytes.remaining()];
            bytes.get(read);
            return read;
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "model file " + file.hex() + " can't be read: " + e.getMessage(), e);
        }
    }

    private void copy(Path from, ModelFile file) throws IOException {
        Path target = path(file.digest());
        if (Files.isRegularFile(target) && Files.size(target) == file.bytes()) {
            return;
        }
        MessageDigest sha = Digest.sha256();
        Path partial = directory.resolve(file.digest().hex() + ".partial");
        try (InputStream in = new DigestInputStream(Files.newInputStream(from), sha)) {
            Files.copy(in, partial, StandardCopyOption.REPLACE_EXISTING);
        }
        Digest found = Digest.ofRaw(sha.digest());
        if (!found.equals(file.digest())) {
            Files.delete(partial);
            throw new IllegalArgumentException(
                    from
                            + " is not the file that the manifest names: expected SHA-256 "
                            + file.digest().hex()
                            + ", found "
                            + found.hex());
        }
        settle(partial, target);
    }

    private static void settle(Path partial, Path target) throws IOException {
        try (FileChannel channel = FileChannel.open(partial, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
        try {
            Files.move(partial, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException e) {
            throw new IOException(target.getParent() + " can't rename files in one step", e);
        }
    }

    private Path path(Digest digest) {
        return directory.resolve(digest.hex());
    }
}
