package org.idlefleet.edge.adapter.linux;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Supplier;

/**
 * Which sensors there are, looked up anew every minute: drivers come and go rarely, and to look
 * through all directories takes far longer than to ask what was found. Not thread-safe.
 */
final class Listed<T> {
    private static final Duration KEPT = Duration.ofMinutes(1);

    private final Supplier<List<T>> look;
    private List<T> found = List.of();
    private Instant again = Instant.MIN;

    Listed(Supplier<List<T>> look) {
        this.look = look;
    }

    /** What there is; time never goes back. */
    List<T> at(Instant now) {
        if (!now.isBefore(again)) {
            found = look.get();
            again = now.plus(KEPT);
        }
        return found;
    }

    /** Something of it is gone: the next call looks anew. */
    void forget() {
        again = Instant.MIN;
    }
}
