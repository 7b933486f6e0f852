package org.idlefleet.coordinator;

/**
 * Where sends go, in order, from the loop's thread. Delivery is best effort: a message may be lost,
 * and the core must not care.
 */
public interface Outbox {
    void send(Send send);

    /** The step's sends are all handed over: whatever was gathered may leave now. */
    default void flush() {}
}
