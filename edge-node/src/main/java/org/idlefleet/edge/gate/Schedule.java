package org.idlefleet.edge.gate;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeSet;

/** Weekly windows of local time, laid onto the calendar; daylight saving is the zone's matter. */
final class Schedule {
    private static final DateTimeFormatter LOCAL =
            DateTimeFormatter.ofPattern("EEE HH:mm", Locale.ROOT);

    private final ZoneId zone;
    private final List<Rule.Window> windows;

    Schedule(ZoneId zone, List<Rule.Window> windows) {
        this.zone = zone;
        this.windows = windows;
    }

    boolean inside(Instant now) {
        LocalDate today = now.atZone(zone).toLocalDate();
        return windows.stream()
                .anyMatch(window ->
                        covers(window, today.minusDays(1), now) || covers(window, today, now));
    }

    /** When {@link #inside} changes next; empty if it never does. */
    Optional<Instant> nextChange(Instant now) {
        LocalDate today = now.atZone(zone).toLocalDate();
        var edges = new TreeSet<Instant>();
        for (int day = -1; day <= 8; day++) {
            for (Rule.Window window : windows) {
                LocalDate date = today.plusDays(day);
                if (window.days().contains(date.getDayOfWeek())) {
                    edges.add(start(window, date));
                    edges.add(end(window, date));
                }
            }
        }
        boolean inside = inside(now);
        return edges.stream()
                .filter(edge -> edge.isAfter(now) && inside(edge) != inside)
                .findFirst();
    }

    String local(Instant at) {
        return ZonedDateTime.ofInstant(at, zone).format(LOCAL);
    }

    private boolean covers(Rule.Window window, LocalDate date, Instant now) {
        return window.days().contains(date.getDayOfWeek())
                && !now.isBefore(start(window, date))
                && now.isBefore(end(window, date));
    }

    private Instant start(Rule.Window window, LocalDate date) {
        return date.atTime(window.from()).atZone(zone).toInstant();
    }

    private Instant end(Rule.Window window, LocalDate date) {
        LocalDate day = window.to().isAfter(window.from()) ? date : date.plusDays(1);
        return day.atTime(window.to()).atZone(zone).toInstant();
    }
}
