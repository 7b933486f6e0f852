package org.idlefleet.coordinator.adapter.log;

import org.idlefleet.coordinator.Event;

/** Takes durable events in order. */
@FunctionalInterface
public interface EventReader {
    /**
     * @param position the event's number, counted from 1
     */
    void read(long position, Event.Durable event);
}
