package org.idlefleet.coordinator;

import java.util.List;
import java.util.function.Consumer;

/**
 * Where durable events go. Only the loop's thread calls it.
 *
 * <p>A failed {@link #flush} throws and is not repaired: the process stops, restarts and replays.
 */
public interface EventLog {
    /** Adds events behind all others; they may be lost until {@link #flush} has returned. */
    void append(List<Event.Durable> events);

    /** Makes everything appended durable, all or nothing. */
    void flush();

    /**
     * Replaces what stands before the current end, for the next replay, by events that rebuild the
     * same state; history stays readable.
     */
    void snapshot(List<Event.Durable> state);

    /** Hands the newest snapshot's events and all later ones to {@code reader}, in order. */
    void replay(Consumer<Event.Durable> reader);
}
