package org.idlefleet.edge;

import java.time.Duration;

/** How long to wait before trying again. Draws from a random stream of its own. */
@FunctionalInterface
public interface Backoff {
    /**
     * @param attempt failed attempts in a row, counted from 1
     */
    Duration delay(int attempt);
}
