package org.idlefleet.edge.adapter;

import org.idlefleet.edge.Activity;
import org.idlefleet.edge.EdgeView;
import org.idlefleet.edge.adapter.config.EdgeConfig;
import org.idlefleet.edge.adapter.config.WebhookConfig;
import org.idlefleet.edge.adapter.webhook.Webhook;
import org.idlefleet.edge.adapter.worker.WorkerEngine;
import org.idlefleet.protocol.adapter.NodeIdentity;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/**
 * Passes on what node and gate say: to the status file, to the owner's webhook, and to the look for
 * newer software. Called by the loop's thread, and never blocks it; {@link #now} and {@link #last}
 * are thread-safe.
 */
final class Reports implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Reports.class);

    /** How long the owner's webhook may take, and how long to wait before asking it again. */
    private static final Duration WEBHOOK_LIMIT = Duration.ofSeconds(10);

    private static final Duration WEBHOOK_WAIT = Duration.ofSeconds(2);

    /** How often the status is written when nothing changes. */
    private static final Duration STATUS_EVERY = Duration.ofSeconds(10);

    /** How long a change waits for others: a short shard must not cost two writes. */
    private static final Duration STATUS_PAUSE = Duration.ofMillis(200);

    private final EdgeConfig config;
    private final Supplier<NodeIdentity> identity;
    private final WorkerEngine engine;
    private final UpdateLook updates;
    private final ScheduledExecutorService writer;
    private final AtomicBoolean due = new AtomicBoolean();
    private volatile EdgeLoop.Snapshot last;
    private Optional<EdgeLoop.Snapshot> written = Optional.empty();
    private @Nullable Webhook webhook;
    private @Nullable Activity announced;

    /**
     * @param writer the thread that waits for the disk
     * @param first what is said before the loop has run
     */
    Reports(
            EdgeConfig config,
            Supplier<NodeIdentity> identity,
            WorkerEngine engine,
            UpdateLook updates,
            ScheduledExecutorService writer,
            EdgeLoop.Snapshot first) {
        this.config = config;
        this.identity = identity;
        this.engine = engine;
        this.updates = updates;
        this.writer = writer;
        this.last = first;
    }

    /** Before the loop runs. */
    void announceTo(Optional<WebhookConfig> hook, InstantSource clock) {
        hook.ifPresent(to ->
                webhook = new Webhook(to.url(), to.secret(), WEBHOOK_LIMIT, WEBHOOK_WAIT, clock));
    }

    /** What was shown last. */
    EdgeLoop.Snapshot last() {
        return last;
    }

    /** What the status tells now. */
    StatusFile.Content now() {
        EdgeLoop.Snapshot of = last;
        return new StatusFile.Content(
                of.at(),
                identity.get(),
                config.coordinator().toString(),
                engine.numericClass(),
                StatusFile.fallbacks(engine),
                of.view(),
                of.findings(),
                updates.notice());
    }

    /** Keeps it, and writes it if it says something new or the last status grows old. */
    void show(EdgeLoop.Snapshot next) {
        last = next;
        announce(next.view(), next.at());
        updates.see(next);
        boolean same =
                written.map(before ->
                                before.view().equals(next.view())
                                        && next.at().isBefore(before.at().plus(STATUS_EVERY)))
                        .orElse(false);
        if (!same) {
            written = Optional.of(next);
            if (due.compareAndSet(false, true)) {
                var _ =
                        writer.schedule(
                                this::write, STATUS_PAUSE.toMillis(), TimeUnit.MILLISECONDS);
            }
        }
    }

    /** Tells the owner's webhook when the node begins or ceases to compute, and why. */
    private void announce(EdgeView view, Instant at) {
        Webhook hook = webhook;
        Activity before = announced;
        Activity now = Activity.of(view);
        if (hook == null || before != null && before.state() == now.state()) {
            return;
        }
        announced = now;
        hook.tell(StatusFile.announcement(identity.get(), at, now, before == null ? now : before));
    }

    private void write() {
        due.set(false);
        try {
            StatusFile.write(DataDirectory.status(config.data()), now());
        } catch (IOException e) {
            LOG.warn("the status could not be written: {}", e.toString());
        }
    }

    /** Gives the webhook a moment for the last state. */
    @Override
    public void close() {
        Webhook hook = webhook;
        if (hook != null) {
            hook.close();
        }
    }
}
