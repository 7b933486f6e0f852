package org.idlefleet.edge.adapter;

import org.idlefleet.edge.EdgeNode;
import org.idlefleet.edge.EdgeSettings;
import org.idlefleet.edge.EngineException;
import org.idlefleet.edge.Signal;
import org.idlefleet.edge.SignalSource;
import org.idlefleet.edge.adapter.bus.SleepDelay;
import org.idlefleet.edge.adapter.config.EdgeConfig;
import org.idlefleet.edge.adapter.crypto.DeviceNotary;
import org.idlefleet.edge.adapter.ledger.LedgerPin;
import org.idlefleet.edge.adapter.ledger.LedgerReceipts;
import org.idlefleet.edge.adapter.linux.EnergySensors;
import org.idlefleet.edge.adapter.owner.UsageSource;
import org.idlefleet.edge.adapter.page.Page;
import org.idlefleet.edge.adapter.record.SignalWeek;
import org.idlefleet.edge.adapter.store.ModelStore;
import org.idlefleet.edge.adapter.tuf.ModelTrust;
import org.idlefleet.edge.adapter.update.Release;
import org.idlefleet.edge.adapter.update.UpdateCheck;
import org.idlefleet.edge.adapter.uplink.FullJitter;
import org.idlefleet.edge.adapter.uplink.Renewal;
import org.idlefleet.edge.adapter.uplink.Uplink;
import org.idlefleet.edge.adapter.worker.IdleMemory;
import org.idlefleet.edge.adapter.worker.WorkerEngine;
import org.idlefleet.edge.adapter.worker.WorkerLaunch;
import org.idlefleet.edge.gate.Gate;
import org.idlefleet.edge.gate.Quantity;
import org.idlefleet.edge.gate.Reading;
import org.idlefleet.edge.gate.Rule;
import org.idlefleet.edge.gate.Taken;
import org.idlefleet.protocol.CoordinatorMessage;
import org.idlefleet.protocol.adapter.EnrolmentClient;
import org.idlefleet.protocol.adapter.NodeIdentity;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/**
 * A running edge node: one loop's thread, the lanes, the uplink, the store and the sources, wired
 * together. Its files are described at {@link DataDirectory}.
 */
public final class EdgeDaemon implements AutoCloseable {
    /** The version of this software. */
    public static final String VERSION = "0.1.0";

    private static final Logger LOG = LoggerFactory.getLogger(EdgeDaemon.class);

    private final EdgeConfig config;
    private final DataDirectory data;
    private final WorkerEngine engine;
    private final SteadyClock clock = new SteadyClock();
    private final Uplink uplink;
    private final ModelStore store;
    private final Lanes lanes;
    private final Sampler sampler;
    private final EdgeLoop loop;
    private final ExecutorService disk = Executors.newSingleThreadExecutor(thread("edge-store"));
    private final ScheduledExecutorService timer =
            Executors.newSingleThreadScheduledExecutor(thread("edge-timer"));
    private final ScheduledExecutorService renewals =
            Executors.newSingleThreadScheduledExecutor(thread("edge-renewal"));
    private final ScheduledExecutorService writer =
            Executors.newSingleThreadScheduledExecutor(thread("edge-status"));
    private final DiaryKeeper diary;
    private final Reports reports;
    private final LiveConfig live;
    private final List<SignalSource> sources;
    private final Supplier<List<String>> log;
    private @Nullable Page page;
    private Optional<SleepDelay> sleepDelay = Optional.empty();
    private final AtomicBoolean recording = new AtomicBoolean();
    private final SignalWeek week;
    private final CountDownLatch ended = new CountDownLatch(1);
    private final Rest rest = new Rest(timer, IdleMemory::giveBack, IdleMemory::recall);
    private boolean closely = true;
    private volatile Taken used = Taken.NONE;

    private EdgeDaemon(
            EdgeConfig config,
            DataDirectory data,
            NodeIdentity identity,
            WorkerEngine engine,
            Supplier<List<String>> log)
            throws IOException {
        this.log = log;
        this.config = config;
        this.data = data;
        this.engine = engine;
        var random = new SecureRandom();
        this.live = new LiveConfig(config, this::rule);
        this.sources = Sources.of(config, live::rules, clock, engine::pid);
        sources.add(new UsageSource(() -> used));
        Gate gate = new Gate(counting());
        var node =
                new EdgeNode(
                        new EdgeSettings(
                                software(),
                                engine.numericClass(),
                                config.engine().memoryBytes(),
                                config.engine().lanes(),
                                config.engine().slots(),
                                config.models().bytesPerSecond(),
                                config.uplink().welcomeLimit()),
                        () -> {
                            var nonce = new byte[16];
                            random.nextBytes(nonce);
                            return nonce;
                        },
                        new FullJitter(
                                config.uplink().retryMin(), config.uplink().retryMax(), random),
                        new DeviceNotary(this::key));
        this.loop =
                new EdgeLoop(
                        node,
                        gate,
                        new Gate(Sources.fetchRules(config, provided())),
                        clock,
                        this::show);
        Optional<ModelTrust> trust = trust(config, clock);
        var updates =
                new UpdateLook(
                        trust.filter(_ -> config.updatesCheck())
                                .map(vouched ->
                                        new UpdateCheck(
                                                DataDirectory.software(config.data()),
                                                VERSION,
                                                () ->
                                                        vouched.file(
                                                                Release.TARGET, Release.BYTES_MAX),
                                                random)),
                        renewals);
        this.store =
                ModelStore.open(
                        DataDirectory.models(config.data()),
                        new ModelStore.Limits(
                                config.models().quotaBytes(), config.models().keepFreeBytes()),
                        clock,
                        trust.<ModelStore.Voucher>map(vouched -> vouched::problem)
                                .orElse(ModelStore.Voucher.NONE));
        this.uplink = new Uplink(config.coordinator(), identity, clock, loop::tell);
        this.diary =
                new DiaryKeeper(
                        DataDirectory.diary(config.data()),
                        () -> live.costs().costs(),
                        new EnergySensors(config.signals().sys()),
                        uplink);
        this.used = diary.today(live.rules().zone(), clock.instant());
        this.reports =
                new Reports(
                        config,
                        uplink::identity,
                        engine,
                        updates,
                        writer,
                        loop.snapshot(clock.instant()));
        this.lanes =
                new Lanes(
                        engine,
                        store,
                        config,
                        new Liar(config.faults().lie(), identity.node().value().hashCode()),
                        new Drained(diary::drainedMillijoules),
                        loop::tell);
        this.week = new SignalWeek(DataDirectory.signals(config.data()), config.rules());
        this.sampler =
                new Sampler(
                        sources,
                        config.signals(),
                        clock,
                        config.data(),
                        this::heard,
                        wish -> loop.tell(wish ? new Signal.Finish() : new Signal.Resume()));
    }

    /**
     * Starts a daemon with ONNX Runtime in a worker process.
     *
     * @param launch how a worker is started
     * @throws IOException if it can't; says what to do
     */
    public static EdgeDaemon start(EdgeConfig config, WorkerLaunch launch) throws IOException {
        return start(config, launch, List::of);
    }

    /**
     * The same.
     *
     * @param log the last lines of the log, for the owner's page
     */
    public static EdgeDaemon start(
            EdgeConfig config, WorkerLaunch launch, Supplier<List<String>> log) throws IOException {
        DataDirectory data = DataDirectory.take(config.data());
        WorkerEngine engine = null;
        try {
            NodeIdentity identity = NodeIdentity.load(DataDirectory.identity(config.data()));
            engine =
                    WorkerEngine.open(
                            launch,
                            config.engine(),
                            config.data(),
                            Files.createDirectories(DataDirectory.models(config.data())));
            engine.fallbacks()
                    .forEach(reason -> LOG.warn("execution provider not used: {}", reason));
            LOG.info("computing with {}", engine.numericClass());
            if (engine.confined()) {
                LOG.info("the worker has {}", engine.sandbox());
            } else {
                LOG.warn("THE WORKER IS NOT SHUT IN: {}", engine.sandbox());
            }
            var daemon = new EdgeDaemon(config, data, identity, engine, log);
            engine.onBreakdown(daemon::engineEnded);
            daemon.begin();
            return daemon;
        } catch (IOException | RuntimeException e) {
            data.close();
            close(engine);
            throw e;
        } catch (EngineException e) {
            data.close();
            throw new IOException(e.getMessage(), e);
        }
    }

    private static void close(@Nullable WorkerEngine engine) {
        if (engine != null) {
            engine.close();
        }
    }

    private static void close(@Nullable Page page) {
        if (page != null) {
            page.close();
        }
    }

    private PrivateKey key() {
        return uplink.key();
    }

    private void engineEnded(String reason) {
        loop.tell(new Signal.EngineEnded(reason));
    }

    private void begin() {
        if (config.faults().any()) {
            LOG.warn(
                    "FAULTS ARE ON: this node falsifies {} % of its results and takes {} longer for"
                            + " each shard",
                    Math.round(100 * config.faults().lie()), config.faults().delay());
        }
        LOG.info(
                "node {} of owner {}, coordinator {}",
                uplink.identity().node(),
                uplink.identity().owner(),
                config.coordinator());
        var pinned = new LedgerPin(DataDirectory.ledger(config.data()));
        var receipts =
                new LedgerReceipts(
                        DataDirectory.ledger(config.data()),
                        uplink.identity().owner().value(),
                        clock);
        var hands =
                new EdgeHands(
                        uplink,
                        lanes,
                        store,
                        disk,
                        timer,
                        pinned,
                        receipts,
                        loop::tell,
                        this::watch);
        pinned.known().ifPresent(loop::tell);
        receipts.pinned().ifPresent(loop::tell);
        sleepDelay =
                config.signals()
                        .bus()
                        .flatMap(bus ->
                                SleepDelay.of(bus, () -> engine.pid().isPresent(), renewals));
        sleepDelay.ifPresent(delay -> {
            engine.onWorker(delay::look);
            delay.look();
        });
        thread("edge-loop").newThread(() -> run(hands)).start();
        sampler.start();
        reports.announceTo(config.webhook(), clock);
        openPage();
        new Renewal(
                        uplink,
                        new EnrolmentClient(config.coordinator(), Enrolment.DOOR_LIMIT),
                        DataDirectory.identity(config.data()),
                        renewals,
                        clock,
                        new FullJitter(
                                Duration.ofSeconds(10), Duration.ofMinutes(15), new SecureRandom()),
                        this::reconnect)
                .plan();
    }

    /** A node without its page still computes. */
    private void openPage() {
        if (!config.page().enabled()) {
            return;
        }
        var desk =
                new OwnerDesk(
                        config,
                        clock,
                        () -> StatusFile.tree(reports.now()),
                        diary,
                        log,
                        live,
                        this::provided);
        try {
            page =
                    Page.start(
                            config.page().port(), DataDirectory.page(config.data()), desk.routes());
        } catch (IOException e) {
            LOG.warn("the owner's page can't be opened: {}", e.toString());
        }
    }

    /** Called by the loop's thread, often. */
    private void watch(boolean now) {
        if (now != closely) {
            closely = now;
            sampler.closely(now);
            rest.rest(!now);
        }
    }

    /** A link lives as long as the certificate it was made with: make the next one in good time. */
    private void reconnect() {
        loop.tell(
                new Signal.Received(
                        new CoordinatorMessage.Drain(
                                "a new link for the new certificate", Duration.ZERO)));
    }

    /** What the daemon on this data directory wrote last about itself; empty if it never ran. */
    public static Optional<String> status(Path dataDirectory) throws IOException {
        try {
            return Optional.of(Files.readString(DataDirectory.status(dataDirectory)));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    /** What this daemon does now, as JSON. */
    public String status() {
        return StatusFile.json(reports.now());
    }

    /** Offers nothing more, finishes what it holds within the limit, then ends. Returns at once. */
    public void shutdown() {
        loop.tell(new Signal.Shutdown(config.drainLimit()));
    }

    /** Waits until the daemon has ended. */
    public void awaitEnd() throws InterruptedException {
        ended.await();
    }

    /** Lets SIGTERM and Ctrl-C drain the daemon, and waits until it has ended. */
    public void runUntilSignal() throws InterruptedException {
        Runtime.getRuntime()
                .addShutdownHook(
                        Thread.ofPlatform().name("edge-drain").unstarted(this::drainAtExit));
        awaitEnd();
    }

    private void drainAtExit() {
        shutdown();
        awaitUninterrupted();
    }

    /** Releases what it holds and ends. */
    @Override
    public void close() {
        loop.tell(new Signal.Shutdown(Duration.ZERO));
        awaitUninterrupted();
    }

    private void awaitUninterrupted() {
        try {
            awaitEnd();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run(EdgeHands hands) {
        try {
            loop.run(hands);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException | AssertionError e) {
            LOG.error("the node's loop failed; the daemon ends", e);
        } finally {
            end();
        }
    }

    private void end() {
        try {
            close(page);
            reports.close();
            sampler.close();
            // Before the lanes: a worker that no longer listens would keep them waiting.
            engine.close();
            lanes.close();
            uplink.drain(2000);
            renewals.shutdownNow();
            timer.shutdownNow();
            disk.close();
            writer.close();
            diary.close(reports.last());
            week.close();
            uplink.close();
            store.close();
            sleepDelay.ifPresent(SleepDelay::close);
            data.close();
        } catch (IOException e) {
            LOG.warn("the daemon did not end cleanly", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            ended.countDown();
        }
    }

    /** The loop hears it first; a disk that is slow costs the recording some readings. */
    private void heard(List<Reading> readings) {
        loop.tell(readings);
        if (recording.compareAndSet(false, true)) {
            try {
                writer.execute(() -> {
                    try {
                        week.write(readings, clock.instant());
                    } finally {
                        recording.set(false);
                    }
                });
            } catch (RejectedExecutionException e) {
                // The daemon ends; so does the recording.
            }
        }
    }

    /** Called by the loop's thread. */
    private void show(EdgeLoop.Snapshot next) {
        writer.execute(() -> {
            live.look();
            diary.see(next);
            used = diary.today(live.rules().zone(), next.at());
        });
        reports.show(next);
    }

    private static Optional<ModelTrust> trust(EdgeConfig config, SteadyClock clock)
            throws IOException {
        Optional<EdgeConfig.TrustConfig> trust = config.models().trust();
        return trust.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        ModelTrust.open(
                                trust.get().metadata(),
                                trust.get().roots(),
                                DataDirectory.trust(config.data()),
                                clock));
    }

    /** What the sources of this device tell. */
    private Set<Quantity> provided() {
        return Sources.provided(sources);
    }

    /** The rules that count on this device. */
    private List<Rule> counting() {
        List<Rule> counting = live.rules().rules(provided());
        LOG.info("rules that count here: {}", counting.stream().map(Rule::name).toList());
        return counting;
    }

    /** Called when the owner's rules are others. */
    private void rule() {
        loop.rule(counting());
    }

    private static String software() {
        return "idlefleet-edge/" + VERSION;
    }

    private static ThreadFactory thread(String name) {
        return Thread.ofPlatform().name(name).daemon().factory();
    }
}
