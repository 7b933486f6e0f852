package org.idlefleet.edge.adapter.trace;

import org.idlefleet.edge.gate.Quantity;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/**
 * One line of a trace.
 *
 * @param offset from when on, counted from the start
 * @param value empty if the line says unknown
 */
record TraceLine(Duration offset, Quantity quantity, OptionalDouble value) {
    /** Reads a trace; a wrong line is an {@link IOException} that names file, line and remedy. */
    static List<TraceLine> parse(Path file, String content) throws IOException {
        var lines = new ArrayList<TraceLine>();
        int number = 0;
        for (String line : content.lines().toList()) {
            number++;
            String text = line.replaceFirst("#.*", "").strip();
            if (!text.isEmpty()) {
                try {
                    lines.add(parse(text));
                } catch (IllegalArgumentException e) {
                    throw new IOException(file + " line " + number + ": " + e.getMessage(), e);
                }
            }
        }
        return lines;
    }

    private static TraceLine parse(String text) {
        String[] words = text.split("\\s+");
        if (words.length != 3) {
            throw new IllegalArgumentException(
                    "expected OFFSET QUANTITY VALUE such as '12.5s vehicle.speed 30', found '"
                            + text
                            + "'");
        }
        Quantity quantity =
                Quantity.ofKey(words[1])
                        .orElseThrow(() ->
                                new IllegalArgumentException(
                                        "no quantity is called '" + words[1] + "'"));
        return new TraceLine(offset(words[0]), quantity, value(quantity, words[2]));
    }

    private static Duration offset(String text) {
        if (!text.matches("\\d{1,9}(\\.\\d{1,3})?s")) {
            throw new IllegalArgumentException(
                    "an offset is seconds such as '12.5s', found '" + text + "'");
        }
        double seconds = Double.parseDouble(text.substring(0, text.length() - 1));
        return Duration.ofMillis(Math.round(seconds * 1000));
    }

    private static OptionalDouble value(Quantity quantity, String text) {
        return switch (text) {
            case "unknown" -> OptionalDouble.empty();
            case "yes", "true" -> OptionalDouble.of(1);
            case "no", "false" -> OptionalDouble.of(0);
            default -> {
                if (!text.matches("-?\\d{1,12}(\\.\\d{1,9})?")) {
                    throw new IllegalArgumentException(
                            quantity.key()
                                    + " is yes, no, unknown or a number, found '"
                                    + text
                                    + "'");
                }
                yield OptionalDouble.of(Double.parseDouble(text));
            }
        };
    }
}
