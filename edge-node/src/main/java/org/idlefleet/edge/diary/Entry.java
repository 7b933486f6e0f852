package org.idlefleet.edge.diary;

import java.time.Duration;
import java.time.Instant;

/** A fact in the diary. Entries stand in the order in which they were written. */
public sealed interface Entry {
    /** Days begin at a multiple of this in every time zone in use, so sums are kept by it. */
    Duration QUARTER = Duration.ofMinutes(15);

    /** A park session began; numbers rise. */
    record Opened(long session, Instant at) implements Entry {}

    /**
     * What a stretch of time took and brought.
     *
     * @param session whose time it was; 0 outside of any
     * @param at when the stretch began
     * @param until when it ended; its usage counts for the quarter of an hour of {@code at}
     */
    record Spent(long session, Instant at, Instant until, Usage usage) implements Entry {}

    /**
     * The coordinator told what the owner's accounts hold.
     *
     * @param session in which it did; 0 outside of any
     * @param earnedMicros how much of it is new since it told last
     */
    record Told(long session, Instant at, long earnedMicros, Balance balance) implements Entry {}

    /** A park session ended, and why, in words an owner reads. */
    record Closed(long session, Instant at, String reason) implements Entry {}

    /** The start of the quarter of an hour that {@code at} lies in. */
    static Instant quarter(Instant at) {
        long seconds = QUARTER.toSeconds();
        return Instant.ofEpochSecond(Math.floorDiv(at.getEpochSecond(), seconds) * seconds);
    }
}
