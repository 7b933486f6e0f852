package org.idlefleet.ledger.policy;

import java.time.DayOfWeek;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.Collections;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * When and where a rule holds: from one full hour up to another, on some days, by the region's own
 * clock.
 *
 * @param region empty for every region
 * @param from 0 to 23; a rule whose {@code to} is not later wraps around midnight
 * @param to 1 to 24
 * @param days on which the hour falls; empty for all
 */
public record Hours(String region, int from, int to, SortedSet<DayOfWeek> days) {
    /** Everywhere and always. */
    public static final Hours ALWAYS = new Hours("", 0, 24, new TreeSet<>());

    public Hours {
        days = Collections.unmodifiableSortedSet(new TreeSet<>(days));
        if (from < 0 || from > 23 || to < 1 || to > 24 || from == to) {
            throw new IllegalArgumentException(
                    "expected hours from 0..23 to 1..24, found " + from + " to " + to);
        }
    }

    boolean hold(String where, Instant at, ZoneId zone) {
        if (!region.isEmpty() && !region.equals(where)) {
            return false;
        }
        ZonedDateTime local = at.atZone(zone);
        int hour = local.getHour();
        boolean within = from < to ? hour >= from && hour < to : hour >= from || hour < to;
        return within && (days.isEmpty() || days.contains(local.getDayOfWeek()));
    }
}
