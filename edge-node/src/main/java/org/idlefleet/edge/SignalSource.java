package org.idlefleet.edge;

import org.idlefleet.edge.gate.Quantity;
import org.idlefleet.edge.gate.Reading;

import java.time.Instant;
import java.util.List;
import java.util.Set;

/** Something that knows about the device. Owned by the thread that polls it; it may block. */
public interface SignalSource extends AutoCloseable {
    /** What it will tell; found out once, at the start. */
    Set<Quantity> provides();

    /** Everything it knows now. */
    List<Reading> read(Instant now);

    /**
     * Names what to call when it knows something new; a source that is only looked at never does.
     */
    default void whenChanged(Runnable wake) {}

    /** How it stands with whom it asks, for people; empty if it asks nobody. */
    default String state() {
        return "";
    }

    /** Stops to look; what it told grows stale. */
    @Override
    default void close() {}
}
