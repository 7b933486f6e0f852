package org.idlefleet.coordinator;

/**
 * Where sends go, in order, from the loop's thread. Delivery is best effort: a message may be lost,
 * and the core must not care.
 */
public interface Outbox {
    /**
     * The send will leave when the events it follows from are durable. Whoever keeps bytes that
     * belong to them can still make those part of the same flush.
     */
    default void prepare(Send send) {}

    void send(Send send);

    /** The step's sends are all handed over: whatever was gathered may leave now. */
    default void flush() {}
}
