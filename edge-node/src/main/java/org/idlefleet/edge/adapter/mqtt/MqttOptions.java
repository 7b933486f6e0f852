package org.idlefleet.edge.adapter.mqtt;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Which broker tells what.
 *
 * @param ca certificates that the broker's must come from, PEM; without it there is no TLS
 * @param serverName name in the broker's certificate; empty means the host's
 * @param user empty for a broker that lets everybody in
 * @param password file with the user's password; read anew for each connection
 */
public record MqttOptions(
        String host,
        int port,
        Optional<Path> ca,
        Optional<String> serverName,
        Optional<String> user,
        Optional<Path> password,
        List<MqttSignal> signals) {
    /** Where a broker listens. */
    public static final int DEFAULT_PORT = 1883;

    /** Where it does with TLS. */
    public static final int DEFAULT_TLS_PORT = 8883;

    public MqttOptions {
        signals = List.copyOf(signals);
    }

    /** Whether it says where the device is. */
    public boolean tellsPosition() {
        return signals.stream()
                .anyMatch(signal -> signal.meaning() instanceof MqttSignal.Meaning.Position);
    }
}
