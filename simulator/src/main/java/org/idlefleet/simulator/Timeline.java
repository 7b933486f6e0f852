package org.idlefleet.simulator;

import java.time.Duration;
import java.time.Instant;
import java.util.PriorityQueue;

/**
 * Virtual time: what is planned happens in order, and what is due at the same nanosecond in the
 * order in which it was planned. Nothing else moves the clock.
 */
public final class Timeline {
    static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");

    private final PriorityQueue<Planned> planned = new PriorityQueue<>();
    private Instant now = BEGIN;
    private long sequence;
    private long happened;

    private record Planned(Instant at, long sequence, Runnable what)
            implements Comparable<Planned> {
        @Override
        public int compareTo(Planned other) {
            int byTime = at.compareTo(other.at);
            return byTime != 0 ? byTime : Long.compare(sequence, other.sequence);
        }
    }

    public Instant now() {
        return now;
    }

    /** How many planned things have happened. */
    public long happened() {
        return happened;
    }

    public void in(Duration delay, Runnable what) {
        at(now.plus(delay), what);
    }

    /** A time that is over counts as now. */
    public void at(Instant when, Runnable what) {
        planned.add(new Planned(when.isBefore(now) ? now : when, sequence++, what));
    }

    /** Lets everything happen that is due up to {@code end}, which is then the present. */
    public void run(Instant end) {
        while (!planned.isEmpty() && !planned.peek().at().isAfter(end)) {
            Planned next = planned.remove();
            now = next.at();
            happened++;
            next.what().run();
        }
        now = end;
    }

    public void run(Duration span) {
        run(now.plus(span));
    }
}
