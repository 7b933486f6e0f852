package org.idlefleet.coordinator.adapter;

import org.idlefleet.coordinator.Command;
import org.idlefleet.coordinator.CoordinatorLoop;
import org.idlefleet.coordinator.adapter.log.SqliteEventLog;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Consumer;

/** The thread that drives a coordinator's loop, and writes a snapshot when the log has grown. */
final class LoopThread {
    private static final Duration IDLE_MAX = Duration.ofSeconds(1);

    /** Durable events after which a snapshot is worth its time. */
    private static final long SNAPSHOT_EVENTS = 250_000;

    private final CoordinatorLoop loop;
    private final Mailbox inbox;
    private final SqliteEventLog log;
    private final InstantSource clock;
    private final Thread thread;
    private volatile boolean closing;
    private long snapshotAt;

    LoopThread(
            CoordinatorLoop loop,
            Mailbox inbox,
            SqliteEventLog log,
            InstantSource clock,
            Consumer<Throwable> death) {
        this.loop = loop;
        this.inbox = inbox;
        this.log = log;
        this.clock = clock;
        snapshotAt = log.position();
        thread = VitalThread.unstarted("coordinator-loop", this::run, death);
    }

    void start() {
        thread.start();
    }

    /**
     * Finishes the step under way; the state is in the log, and a snapshot makes the next start
     * quick.
     */
    void end() throws InterruptedException {
        closing = true;
        inbox.offer(new Command.Wake());
        thread.join();
    }

    private void run() {
        while (!closing) {
            Instant before = clock.instant();
            List<Command> commands =
                    inbox.drain(CoordinatorLoop.BATCH_MAX, loop.idle(before, IDLE_MAX));
            loop.step(commands, clock.instant());
            if (log.position() - snapshotAt >= SNAPSHOT_EVENTS) {
                snapshot();
            }
        }
        if (log.position() > snapshotAt) {
            snapshot();
        }
    }

    private void snapshot() {
        loop.snapshot(clock.instant());
        snapshotAt = log.position();
    }
}
