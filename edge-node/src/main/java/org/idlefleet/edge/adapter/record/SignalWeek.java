package org.idlefleet.edge.adapter.record;

import org.idlefleet.edge.gate.OwnerRules;
import org.idlefleet.edge.gate.Reading;
import org.idlefleet.edge.gate.Recording;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The signals of the last week, a file for each day and start of the daemon, so that an owner may
 * try rules on them. Whole files go, the oldest first, when they are a week old or all of them
 * together exceed {@value #BYTES_MAX} bytes. A disk that fails costs the recording and nothing
 * else. One thread writes; any process may read.
 */
public final class SignalWeek implements AutoCloseable {
    /** All files together, at most about this. */
    public static final int BYTES_MAX = 16 << 20;

    /** One file. */
    static final int FILE_BYTES_MAX = BYTES_MAX / 16;

    private static final Logger LOG = LoggerFactory.getLogger(SignalWeek.class);
    private static final Duration FILE_TIME = Duration.ofDays(1);
    private static final Duration KEPT = Duration.ofDays(7);
    private static final String ENDING = ".trace";

    private final Path directory;
    private final OwnerRules rules;
    private @Nullable SignalWriter writer;
    private Instant began = Instant.MIN;
    private boolean failed;

    /** Begins at the first write. */
    public SignalWeek(Path directory, OwnerRules rules) {
        this.directory = directory;
        this.rules = rules;
    }

    /** Writes what changed. */
    public void write(List<Reading> readings, Instant now) {
        try {
            SignalWriter current = writer;
            boolean full =
                    current != null
                            && (current.bytes() > FILE_BYTES_MAX
                                    || now.isAfter(began.plus(FILE_TIME)));
            if (current == null || full) {
                close();
                Files.createDirectories(directory);
                shorten(now);
                began = now;
                current = new SignalWriter(directory.resolve(name(now)), rules, now);
                writer = current;
            }
            current.write(readings, now);
            failed = false;
        } catch (IOException e) {
            if (!failed) {
                LOG.warn("signals are not recorded: {}", e.toString());
            }
            failed = true;
            close();
        }
    }

    private static String name(Instant began) {
        return began.toString().replace(':', '-') + ENDING;
    }

    private void shorten(Instant now) throws IOException {
        List<Path> files = files(directory);
        long bytes = 0;
        for (Path file : files.reversed()) {
            bytes += Files.size(file);
            Instant changed = Files.getLastModifiedTime(file).toInstant();
            if (bytes > BYTES_MAX - FILE_BYTES_MAX || changed.isBefore(now.minus(KEPT))) {
                Files.delete(file);
            }
        }
    }

    /** Oldest first. */
    private static List<Path> files(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.toString().endsWith(ENDING)).sorted().toList();
        }
    }

    /**
     * What was recorded, oldest first; a line that a power cut tore ends its recording.
     *
     * @param bytesMax of files; the oldest that do not fit are left out
     */
    public static List<Recording> read(Path directory, long bytesMax) throws IOException {
        var recordings = new ArrayList<Recording>();
        for (Path file : newest(directory, bytesMax)) {
            String text = Files.readString(file);
            String whole = text.substring(0, text.lastIndexOf('\n') + 1);
            try {
                recordings.add(Recording.parse(whole, Files.getLastModifiedTime(file).toInstant()));
            } catch (IllegalArgumentException e) {
                LOG.warn("the recording {} is left out: {}", file, e.getMessage());
            }
        }
        return recordings;
    }

    private static List<Path> newest(Path directory, long bytesMax) throws IOException {
        List<Path> files = files(directory);
        long bytes = 0;
        int first = files.size();
        while (first > 0) {
            bytes += Files.size(files.get(first - 1));
            if (bytes > bytesMax) {
                break;
            }
            first--;
        }
        return files.subList(first, files.size());
    }

    @Override
    public void close() {
        SignalWriter current = writer;
        writer = null;
        if (current != null) {
            try {
                current.close();
            } catch (IOException e) {
                LOG.warn("a recording of signals did not end cleanly: {}", e.toString());
            }
        }
    }
}
