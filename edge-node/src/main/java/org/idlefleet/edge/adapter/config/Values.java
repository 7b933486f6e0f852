package org.idlefleet.edge.adapter.config;

import org.idlefleet.edge.gate.RuleText;
import org.idlefleet.protocol.adapter.ConfigException;

import java.time.Duration;
import java.util.List;

/** Texts and numbers of the configuration as what they stand for; each error names its key. */
final class Values {
    private Values() {}

    static String required(String key, String text, String remedy) {
        if (text.isBlank()) {
            throw new ConfigException("'" + key + "' is not set: " + remedy);
        }
        return text;
    }

    static String word(String key, String text, List<String> words) {
        if (!words.contains(text)) {
            throw wrong(key, "one of " + String.join(", ", words), "'" + text + "'");
        }
        return text;
    }

    static double between(String key, double value, double min, double max) {
        if (!(value >= min && value <= max)) {
            throw wrong(key, "from " + plain(min) + " to " + plain(max), plain(value));
        }
        return value;
    }

    static int between(String key, int value, int min, int max) {
        return (int) between(key, (double) value, min, max);
    }

    static String plain(double value) {
        return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
    }

    /** A time such as {@code 500ms}, {@code 30s}, {@code 5m} or {@code 2h}. */
    static Duration time(String key, String text) {
        return RuleText.time(text)
                .orElseThrow(
                        () -> wrong(key, "a time such as 500ms, 30s, 5m or 2h", "'" + text + "'"));
    }

    /** A time that is not zero. */
    static Duration positive(String key, String text) {
        Duration time = time(key, text);
        if (time.isZero()) {
            throw wrong(key, "more than nothing", text);
        }
        return time;
    }

    /** A size such as {@code 512MiB} or {@code 10GiB}, in bytes. */
    static long size(String key, String text) {
        if (!text.matches("\\d{1,6}(B|KiB|MiB|GiB|TiB)")) {
            throw wrong(key, "a size such as 512MiB or 10GiB", "'" + text + "'");
        }
        long count = number(text);
        return switch (unit(text)) {
            case "B" -> count;
            case "KiB" -> count << 10;
            case "MiB" -> count << 20;
            case "GiB" -> count << 30;
            default -> count << 40;
        };
    }

    private static long number(String text) {
        return Long.parseLong(text.replaceAll("\\D", ""));
    }

    private static String unit(String text) {
        return text.replaceAll("\\d", "");
    }

    static ConfigException wrong(String key, String expected, String found) {
        return new ConfigException("'" + key + "' must be " + expected + ", found " + found);
    }
}
