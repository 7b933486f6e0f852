package org.idlefleet.coordinator.adapter.log;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The right to write a log: a lock that the operating system takes back when the process ends,
 * however it ends. It stands on a file beside the log, because SQLite's own locks must stay free
 * for readers.
 */
final class FileOwner implements AutoCloseable {
    private final FileChannel channel;

    private FileOwner(FileChannel channel) {
        this.channel = channel;
    }

    static FileOwner of(Path file) {
        Path lock = Path.of(file + "-owner");
        try {
            FileChannel channel =
                    FileChannel.open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (locked(channel)) {
                return new FileOwner(channel);
            }
            channel.close();
        } catch (IOException e) {
            throw new LogException(
                    "the event log "
                            + file
                            + " cannot be opened, because its folder does not let this program"
                            + " write "
                            + lock,
                    e);
        }
        throw new LogException(
                "the event log "
                        + file
                        + " is in use by another coordinator: stop that one, or give this one a"
                        + " folder of its own");
    }

    private static boolean locked(FileChannel channel) throws IOException {
        try {
            FileLock lock = channel.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException e) {
            return false;
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new LogException("the lock on the event log cannot be given back", e);
        }
    }
}
