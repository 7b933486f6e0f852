package org.idlefleet.edge.adapter;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/**
 * The wall clock, but never going back: a step back of the system's clock is ignored, a step
 * forward, such as after a sleep, is taken. Thread-safe.
 */
final class SteadyClock implements InstantSource {
    private static final Duration STEP = Duration.ofSeconds(1);

    private Instant base = Instant.now();
    private long nanos = System.nanoTime();

    @Override
    public synchronized Instant instant() {
        Instant steady = base.plusNanos(System.nanoTime() - nanos);
        Instant wall = Instant.now();
        if (wall.isAfter(steady.plus(STEP))) {
            base = wall;
            nanos = System.nanoTime();
            return wall;
        }
        return steady;
    }
}
