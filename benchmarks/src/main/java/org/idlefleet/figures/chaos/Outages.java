package org.idlefleet.figures.chaos;

import java.util.concurrent.atomic.AtomicInteger;

/** When the coordinator is not there. Thread-safe. */
final class Outages {
    private final AtomicInteger begun = new AtomicInteger();
    private volatile boolean now;

    void begin() {
        begun.incrementAndGet();
        now = true;
    }

    void end() {
        now = false;
    }

    /** A moment to ask about later; -1 in an outage. */
    int mark() {
        return now ? -1 : begun.get();
    }

    /** Whether the coordinator was there from that moment on. */
    boolean noneSince(int mark) {
        return mark == begun.get();
    }
}
