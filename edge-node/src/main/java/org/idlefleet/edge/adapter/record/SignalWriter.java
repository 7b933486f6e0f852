package org.idlefleet.edge.adapter.record;

import org.idlefleet.edge.gate.OwnerRules;
import org.idlefleet.edge.gate.Reading;
import org.idlefleet.edge.gate.Recording;
import org.idlefleet.edge.gate.TraceLine;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.List;

/** One recording in one file, which replays as a trace. One thread. */
public final class SignalWriter implements AutoCloseable {
    private final Changes changes;
    private final BufferedWriter out;
    private long bytes;

    /**
     * @param file made anew; one that is there already is overwritten
     * @param rules say from which age on a word is unknown
     */
    public SignalWriter(Path file, OwnerRules rules, Instant began) throws IOException {
        this.changes = new Changes(began, rules.stale(), rules.staleSafety());
        this.out =
                Files.newBufferedWriter(
                        file,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.WRITE);
        put(Recording.heading(began));
        out.flush();
    }

    /** Writes what changed. */
    public void write(List<Reading> readings, Instant now) throws IOException {
        put(changes.lines(readings, now));
    }

    /** The same, and that this is the end. */
    public void end(List<Reading> readings, Instant now) throws IOException {
        put(changes.lines(readings, now));
        put(changes.again(now));
    }

    private void put(List<TraceLine> lines) throws IOException {
        for (TraceLine line : lines) {
            put(line.text());
        }
        if (!lines.isEmpty()) {
            out.flush();
        }
    }

    private void put(String line) throws IOException {
        out.write(line);
        out.write('\n');
        bytes += line.length() + 1;
    }

    /** Written so far. */
    public long bytes() {
        return bytes;
    }

    @Override
    public void close() throws IOException {
        out.close();
    }
}
