package org.idlefleet.coordinator.adapter.api;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * The door's settings; fixed for a process's life.
 *
 * @param threads event loop threads
 */
public record ApiConfig(Address address, int threads, Terms terms, Limits limits, Rates rates) {
    public ApiConfig {
        if (threads < 1 || threads > 256) {
            throw new IllegalArgumentException("api threads are 1 to 256, found " + threads);
        }
    }

    /** Plain HTTP with the standard limits. */
    public static ApiConfig standard(String host, int port) {
        return new ApiConfig(
                new Address(host, port, Optional.empty()),
                Math.max(1, Runtime.getRuntime().availableProcessors() / 2),
                Terms.STANDARD,
                Limits.STANDARD,
                Rates.STANDARD);
    }

    /**
     * Where the door is.
     *
     * @param port 0 takes any free one
     * @param tls empty speaks plain HTTP
     */
    public record Address(String host, int port, Optional<Tls> tls) {
        public Address {
            if (port < 0 || port > 65_535) {
                throw new IllegalArgumentException("a port is 0 to 65535, found " + port);
            }
        }
    }

    /** PEM files: the chain with the server's certificate first, and its private key. */
    public record Tls(Path certificates, Path key) {}

    /**
     * What a job gets if its request does not say.
     *
     * @param quorum owners who must agree
     * @param deadline time for a request that somebody waits for
     * @param deadlineMax most of it
     * @param batchDeadline time for a batch job
     * @param batchDeadlineMax most of it
     * @param deviceWait of a request that finds too few devices; then it is refused
     */
    public record Terms(
            int quorum,
            Duration deadline,
            Duration deadlineMax,
            Duration batchDeadline,
            Duration batchDeadlineMax,
            Duration deviceWait) {
        public static final Terms STANDARD =
                new Terms(
                        1,
                        Duration.ofSeconds(60),
                        Duration.ofSeconds(600),
                        Duration.ofHours(24),
                        Duration.ofDays(30),
                        Duration.ofSeconds(5));
    }

    /**
     * Sizes at which a request is refused.
     *
     * @param requestBytes most bytes of a body
     * @param batchBytes most bytes of a batch job's body
     * @param inputs most inputs of a request
     * @param batchInputs most inputs of a batch job
     * @param bodyTime longest time a body may take to arrive
     * @param connections most connections at a time
     */
    public record Limits(
            int requestBytes,
            int batchBytes,
            int inputs,
            int batchInputs,
            Duration bodyTime,
            int connections) {
        public static final Limits STANDARD =
                new Limits(16 << 20, 128 << 20, 2_048, 1_000_000, Duration.ofSeconds(60), 10_000);
    }

    /**
     * Pace per key, and of strangers.
     *
     * @param requestsPerMinute requests of one key
     * @param unitsPerMinute work units of one key's requests; told to clients as tokens
     * @param failuresPerMinute wrong keys from one address
     */
    public record Rates(long requestsPerMinute, long unitsPerMinute, int failuresPerMinute) {
        public static final Rates STANDARD = new Rates(60_000, 600_000_000, 10);

        public Rates {
            if (requestsPerMinute < 1 || unitsPerMinute < 1 || failuresPerMinute < 1) {
                throw new IllegalArgumentException(
                        "rates are at least 1 a minute, found "
                                + requestsPerMinute
                                + ", "
                                + unitsPerMinute
                                + ", "
                                + failuresPerMinute);
            }
        }
    }
}
