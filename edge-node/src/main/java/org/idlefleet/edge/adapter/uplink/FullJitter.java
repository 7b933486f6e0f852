package org.idlefleet.edge.adapter.uplink;

import io.github.resilience4j.core.IntervalFunction;

import org.idlefleet.edge.Backoff;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * Waits that are drawn evenly between nothing and a ceiling, which doubles from attempt to attempt:
 * a fleet that lost its coordinator does not come back all at once.
 */
public final class FullJitter implements Backoff {
    private final IntervalFunction ceiling;
    private final RandomGenerator random;

    /**
     * @param first ceiling of the first wait
     * @param last ceiling that is never exceeded
     */
    public FullJitter(Duration first, Duration last, RandomGenerator random) {
        this.ceiling = IntervalFunction.ofExponentialBackoff(first, 2.0, last);
        this.random = random;
    }

    @Override
    public Duration delay(int attempt) {
        // Past 30 doublings the ceiling is reached whatever it is.
        long millis = ceiling.apply(Math.min(attempt, 30));
        return Duration.ofMillis(random.nextLong(millis + 1));
    }
}
