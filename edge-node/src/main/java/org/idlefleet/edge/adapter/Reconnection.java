package org.idlefleet.edge.adapter;

import org.idlefleet.edge.Backoff;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.locks.LockSupport;

/**
 * The connection of a source that connects anew for ever: how it stands, in words; each new trouble
 * once to the log; and how long to wait before the next attempt. Thread-safe.
 */
public final class Reconnection implements AutoCloseable {
    /** A connection that ends sooner counts as one more failure. */
    static final Duration GOOD = Duration.ofSeconds(10);

    private static final Logger LOG = LoggerFactory.getLogger(Reconnection.class);

    private final String who;
    private final Backoff backoff;
    private final InstantSource clock;
    private volatile String state = "not connected yet";
    private volatile boolean closed;
    private int failures;
    private Instant since = Instant.MAX;

    /** Connects, and follows what is told. */
    @FunctionalInterface
    public interface Attempt {
        /**
         * Returns when the connection has ended; says why.
         *
         * @throws Exception if it can't be had; its message is for the owner
         */
        String follow() throws Exception;
    }

    /**
     * @param who what trouble is said of in the log
     */
    public Reconnection(String who, Backoff backoff, InstantSource clock) {
        this.who = who;
        this.backoff = backoff;
        this.clock = clock;
    }

    /** How it stands, for people. */
    public String state() {
        return state;
    }

    /** The connection is of use, or how it stands is another; may be said often. */
    public synchronized void up(String how) {
        state = how;
        since = since.equals(Instant.MAX) ? clock.instant() : since;
    }

    /** It is of use, but something is wrong with it. */
    public synchronized void limp(String how) {
        complain(how);
        up(how);
    }

    /** It ended, or was never there; how long to wait before the next attempt. */
    public synchronized Duration down(String reason) {
        complain(reason);
        state = reason;
        failures = since.isBefore(clock.instant().minus(GOOD)) ? 1 : failures + 1;
        since = Instant.MAX;
        return backoff.delay(failures);
    }

    private void complain(String next) {
        if (!closed && !next.equals(state)) {
            LOG.warn("{}: {}", who, next);
        }
    }

    /**
     * Attempts again and again, in the caller's thread, until this is closed.
     *
     * @param lost called after each connection, before the wait
     */
    public void keep(Attempt attempt, Runnable lost) {
        while (!closed) {
            Duration wait = once(attempt);
            lost.run();
            if (!closed) {
                LockSupport.parkNanos(wait.toNanos());
            }
        }
    }

    private Duration once(Attempt attempt) {
        try {
            return down(attempt.follow());
        } catch (RuntimeException e) {
            LOG.warn("{} can't be followed", who, e);
            return down(e.toString());
        } catch (Exception e) {
            return down(String.valueOf(e.getMessage()));
        }
    }

    public boolean closed() {
        return closed;
    }

    /** No further attempt; the caller wakes the thread that waits for one. */
    @Override
    public void close() {
        closed = true;
    }
}
