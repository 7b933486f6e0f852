package org.idlefleet.edge;

import java.util.ArrayList;
import java.util.List;

/**
 * The word by which one thread stops what another computes. Thread-safe; once requested it stays
 * requested.
 */
public final class Abort {
    private final List<Runnable> stops = new ArrayList<>();
    private volatile boolean requested;

    public boolean requested() {
        return requested;
    }

    /** Stops whatever is computing under this word; returns at once. */
    public synchronized void request() {
        requested = true;
        stops.forEach(Runnable::run);
    }

    /**
     * Lets {@code stop} be called, from any thread, until the returned region is closed; at once if
     * the word was spoken already. {@code stop} must return quickly and not call back.
     */
    public synchronized Region during(Runnable stop) {
        stops.add(stop);
        if (requested) {
            stop.run();
        }
        return () -> {
            synchronized (Abort.this) {
                stops.remove(stop);
            }
        };
    }

    /** The time in which something can be stopped. */
    @FunctionalInterface
    public interface Region extends AutoCloseable {
        @Override
        void close();
    }
}
