package org.idlefleet.coordinator.adapter.api;

import java.time.Duration;

/**
 * A right to so much a minute that refills steadily up to one minute's worth (a token bucket).
 * Thread-safe.
 */
final class Allowance {
    private static final double NANOS_PER_MINUTE = 60e9;

    private final double perMinute;
    private double left;
    private long at;

    Allowance(long perMinute, long nowNanos) {
        this.perMinute = perMinute;
        this.left = perMinute;
        this.at = nowNanos;
    }

    /** Takes {@code amount} if it is there. */
    synchronized boolean take(long amount, long nowNanos) {
        refill(nowNanos);
        if (left < amount) {
            return false;
        }
        left -= amount;
        return true;
    }

    synchronized void giveBack(long amount) {
        left = Math.min(perMinute, left + amount);
    }

    long perMinute() {
        return (long) perMinute;
    }

    synchronized long left(long nowNanos) {
        refill(nowNanos);
        return (long) left;
    }

    /** How long until {@code amount} is there; for more than a minute's worth, until all is. */
    synchronized Duration until(long amount, long nowNanos) {
        refill(nowNanos);
        double missing = Math.min((double) amount, perMinute) - left;
        return Duration.ofNanos(
                (long) Math.ceil(Math.max(0, missing) * NANOS_PER_MINUTE / perMinute));
    }

    private void refill(long nowNanos) {
        long passed = nowNanos - at;
        if (passed > 0) {
            left = Math.min(perMinute, left + passed * perMinute / NANOS_PER_MINUTE);
            at = nowNanos;
        }
    }
}
