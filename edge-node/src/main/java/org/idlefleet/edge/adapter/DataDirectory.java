package org.idlefleet.edge.adapter;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * The node's own directory, held by one daemon at a time.
 *
 * <pre>
 * lock            held while a daemon runs; its process id stands in it
 * identity/       the node's key and certificate
 * models/         the model store
 * trust/          what the repositories of models said last
 * native/         native libraries that jars unpack
 * owner-mode      what the owner said last: pause, finish; absent means run
 * status.json     what the daemon does, written anew while it runs
 * owner-rules     the rules that the owner edited while the node ran
 * page-address    where the owner's page is, and the word that opens it
 * diary.txt       park sessions, energy, costs, earnings of the last weeks
 * signals/        what sources told in the last week
 * ledger/         what the node saw of the ledger: key, checkpoint, and what contradicts it
 * </pre>
 */
public final class DataDirectory implements AutoCloseable {
    private final Path root;
    private final FileChannel channel;

    private DataDirectory(Path root, FileChannel channel) {
        this.root = root;
        this.channel = channel;
    }

    /**
     * Takes the directory, which is made if it is not there.
     *
     * @throws IOException if another daemon has it; says which
     */
    public static DataDirectory take(Path root) throws IOException {
        Files.createDirectories(root);
        FileChannel channel =
                FileChannel.open(
                        root.resolve("lock"),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE);
        try {
            if (lock(channel) == null) {
                String pid = text(channel);
                throw new IOException(
                        "another edge daemon (process "
                                + pid
                                + ") uses "
                                + root
                                + "; stop it, or give this one a node.data of its own");
            }
            channel.truncate(0);
            channel.write(
                    ByteBuffer.wrap(
                            Long.toString(ProcessHandle.current().pid())
                                    .getBytes(StandardCharsets.US_ASCII)),
                    0);
            return new DataDirectory(root, channel);
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    /** Process id of the daemon that holds the directory; empty if none does. */
    static Optional<Long> holder(Path root) throws IOException {
        if (!Files.exists(root.resolve("lock"))) {
            return Optional.empty();
        }
        try (var channel =
                FileChannel.open(
                        root.resolve("lock"), StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            return lock(channel) == null
                    ? Optional.of(Long.parseLong(text(channel)))
                    : Optional.empty();
        }
    }

    private static @Nullable FileLock lock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null;
        }
    }

    private static String text(FileChannel channel) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(32);
        channel.read(bytes, 0);
        return new String(bytes.array(), 0, bytes.position(), StandardCharsets.US_ASCII).strip();
    }

    public Path root() {
        return root;
    }

    /** Where key and certificate lie. */
    public static Path identity(Path root) {
        return root.resolve("identity");
    }

    /** Where the model store lies. */
    public static Path models(Path root) {
        return root.resolve("models");
    }

    /** What the daemon does, as JSON. */
    public static Path status(Path root) {
        return root.resolve("status.json");
    }

    /** What the node did, in lines. */
    public static Path diary(Path root) {
        return root.resolve("diary.txt");
    }

    /** Where the owner's page is. */
    public static Path page(Path root) {
        return root.resolve("page-address");
    }

    /** What is known of newer software. */
    static Path software(Path root) {
        return root.resolve("software.json");
    }

    static Path trust(Path root) {
        return root.resolve("trust");
    }

    /** Where the recordings of signals lie. */
    public static Path signals(Path root) {
        return root.resolve("signals");
    }

    /** Where native libraries are unpacked. */
    public static Path natives(Path root) {
        return root.resolve("native");
    }

    /** What the node saw of the ledger. */
    public static Path ledger(Path root) {
        return root.resolve("ledger");
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
