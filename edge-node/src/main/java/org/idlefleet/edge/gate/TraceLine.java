package org.idlefleet.edge.gate;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/**
 * One line of a trace: from when on a quantity has which value, and who says so.
 *
 * <pre>
 * # offset since start   quantity            value   source
 * 0s                     vehicle.gear_park   yes
 * 12.5s                  vehicle.gear_park   no
 * 90s                    temperature.device  unknown linux
 * </pre>
 *
 * @param offset from when on, counted from the start
 * @param value empty if the line says unknown
 * @param source empty if the line names none
 */
public record TraceLine(Duration offset, Quantity quantity, OptionalDouble value, String source) {
    /**
     * Reads a trace.
     *
     * @throws IllegalArgumentException if a line is wrong; says which and why
     */
    public static List<TraceLine> parse(String content) {
        var lines = new ArrayList<TraceLine>();
        int number = 0;
        for (String line : content.lines().toList()) {
            number++;
            int comment = line.indexOf('#');
            String text = (comment < 0 ? line : line.substring(0, comment)).strip();
            if (!text.isEmpty()) {
                try {
                    lines.add(line(text));
                } catch (IllegalArgumentException e) {
                    throw new IllegalArgumentException("line " + number + ": " + e.getMessage(), e);
                }
            }
        }
        return lines;
    }

    private static TraceLine line(String text) {
        String[] words = text.split("\\s+");
        boolean sourced = words.length == 4 && words[3].matches("[a-z][a-z0-9-]{0,31}");
        if (words.length != 3 && !sourced) {
            throw new IllegalArgumentException(
                    "expected OFFSET QUANTITY VALUE such as '12.5s vehicle.speed 30', and perhaps a"
                            + " SOURCE; found '"
                            + text
                            + "'");
        }
        Quantity quantity =
                Quantity.ofKey(words[1])
                        .orElseThrow(() ->
                                new IllegalArgumentException(
                                        "no quantity is called '" + words[1] + "'"));
        return new TraceLine(
                offset(words[0]),
                quantity,
                value(quantity, words[2]),
                words.length == 4 ? words[3] : "");
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
            default ->
                    OptionalDouble.of(
                            RuleText.number(text)
                                    .orElseThrow(() ->
                                            new IllegalArgumentException(
                                                    quantity.key()
                                                            + " is yes, no, unknown or a"
                                                            + " number, found '"
                                                            + text
                                                            + "'")));
        };
    }

    /** The line as it is written, without an end. */
    public String text() {
        long millis = offset.toMillis();
        String seconds =
                millis % 1000 == 0
                        ? millis / 1000 + "s"
                        : millis / 1000 + "." + "%03d".formatted(millis % 1000) + "s";
        return seconds
                + " "
                + quantity.key()
                + " "
                + word()
                + (source.isEmpty() ? "" : " " + source);
    }

    private String word() {
        if (value.isEmpty()) {
            return "unknown";
        }
        double number = value.getAsDouble();
        return quantity.unit() == Quantity.Unit.YES_NO
                ? number != 0 ? "yes" : "no"
                : RuleText.plain(Math.round(number * 1000) / 1000.0);
    }
}
