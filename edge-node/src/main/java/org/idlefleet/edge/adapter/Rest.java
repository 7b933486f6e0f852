package org.idlefleet.edge.adapter;

import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Gives memory back while the gate stays shut: soon after it closed, then ever more rarely, since
 * what still goes on (heartbeats, signals, the owner's page) reads a little back in. Thread-safe.
 */
final class Rest {
    private static final Duration FIRST = Duration.ofSeconds(5);
    private static final Duration LAST = Duration.ofHours(1);

    /** Each wait is so many times as long as the one before. */
    private static final int SLOWER = 4;

    private final ScheduledExecutorService timer;
    private final Runnable giveBack;
    private final Runnable recall;
    private long round;
    private boolean resting;
    private boolean given;

    /**
     * @param giveBack takes some ten milliseconds
     * @param recall reads again what was given back, likewise
     */
    Rest(ScheduledExecutorService timer, Runnable giveBack, Runnable recall) {
        this.timer = timer;
        this.giveBack = giveBack;
        this.recall = recall;
    }

    /** The gate is shut from now on, or no longer; saying the same again changes nothing. */
    synchronized void rest(boolean shut) {
        if (shut != resting) {
            resting = shut;
            round++;
            if (shut) {
                plan(round, FIRST);
            } else if (given) {
                given = false;
                later(recall, Duration.ZERO);
            }
        }
    }

    private void plan(long planned, Duration wait) {
        later(() -> giveBack(planned, wait), wait);
    }

    private void later(Runnable task, Duration wait) {
        try {
            var _ = timer.schedule(task, wait.toMillis(), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            // The daemon ends.
        }
    }

    private void giveBack(long planned, Duration waited) {
        if (still(planned)) {
            giveBack.run();
            Duration next = waited.multipliedBy(SLOWER);
            plan(planned, next.compareTo(LAST) < 0 ? next : LAST);
        }
    }

    /** Whether the gate was shut all the while; notes that there will be something to recall. */
    private synchronized boolean still(long planned) {
        boolean still = resting && round == planned;
        given |= still;
        return still;
    }
}
