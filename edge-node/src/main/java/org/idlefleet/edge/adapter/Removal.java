package org.idlefleet.edge.adapter;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/** Takes a node off a device: its daemon first, then what it keeps there. */
public final class Removal {
    /** What proves to an owner what was earned; it stays unless he wants it gone. */
    private static final Set<String> RECEIPTS = Set.of("ledger", "diary.txt", "receipts");

    /** Beyond the drain, for the process to end. */
    private static final Duration GRACE = Duration.ofSeconds(15);

    private Removal() {}

    /** What would go, each file or folder directly below the data directory. */
    public static List<Path> victims(Path data, boolean receipts) throws IOException {
        if (!Files.isDirectory(data)) {
            return List.of();
        }
        try (Stream<Path> paths = Files.list(data)) {
            return paths.filter(path -> receipts || !isReceipt(path)).sorted().toList();
        }
    }

    private static boolean isReceipt(Path path) {
        return RECEIPTS.contains(path.getFileName().toString());
    }

    /**
     * Lets the daemon drain and end: its leases are finished or handed back.
     *
     * @throws IOException if it does not end in time; then nothing may be removed
     */
    public static void stop(Path data, Duration drainLimit) throws IOException {
        Optional<ProcessHandle> holder = DataDirectory.holder(data).flatMap(ProcessHandle::of);
        if (holder.isEmpty()) {
            return;
        }
        ProcessHandle daemon = holder.get();
        daemon.destroy();
        Duration limit = drainLimit.plus(GRACE);
        try {
            daemon.onExit().get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new IOException(
                    "the daemon, process "
                            + daemon.pid()
                            + ", did not end within "
                            + limit.toSeconds()
                            + " s; nothing was removed");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted; nothing was removed", e);
        } catch (ExecutionException e) {
            throw new IOException("waiting for process " + daemon.pid() + " failed", e);
        }
    }

    /**
     * Removes what {@link #victims} names, and the directory itself if nothing stays in it.
     *
     * @throws IOException if a daemon still has the directory, or a file can't be removed
     */
    public static void remove(Path data, boolean receipts) throws IOException {
        if (!Files.isDirectory(data)) {
            return;
        }
        try (var _ = DataDirectory.take(data)) {
            for (Path victim : victims(data, receipts)) {
                Durable.deleteTree(victim);
            }
        }
        if (victims(data, true).isEmpty()) {
            Files.delete(data);
        }
    }
}
