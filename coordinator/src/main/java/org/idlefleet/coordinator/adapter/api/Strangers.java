package org.idlefleet.coordinator.adapter.api;

import java.net.InetAddress;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Counts wrong keys by address. Right keys are not slowed: a stranger behind the same address must
 * not lock out a client, and 256 bits are not guessed at any pace. Thread-safe.
 */
final class Strangers {
    /** Addresses remembered; beyond it the one that failed longest ago is forgotten. */
    static final int ADDRESSES_MAX = 10_000;

    private final int failuresPerMinute;
    private final Map<InetAddress, Allowance> failures =
            new LinkedHashMap<>(16, 0.75f, true) {
                @Override
                protected boolean removeEldestEntry(Map.Entry<InetAddress, Allowance> eldest) {
                    return size() > ADDRESSES_MAX;
                }
            };

    Strangers(int failuresPerMinute) {
        this.failuresPerMinute = failuresPerMinute;
    }

    /** Counts a failure; says how long to wait if there are too many. */
    synchronized Optional<Duration> failed(InetAddress address, long nowNanos) {
        Allowance allowance =
                failures.computeIfAbsent(address, _ -> new Allowance(failuresPerMinute, nowNanos));
        return allowance.take(1, nowNanos)
                ? Optional.empty()
                : Optional.of(allowance.until(1, nowNanos));
    }
}
