package org.idlefleet.edge.adapter.uplink;

import org.idlefleet.edge.Backoff;
import org.idlefleet.protocol.adapter.EnrolmentClient;
import org.idlefleet.protocol.adapter.NodeIdentity;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Gets the next certificate two thirds into the life of the current one, or at once if that has
 * passed meanwhile, and tries again, ever more rarely, until it has it.
 */
public final class Renewal {
    private static final Logger LOG = LoggerFactory.getLogger(Renewal.class);

    private final Uplink uplink;
    private final EnrolmentClient door;
    private final Path directory;
    private final ScheduledExecutorService timer;
    private final InstantSource clock;
    private final Backoff backoff;
    private final Runnable renewed;
    private int failures;

    /**
     * @param directory where the identity is kept
     * @param timer runs the attempts; they block it
     * @param renewed called after the new certificate is on disk
     */
    public Renewal(
            Uplink uplink,
            EnrolmentClient door,
            Path directory,
            ScheduledExecutorService timer,
            InstantSource clock,
            Backoff backoff,
            Runnable renewed) {
        this.uplink = uplink;
        this.door = door;
        this.directory = directory;
        this.timer = timer;
        this.clock = clock;
        this.backoff = backoff;
        this.renewed = renewed;
    }

    /** Plans the next attempt. */
    public void plan() {
        Duration wait = Duration.between(clock.instant(), uplink.identity().renewAt());
        schedule(wait.isNegative() ? Duration.ZERO : wait);
    }

    private void schedule(Duration wait) {
        if (!timer.isShutdown()) {
            var _ = timer.schedule(this::attempt, wait.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private void attempt() {
        try {
            NodeIdentity next = door.renew(uplink.identity());
            next.save(directory);
            uplink.identity(next);
            failures = 0;
            LOG.info("the certificate was renewed, it holds until {}", next.expires());
            renewed.run();
            plan();
        } catch (IOException | RuntimeException e) {
            Duration wait = backoff.delay(++failures);
            LOG.warn(
                    "the certificate, which ends at {}, could not be renewed: {}; next attempt in"
                            + " {}",
                    uplink.identity().expires(),
                    e.getMessage(),
                    wait);
            schedule(wait);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
