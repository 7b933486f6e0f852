package org.idlefleet.edge.adapter.record;

import org.idlefleet.edge.gate.Quantity;
import org.idlefleet.edge.gate.Reading;
import org.idlefleet.edge.gate.Tariff;
import org.idlefleet.edge.gate.TraceLine;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;

/**
 * Turns what sources tell again and again into the lines of a recording: a line where something
 * changes. A yes or no and an unknown are told at once, a number every ten seconds at most and only
 * if it moved. Where nothing changes for a minute the last line is told again, so that the end of a
 * recording is known to the minute even if the process was killed. What follows from the owner's
 * rules or the node's own work is left out. One thread.
 */
final class Changes {
    /** How often a number is told at most. */
    static final Duration NUMBER_EVERY = Duration.ofSeconds(10);

    /** How long a recording is silent at most. */
    static final Duration SILENCE_MAX = Duration.ofMinutes(1);

    /**
     * A source that tells nothing for this long, and for as long as its word counts, is gone, and
     * what it told is unknown.
     */
    private static final Duration GONE = Duration.ofSeconds(10);

    private final Instant began;
    private final Duration stale;
    private final Duration staleSafety;
    private final Map<String, Told> told = new TreeMap<>();
    private final Map<String, Instant> heard = new TreeMap<>();
    private Instant last;

    private record Told(Reading reading, OptionalDouble value, Instant at) {}

    /**
     * @param stale age at which a word is unknown
     * @param staleSafety the same for those about driving and people
     */
    Changes(Instant began, Duration stale, Duration staleSafety) {
        this.began = began;
        this.stale = stale;
        this.staleSafety = staleSafety;
        this.last = began;
    }

    /** What to write of these readings. */
    List<TraceLine> lines(List<Reading> readings, Instant now) {
        var lines = new ArrayList<TraceLine>();
        for (Reading reading : readings) {
            if (reading.quantity().derived() || reading.source().equals(Tariff.SOURCE)) {
                continue;
            }
            String key = reading.quantity().key() + " " + reading.source();
            OptionalDouble value = value(reading, now);
            heard.put(key, now);
            Told before = told.get(key);
            if (before == null || changed(before, value, now)) {
                told.put(key, new Told(reading, value, now));
                lines.add(line(reading, value, now));
            }
        }
        told.replaceAll((key, word) -> gone(key, word, now, lines));
        if (lines.isEmpty() && !now.isBefore(last.plus(SILENCE_MAX))) {
            lines.addAll(again(now));
        }
        if (!lines.isEmpty()) {
            last = now;
        }
        return lines;
    }

    private Told gone(String key, Told word, Instant now, List<TraceLine> lines) {
        Duration limit = limit(word.reading().quantity());
        Duration patience = limit.compareTo(GONE) > 0 ? limit : GONE;
        boolean silent = heard.getOrDefault(key, now).plus(patience).isBefore(now);
        if (!silent || word.value().isEmpty()) {
            return word;
        }
        lines.add(line(word.reading(), OptionalDouble.empty(), now));
        return new Told(word.reading(), OptionalDouble.empty(), now);
    }

    /** A line that says nothing new but that it is {@code now}; none before the first of all. */
    List<TraceLine> again(Instant now) {
        return told.values().stream()
                .limit(1)
                .map(any -> line(any.reading(), any.value(), now))
                .toList();
    }

    private OptionalDouble value(Reading reading, Instant now) {
        return now.isAfter(reading.at().plus(limit(reading.quantity())))
                ? OptionalDouble.empty()
                : reading.value();
    }

    private Duration limit(Quantity quantity) {
        return quantity.safety() ? staleSafety : stale;
    }

    private static boolean changed(Told before, OptionalDouble value, Instant now) {
        Quantity quantity = before.reading().quantity();
        if (value.isEmpty() || before.value().isEmpty()) {
            return value.isPresent() != before.value().isPresent();
        }
        double was = before.value().getAsDouble();
        double is = value.getAsDouble();
        return switch (quantity.unit()) {
            case YES_NO -> was != is;
            // Idle time grows by itself: a touch is what matters, and each minute without one.
            case SECONDS -> is < was || is - was >= 60;
            case PERCENT,
                    CELSIUS,
                    VOLTS,
                    HOURS,
                    KILOWATT_HOURS,
                    MEBIBYTES,
                    PER_KILOWATT_HOUR,
                    TURNS_PER_MINUTE,
                    KILOMETRES_PER_HOUR ->
                    Math.abs(is - was) >= step(quantity.unit())
                            && !now.isBefore(before.at().plus(NUMBER_EVERY));
        };
    }

    private static double step(Quantity.Unit unit) {
        return switch (unit) {
            case PERCENT, CELSIUS -> 0.5;
            case VOLTS -> 0.05;
            case TURNS_PER_MINUTE -> 50;
            case PER_KILOWATT_HOUR -> 0.001;
            case YES_NO, SECONDS, HOURS, KILOWATT_HOURS, MEBIBYTES, KILOMETRES_PER_HOUR -> 0.1;
        };
    }

    private TraceLine line(Reading reading, OptionalDouble value, Instant now) {
        Duration offset = Duration.between(began, now);
        return new TraceLine(
                offset.isNegative() ? Duration.ZERO : offset,
                reading.quantity(),
                value,
                reading.source());
    }
}
