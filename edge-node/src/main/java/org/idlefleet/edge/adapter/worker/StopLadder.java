package org.idlefleet.edge.adapter.worker;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * What takes a worker down: frozen at once when the gate closes, by whoever says so, and killed
 * {@link #KILL_MILLIS} later by a thread of its own, whatever the worker or the rest of the daemon
 * does. While the gate is open that thread keeps the worker alive by its beats; without a permit in
 * time it starts down by itself.
 *
 * <p>On the way down it allocates nothing, waits for nobody and takes no lock.
 */
final class StopLadder implements AutoCloseable {
    static final int KILL_MILLIS = 250;
    private static final long BEAT_NANOS = 40_000_000;
    private static final long SLICE_NANOS = 200_000;
    private static final long MILLI = 1_000_000;

    private final Thread thread = Thread.ofPlatform().name("edge-ladder").unstarted(this::run);
    private final AtomicLong frozen = new AtomicLong();
    private final AtomicLong killed = new AtomicLong();
    private volatile @Nullable Grip grip;
    private volatile long permitEnds = System.nanoTime();
    private volatile long closedAt;
    private volatile boolean closing;
    private volatile boolean ended;

    StopLadder() {
        thread.setDaemon(true);
        thread.start();
    }

    /** Looks after this worker from now on; any other one must be gone. Not after the close. */
    void hold(Grip worker) {
        closing = false;
        grip = worker;
        LockSupport.unpark(thread);
    }

    /** The worker may go on for so long, unless it is stopped. */
    void permit(Duration time) {
        permitEnds = System.nanoTime() + time.toNanos();
    }

    /**
     * The gate has closed: down from this moment. Freezes the worker before it returns, so that
     * nothing has to wake up for it; a beat under way can't undo it, as the thread freezes again.
     */
    void stop() {
        if (!closing) {
            closedAt = System.nanoTime();
            closing = true;
            Grip held = grip;
            if (held != null) {
                held.freeze();
            }
            LockSupport.unpark(thread);
        }
    }

    /** The worker is gone. */
    void release(Grip worker) {
        if (grip == worker) {
            grip = null;
            LockSupport.unpark(thread);
        }
    }

    /** Workers frozen so far. */
    long frozen() {
        return frozen.get();
    }

    /** Workers killed so far. */
    long killed() {
        return killed.get();
    }

    private void run() {
        if (Kernel.present()) {
            Kernel.shortSlices(SLICE_NANOS);
        }
        Grip held = null;
        int steps = 0;
        while (!ended) {
            Grip now = grip;
            if (now != held) {
                if (held != null) {
                    held.close();
                }
                held = now;
                steps = 0;
            }
            if (held == null || steps == 2) {
                LockSupport.park(this);
            } else if (!closing) {
                look(held);
            } else {
                steps = descend(held, steps, System.nanoTime() - closedAt);
            }
        }
        if (held != null) {
            held.kill();
            held.awaitEnd();
            held.close();
        }
    }

    /** Takes the next step if it is due, else waits for it; returns how many were taken. */
    private int descend(Grip held, int steps, long passed) {
        long due = steps == 0 ? 0 : KILL_MILLIS * MILLI;
        if (passed < due) {
            LockSupport.parkNanos(this, due - passed);
            return steps;
        }
        if (steps == 0) {
            held.freeze();
            frozen.incrementAndGet();
        } else {
            // Counted first: who sees the worker's end cost time sees that it is its end.
            killed.incrementAndGet();
            held.kill();
        }
        return steps + 1;
    }

    private void look(Grip held) {
        if (System.nanoTime() - permitEnds > 0) {
            stop();
        } else {
            held.beat();
            LockSupport.parkNanos(this, BEAT_NANOS);
        }
    }

    /** Kills what it holds and ends. */
    @Override
    public void close() {
        ended = true;
        LockSupport.unpark(thread);
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
