package org.idlefleet.edge.adapter;

import org.idlefleet.protocol.Digest;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.Comparator;
import java.util.stream.Stream;

/** File operations that a power cut leaves either done or not done. */
public final class Durable {
    private static final int BUFFER_BYTES = 1 << 16;

    private Durable() {}

    /** Replaces the content of {@code file} in one step. */
    public static void write(Path file, byte[] content) throws IOException {
        Path next = file.resolveSibling(file.getFileName() + ".next");
        try (var channel =
                FileChannel.open(
                        next,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE,
                        StandardOpenOption.TRUNCATE_EXISTING)) {
            var bytes = ByteBuffer.wrap(content);
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
        move(next, file);
    }

    /** Renames a file or directory whose content is on disk already. */
    public static void move(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        syncDirectory(to.toAbsolutePath().resolveSibling("."));
    }

    /** Makes the names in a directory durable; where the system has no way to, does nothing. */
    public static void syncDirectory(Path directory) throws IOException {
        if (System.getProperty("os.name", "").startsWith("Windows")) {
            return;
        }
        try (var channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /** Takes a file's bytes into {@code sha}; returns how many there were. */
    public static long hash(Path file, MessageDigest sha) throws IOException {
        long bytes = 0;
        var buffer = new byte[BUFFER_BYTES];
        try (InputStream in = Files.newInputStream(file)) {
            for (int n = in.read(buffer); n > 0; n = in.read(buffer)) {
                sha.update(buffer, 0, n);
                bytes += n;
            }
        }
        return bytes;
    }

    /** Whether a file is there and has this digest. */
    public static boolean holds(Path file, Digest digest) throws IOException {
        MessageDigest sha = Digest.sha256();
        try {
            hash(file, sha);
        } catch (NoSuchFileException e) {
            return false;
        }
        return Digest.ofRaw(sha.digest()).equals(digest);
    }

    /** Deletes a directory with all it holds; none is fine. */
    public static void deleteTree(Path root) throws IOException {
        if (!Files.exists(root)) {
            return;
        }
        try (Stream<Path> paths = Files.walk(root)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    /** Bytes of all files in a directory; 0 if there is none. */
    public static long bytesOf(Path root) throws IOException {
        long bytes = 0;
        if (!Files.exists(root)) {
            return 0;
        }
        try (Stream<Path> paths = Files.walk(root)) {
            for (Path path : paths.filter(Files::isRegularFile).toList()) {
                bytes += Files.size(path);
            }
        }
        return bytes;
    }
}
