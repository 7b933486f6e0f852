package org.idlefleet.coordinator.verification;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * Goes on when several owners are convicted within minutes, as when a coalition strikes, and off
 * when nobody was for an hour. One thread.
 */
public final class Alarm {
    public static final int CONVICTIONS = 3;
    public static final Duration WITHIN = Duration.ofMinutes(10);
    public static final Duration QUIET = Duration.ofHours(1);

    private final Deque<Instant> convictions = new ArrayDeque<>();
    private Instant until = Instant.MIN;

    /** An owner was convicted. */
    public void convicted(Instant at) {
        convictions.addLast(at);
        while (convictions.getFirst().plus(WITHIN).isBefore(at)) {
            convictions.removeFirst();
        }
        if (convictions.size() >= CONVICTIONS || on(at)) {
            until = at.plus(QUIET);
        }
    }

    /** When it goes off; {@link Instant#MIN} if it never was on. */
    public Instant until() {
        return until;
    }

    /** Continues from what is known of an earlier one. */
    public void restore(List<Instant> convicted, Instant lastUntil) {
        convictions.clear();
        convicted.forEach(this::convicted);
        until = lastUntil;
    }

    public boolean on(Instant now) {
        return now.isBefore(until);
    }
}
