package org.idlefleet.coordinator.adapter.log;

/** A row of the log: {@code events} events from number {@code first} on. */
record LogRow(long first, int events, byte[] chain, byte[] payload) {
    /** The number of the last event in it. */
    long last() {
        return first + events - 1;
    }
}
