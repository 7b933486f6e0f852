package org.idlefleet.coordinator.adapter.api;

import org.idlefleet.protocol.ClientId;

/** Whom a request comes from. */
sealed interface Caller {
    /** Someone without a key, where none is needed. */
    record Anyone() implements Caller {}

    /** The operator. */
    record Admin() implements Caller {}

    /** A client, by one of its keys. */
    record Client(String key, ClientId client, Pace pace) implements Caller {}
}
