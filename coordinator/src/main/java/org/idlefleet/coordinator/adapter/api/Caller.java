package org.idlefleet.coordinator.adapter.api;

import org.idlefleet.protocol.ClientId;

import java.util.Set;

/** Whom a request comes from. */
sealed interface Caller {
    /** Someone without a key, where none is needed. */
    record Anyone() implements Caller {}

    /** An operator, by his own key; {@link KeyRing#ADMIN} is the first one's. */
    record Operator(String name, Set<Role> roles) implements Caller {
        public Operator {
            roles = Set.copyOf(roles);
        }
    }

    /** A client, by one of its keys. */
    record Client(String key, ClientId client, Pace pace) implements Caller {}
}
