package org.idlefleet.coordinator.verification;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;

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

    public boolean on(Instant now) {
        return now.isBefore(until);
    }
}
