package org.idlefleet.edge.gate;

import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;

/**
 * A trace of what sources told, and when it began. Each value counts until the next one of the same
 * quantity and source; the last line is the end.
 *
 * @param lines in the order of their offsets
 */
public record Recording(Instant began, List<TraceLine> lines) {
    private static final String BEGAN = "# began ";

    public Recording {
        lines =
                lines.stream()
                        .sorted((one, other) -> one.offset().compareTo(other.offset()))
                        .toList();
    }

    /** The first line of a recording that began then; a comment to who replays it as a trace. */
    public static String heading(Instant began) {
        return BEGAN + began;
    }

    /**
     * Reads a recording or a scripted trace.
     *
     * @param otherwise when it began, if it does not say
     * @throws IllegalArgumentException if a line is wrong; says which and why
     */
    public static Recording parse(String content, Instant otherwise) {
        Instant began = otherwise;
        String first = content.lines().findFirst().orElse("");
        if (first.startsWith(BEGAN)) {
            try {
                began = Instant.parse(first.substring(BEGAN.length()).strip());
            } catch (DateTimeParseException e) {
                throw new IllegalArgumentException(
                        "line 1: '"
                                + BEGAN
                                + "' is followed by a time in UTC such as"
                                + " 2026-01-05T21:00:00Z, found '"
                                + first
                                + "'",
                        e);
            }
        }
        return new Recording(began, TraceLine.parse(content));
    }

    /** When the last line was. */
    public Instant ended() {
        return lines.isEmpty() ? began : began.plus(lines.getLast().offset());
    }
}
