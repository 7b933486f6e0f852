package org.idlefleet.edge.adapter.bus;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BooleanSupplier;

/**
 * Has logind wait with a sleep of the device until a worker is gone, so that what it held is let go
 * and told in order ({@code Inhibit} of {@code org.freedesktop.login1(5)}, mode {@code delay}).
 * logind waits for some seconds at most ({@code InhibitDelayMaxSec}), and only once somebody wants
 * the sleep: nothing is ever kept awake by it. The lock ends with this process as well. Where
 * logind does not grant one, the device sleeps as it would. Thread-safe.
 */
public final class SleepDelay implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SleepDelay.class);
    private static final String NAME = "org.freedesktop.login1";
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(2);
    private static final int NONE = -1;

    private final LibSystemd library;
    private final String address;
    private final BooleanSupplier needed;
    private final Executor waits;
    private int lock = NONE;
    private boolean asking;

    private SleepDelay(LibSystemd library, String address, BooleanSupplier needed, Executor waits) {
        this.library = library;
        this.address = address;
        this.needed = needed;
        this.waits = waits;
    }

    /**
     * Empty where there is no library to ask with.
     *
     * @param address of the bus where logind is
     * @param needed whether a worker lives
     * @param waits runs what waits for the bus, for seconds at most
     */
    public static Optional<SleepDelay> of(String address, BooleanSupplier needed, Executor waits) {
        return LibSystemd.load().map(found -> new SleepDelay(found, address, needed, waits));
    }

    /** To be called whenever a worker came or went; takes or ends the lock. Returns at once. */
    public synchronized void look() {
        if (!needed.getAsBoolean()) {
            release();
        } else if (lock == NONE && !asking) {
            asking = true;
            try {
                waits.execute(this::take);
            } catch (RejectedExecutionException e) {
                // The daemon ends, and its worker with it.
                asking = false;
            }
        }
    }

    private void take() {
        int taken = ask();
        synchronized (this) {
            asking = false;
            lock = taken;
            if (!needed.getAsBoolean()) {
                release();
            }
        }
    }

    private int ask() {
        try (Bus bus = Bus.open(library, address, ANSWER_LIMIT)) {
            return bus.handle(
                    NAME,
                    "/org/freedesktop/login1",
                    NAME + ".Manager",
                    "Inhibit",
                    "sleep",
                    "Idlefleet",
                    "Hands back what it computes",
                    "delay");
        } catch (BusException e) {
            LOG.info("a sleep of this device will not wait for the worker: {}", e.getMessage());
            return NONE;
        }
    }

    private void release() {
        if (lock != NONE) {
            library.close(lock);
            lock = NONE;
        }
    }

    @Override
    public synchronized void close() {
        release();
    }
}
