package org.idlefleet.edge.adapter.mqtt;

import org.idlefleet.edge.gate.Geofence;
import org.idlefleet.edge.gate.Quantity;

import tools.jackson.core.JsonPointer;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * A quantity and the topic that tells it.
 *
 * @param topic without wildcards
 * @param alive another topic that says whether who tells it is there; when he is not, what he told
 *     is forgotten
 * @param stale age at which what was told counts no more; empty means never, for one who speaks
 *     only when something changes, and is known to be there by {@code alive}
 * @param retained whether a message counts that the broker kept from before, of unknown age; one of
 *     somebody who is known to be there counts anyway
 */
public record MqttSignal(
        Quantity quantity,
        String topic,
        Meaning meaning,
        Optional<Alive> alive,
        Optional<Duration> stale,
        boolean retained) {
    /**
     * The topic on which a device says that it is there, and its last will that it is not.
     *
     * @param word what says that it is there; any other message says that it is not
     */
    public record Alive(String topic, String word) {}

    /** How a message is read; empty pointers (RFC 6901) mean all of it, others look into JSON. */
    public sealed interface Meaning {
        /** A word that means yes or no, whatever its case; any other is unknown. */
        record YesNo(JsonPointer at, Set<String> yes, Set<String> no) implements Meaning {
            public YesNo {
                yes = new TreeSet<>(yes);
                no = new TreeSet<>(no);
            }
        }

        /** A number, times {@code scale} plus {@code offset}. */
        record Scaled(JsonPointer at, double scale, double offset) implements Meaning {}

        /**
         * A position in degrees, which is home or not.
         *
         * @param accuracy by how many metres it may be wrong, if that is told
         */
        record Position(
                JsonPointer latitude,
                JsonPointer longitude,
                Optional<JsonPointer> accuracy,
                Geofence home)
                implements Meaning {}
    }
}
