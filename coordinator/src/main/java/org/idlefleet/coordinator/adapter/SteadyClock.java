package org.idlefleet.coordinator.adapter;

import java.time.Instant;
import java.time.InstantSource;

/**
 * The time of day when the process began, carried on by the steady clock: it never goes back and
 * never jumps, whatever is done to the system's clock meanwhile. Thread-safe.
 */
public final class SteadyClock implements InstantSource {
    private final Instant began;
    private final long nanos;

    public SteadyClock() {
        began = Instant.now();
        nanos = System.nanoTime();
    }

    @Override
    public Instant instant() {
        return began.plusNanos(System.nanoTime() - nanos);
    }
}
