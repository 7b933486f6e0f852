package org.idlefleet.simulator;

import org.idlefleet.coordinator.Event;

import java.time.Instant;

/** A running hash over every event and its time: two runs with the same hash were the same run. */
final class Trace {
    private long hash;

    /** Text and not {@code hashCode}: those of enums differ from JVM to JVM. */
    void add(Instant now, Event event) {
        add(now.getEpochSecond());
        add(now.getNano());
        add(event.toString().hashCode());
    }

    void add(long value) {
        hash = Chance.mix(hash ^ value);
    }

    long hash() {
        return hash;
    }
}
