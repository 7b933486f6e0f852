package org.idlefleet.edge.gate;

import org.jspecify.annotations.Nullable;

import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How times, zones and spans are written in the configuration; empty results mean: not so. */
public final class RuleText {
    private static final Pattern TIME = Pattern.compile("(\\d{1,9})(ms|s|m|h)");
    private static final Pattern WINDOW =
            Pattern.compile(
                    "(?:([A-Za-z]{3})(?:-([A-Za-z]{3}))? +)?(\\d\\d:\\d\\d)-(\\d\\d:\\d\\d)");
    private static final Pattern PRICED = Pattern.compile("(.*\\S) +(-?\\d{1,7}(?:\\.\\d{1,6})?)");

    private RuleText() {}

    /** A time such as {@code 500ms}, {@code 30s}, {@code 5m} or {@code 2h}. */
    public static Optional<Duration> time(String text) {
        Matcher matcher = TIME.matcher(text);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        long count = Long.parseLong(matcher.group(1));
        return Optional.of(
                switch (matcher.group(2)) {
                    case "ms" -> Duration.ofMillis(count);
                    case "s" -> Duration.ofSeconds(count);
                    case "m" -> Duration.ofMinutes(count);
                    default -> Duration.ofHours(count);
                });
    }

    static Optional<ZoneId> zone(String text) {
        try {
            return Optional.of(ZoneId.of(text));
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    /** A decimal number without an exponent. */
    static Optional<Double> number(String text) {
        return text.matches("-?\\d{1,12}(\\.\\d{1,9})?")
                ? Optional.of(Double.parseDouble(text))
                : Optional.empty();
    }

    /** A span such as {@code 22:00-06:00} or {@code Mon-Fri 22:00-06:00}. */
    static Optional<Rule.Window> window(String text) {
        Matcher matcher = WINDOW.matcher(text);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        try {
            return Optional.of(
                    new Rule.Window(
                            days(matcher.group(1), matcher.group(2)),
                            LocalTime.parse(matcher.group(3)),
                            LocalTime.parse(matcher.group(4))));
        } catch (DateTimeException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** A span with a price behind it, such as {@code Mon-Fri 22:00-06:00 0.12}. */
    static Optional<Tariff.Span> priced(String text) {
        Matcher matcher = PRICED.matcher(text);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        double price = Double.parseDouble(matcher.group(2));
        return window(matcher.group(1)).map(window -> new Tariff.Span(window, price));
    }

    private static Set<DayOfWeek> days(@Nullable String from, @Nullable String to) {
        if (from == null) {
            return EnumSet.allOf(DayOfWeek.class);
        }
        DayOfWeek last = day(to == null ? from : to);
        var days = EnumSet.noneOf(DayOfWeek.class);
        for (DayOfWeek day = day(from); days.add(day) && day != last; day = day.plus(1)) {}
        return Collections.unmodifiableSet(days);
    }

    private static DayOfWeek day(String name) {
        for (DayOfWeek day : DayOfWeek.values()) {
            if (day.name().substring(0, 3).equalsIgnoreCase(name)) {
                return day;
            }
        }
        throw new IllegalArgumentException("no day is called " + name);
    }

    static String plain(double value) {
        return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
    }
}
