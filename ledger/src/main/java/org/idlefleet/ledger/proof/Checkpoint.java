package org.idlefleet.ledger.proof;

import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;

/**
 * The state of a log in three lines and one extension: which log, how many leaves, which root, at
 * what time.
 *
 * <p>The text is what gets signed (C2SP tlog-checkpoint). The time is our extension line: it says
 * until when accepted work must be in the log.
 */
public record Checkpoint(String origin, long size, Hash root, Instant time) {
    private static final String TIME = "time ";

    public Checkpoint {
        if (origin.isEmpty() || origin.indexOf('\n') >= 0 || size < 0) {
            throw new IllegalArgumentException(
                    "no checkpoint: origin '" + origin + "', size " + size);
        }
    }

    public String text() {
        return origin + "\n" + size + "\n" + root + "\n" + TIME + time + "\n";
    }

    /** Reads what {@link #text} writes, and nothing else. */
    public static Checkpoint parse(String text) {
        List<String> lines = text.lines().toList();
        if (lines.size() != 4 || !lines.get(3).startsWith(TIME)) {
            throw new IllegalArgumentException(
                    "expected a checkpoint of four lines (origin, size, root, time), found: "
                            + text);
        }
        try {
            var checkpoint =
                    new Checkpoint(
                            lines.get(0),
                            Long.parseLong(lines.get(1)),
                            Hash.parse(lines.get(2)),
                            Instant.parse(lines.get(3).substring(TIME.length())));
            if (!checkpoint.text().equals(text)) {
                throw new IllegalArgumentException(
                        "the checkpoint is not written in its one form: " + text);
            }
            return checkpoint;
        } catch (NumberFormatException | DateTimeParseException e) {
            throw new IllegalArgumentException("no checkpoint: " + text, e);
        }
    }
}
