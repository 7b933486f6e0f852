package org.idlefleet.edge.gate;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;

/**
 * What computing took since the owner's midnight. The day is the calendar's in the owner's zone, so
 * it has 23 or 25 hours when clocks change. A clock that is set back does not give a day away
 * again: the count goes on until a later day begins. Owned by one thread.
 */
public final class DayUsage {
    private static final String NAME = "usage";

    private final ZoneId zone;
    private LocalDate day = LocalDate.EPOCH;
    private Taken usage = Taken.NONE;

    /** Nothing was used yet. */
    public DayUsage(ZoneId zone) {
        this.zone = zone;
    }

    /** Counts what was used up to {@code now}. */
    public void add(Taken more, Instant now) {
        turn(now);
        usage = usage.plus(more);
    }

    /** What was used on the day of {@code now}. */
    public Taken today(Instant now) {
        turn(now);
        return usage;
    }

    /** The same as signals of the source {@code usage}. */
    public List<Reading> readings(Instant now) {
        return readings(today(now), now);
    }

    /** What was used on one day as signals of the source {@code usage}. */
    public static List<Reading> readings(Taken used, Instant now) {
        return List.of(
                Reading.of(Quantity.LOAD_TODAY, used.atLoad().toMillis() / 3.6e6, now, NAME),
                Reading.of(Quantity.ENERGY_TODAY, used.joules() / 3.6e6, now, NAME),
                Reading.of(Quantity.DATA_TODAY, used.bytes() / (double) (1 << 20), now, NAME));
    }

    /** When the next day begins. */
    public Instant midnight(Instant now) {
        return now.atZone(zone).toLocalDate().plusDays(1).atStartOfDay(zone).toInstant();
    }

    private void turn(Instant now) {
        LocalDate date = now.atZone(zone).toLocalDate();
        if (date.isAfter(day)) {
            day = date;
            usage = Taken.NONE;
        }
    }
}
