package org.idlefleet.edge.adapter.kuksa;

import org.idlefleet.edge.gate.Geofence;
import org.idlefleet.edge.gate.Quantity;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/**
 * Where a vehicle's databroker is and what the vehicle must tell.
 *
 * @param ca certificates that the broker's must come from, PEM; without it there is no TLS
 * @param serverName name in the broker's certificate; empty means the host's
 * @param token file with a JSON web token that may read; read anew for each connection
 * @param profile how the vehicle spells its signals; empty means by its own version
 * @param quantities what the vehicle must tell: what it does not tell is unknown, and the gate
 *     stays closed
 * @param steady those of them that this vehicle tells only when they change
 * @param stale age at which a signal about driving or people counts as unknown
 * @param staleOther the same for all else
 * @param home where home is, for a vehicle that tells its position
 */
public record KuksaOptions(
        String host,
        int port,
        Optional<Path> ca,
        Optional<String> serverName,
        Optional<Path> token,
        Optional<VssProfile> profile,
        Set<Quantity> quantities,
        Set<Quantity> steady,
        Duration stale,
        Duration staleOther,
        Optional<Geofence> home) {
    /** Where a databroker listens. */
    public static final int DEFAULT_PORT = 55555;

    public KuksaOptions {
        quantities = ordered(quantities);
        steady = ordered(steady);
    }

    private static Set<Quantity> ordered(Set<Quantity> some) {
        Set<Quantity> ordered = EnumSet.noneOf(Quantity.class);
        ordered.addAll(some);
        return Collections.unmodifiableSet(ordered);
    }
}
