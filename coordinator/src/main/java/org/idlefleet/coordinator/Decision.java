package org.idlefleet.coordinator;

import java.util.ArrayList;
import java.util.List;

/**
 * What a command leads to: facts that become true, and messages that leave once those are durable.
 */
public record Decision(List<Event> events, List<Send> sends) {
    /** Nothing becomes true and nobody is told. */
    public static final Decision NOTHING = new Decision(List.of(), List.of());

    public Decision {
        events = List.copyOf(events);
        sends = List.copyOf(sends);
    }

    static Decision event(Event event) {
        return new Decision(List.of(event), List.of());
    }

    static Decision send(Send send) {
        return new Decision(List.of(), List.of(send));
    }

    /** Collects a decision step by step. */
    static final class Builder {
        private final List<Event> events = new ArrayList<>(4);
        private final List<Send> sends = new ArrayList<>(4);

        Builder event(Event event) {
            events.add(event);
            return this;
        }

        Builder send(Send send) {
            sends.add(send);
            return this;
        }

        /** Adds what another decision holds. */
        Builder all(Decision other) {
            events.addAll(other.events);
            sends.addAll(other.sends);
            return this;
        }

        /** The events so far. */
        List<Event> soFar() {
            return events;
        }

        Decision build() {
            return new Decision(events, sends);
        }
    }
}
