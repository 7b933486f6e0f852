package org.idlefleet.edge.adapter;

import org.idlefleet.edge.Activity;
import org.idlefleet.edge.EdgeNode;
import org.idlefleet.edge.EdgeSettings;
import org.idlefleet.edge.EdgeView;
import org.idlefleet.edge.EngineException;
import org.idlefleet.edge.Signal;
import org.idlefleet.edge.SignalSource;
import org.idlefleet.edge.adapter.bus.BusSource;
import org.idlefleet.edge.adapter.config.EdgeConfig;
import org.idlefleet.edge.adapter.config.WebhookConfig;
import org.idlefleet.edge.adapter.crypto.DeviceNotary;
import org.idlefleet.edge.adapter.kuksa.KuksaSource;
import org.idlefleet.edge.adapter.ledger.LedgerPin;
import org.idlefleet.edge.adapter.ledger.LedgerReceipts;
import org.idlefleet.edge.adapter.linux.EnergySensors;
import org.idlefleet.edge.adapter.linux.LinuxSource;
import org.idlefleet.edge.adapter.mqtt.MqttSource;
import org.idlefleet.edge.adapter.owner.OwnerSource;
import org.idlefleet.edge.adapter.owner.TariffSource;
import org.idlefleet.edge.adapter.owner.UsageSource;
import org.idlefleet.edge.adapter.page.Page;
import org.idlefleet.edge.adapter.record.SignalWeek;
import org.idlefleet.edge.adapter.store.ModelStore;
import org.idlefleet.edge.adapter.trace.TraceSource;
import org.idlefleet.edge.adapter.tuf.ModelTrust;
import org.idlefleet.edge.adapter.update.Release;
import org.idlefleet.edge.adapter.update.UpdateCheck;
import org.idlefleet.edge.adapter.update.UpdateNotice;
import org.idlefleet.edge.adapter.uplink.FullJitter;
import org.idlefleet.edge.adapter.uplink.Renewal;
import org.idlefleet.edge.adapter.uplink.Uplink;
import org.idlefleet.edge.adapter.webhook.Webhook;
import org.idlefleet.edge.adapter.worker.IdleMemory;
import org.idlefleet.edge.adapter.worker.WorkerEngine;
import org.idlefleet.edge.adapter.worker.WorkerLaunch;
import org.idlefleet.edge.gate.Gate;
import org.idlefleet.edge.gate.OwnerRules;
import org.idlefleet.edge.gate.Quantity;
import org.idlefleet.edge.gate.Reading;
import org.idlefleet.edge.gate.Rule;
import org.idlefleet.edge.gate.Taken;
import org.idlefleet.protocol.CoordinatorMessage;
import org.idlefleet.protocol.adapter.EnrolmentClient;
import org.idlefleet.protocol.adapter.EnrolmentException;
import org.idlefleet.protocol.adapter.EnrolmentToken;
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
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
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

    /** For each request of enrolment and renewal. */
    private static final Duration DOOR_LIMIT = Duration.ofSeconds(30);

    private static final int ENROL_ATTEMPTS = 6;
    private static final Duration ENROL_RETRY_MIN = Duration.ofSeconds(1);
    private static final Duration ENROL_RETRY_MAX = Duration.ofSeconds(15);

    /** Ceilings of the first and the longest wait for a source that is connected to. */
    private static final Duration SOURCE_RETRY_MIN = Duration.ofMillis(200);

    private static final Duration SOURCE_RETRY_MAX = Duration.ofSeconds(10);

    /** How long the owner's webhook may take, and how long to wait before asking it again. */
    private static final Duration WEBHOOK_LIMIT = Duration.ofSeconds(10);

    private static final Duration WEBHOOK_WAIT = Duration.ofSeconds(2);

    /** How often the status is written when nothing changes. */
    private static final Duration STATUS_EVERY = Duration.ofSeconds(10);

    /** How long a change waits for others: a short shard must not cost two writes. */
    private static final Duration STATUS_PAUSE = Duration.ofMillis(200);

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
    private final ScheduledExecutorService statusWriter =
            Executors.newSingleThreadScheduledExecutor(thread("edge-status"));
    private final DiaryKeeper diary;
    private final Optional<UpdateCheck> updates;
    private final List<SignalSource> sources;
    private volatile OwnerRules rules;
    private final Supplier<List<String>> log;
    private @Nullable Page page;
    private @Nullable Webhook webhook;
    private @Nullable Activity announced;
    private final AtomicBoolean statusDue = new AtomicBoolean();
    private final AtomicBoolean recording = new AtomicBoolean();
    private final SignalWeek week;
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile EdgeLoop.Snapshot snapshot;
    private final Rest rest = new Rest(timer, IdleMemory::giveBack);
    private boolean closely = true;
    private volatile Taken used = Taken.NONE;
    private Optional<EdgeLoop.Snapshot> written = Optional.empty();

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
        this.rules = config.rules();
        this.sources = sources(config, () -> rules, clock, engine::pid);
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
                        node, gate, new Gate(fetchRules(config, provided())), clock, this::show);
        this.snapshot = loop.snapshot(clock.instant());
        Optional<ModelTrust> trust = trust(config, clock);
        this.updates =
                trust.filter(_ -> config.updatesCheck())
                        .map(vouched ->
                                new UpdateCheck(
                                        DataDirectory.software(config.data()),
                                        VERSION,
                                        () -> vouched.file(Release.TARGET, Release.BYTES_MAX),
                                        random));
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
                        config.costs().costs(),
                        new EnergySensors(config.signals().sys()),
                        uplink);
        this.used = diary.today(rules.zone(), clock.instant());
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

    private static void close(@Nullable Webhook webhook) {
        if (webhook != null) {
            webhook.close();
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
        thread("edge-loop").newThread(() -> run(hands)).start();
        sampler.start();
        openPage();
        new Renewal(
                        uplink,
                        new EnrolmentClient(config.coordinator(), DOOR_LIMIT),
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
        Optional<WebhookConfig> hook = config.webhook();
        if (hook.isPresent()) {
            webhook =
                    new Webhook(
                            hook.get().url(),
                            hook.get().secret(),
                            WEBHOOK_LIMIT,
                            WEBHOOK_WAIT,
                            clock);
        }
        if (!config.page().enabled()) {
            return;
        }
        var desk =
                new OwnerDesk(
                        config,
                        clock,
                        () -> StatusFile.tree(content(snapshot)),
                        diary,
                        log,
                        () -> rules,
                        this::provided,
                        this::use);
        try {
            page =
                    Page.start(
                            config.page().port(), DataDirectory.page(config.data()), desk.routes());
        } catch (IOException e) {
            LOG.warn("the owner's page can't be opened: {}", e.toString());
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
        hook.tell(
                StatusFile.announcement(uplink.identity(), at, now, before == null ? now : before));
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

    /** Takes a token of the owner's and enrols this node; its key never leaves the directory. */
    public static NodeIdentity enrol(EdgeConfig config, String token)
            throws IOException, InterruptedException {
        Path directory = DataDirectory.identity(config.data());
        try (var _ = DataDirectory.take(config.data())) {
            if (NodeIdentity.exists(directory)) {
                NodeIdentity current = NodeIdentity.load(directory);
                throw new IOException(
                        "this node is enrolled already, as "
                                + current.node()
                                + " of "
                                + current.owner()
                                + "; to enrol it anew, remove "
                                + directory);
            }
            NodeIdentity identity =
                    enrolled(
                            new EnrolmentClient(config.coordinator(), DOOR_LIMIT),
                            EnrolmentToken.parse(token));
            Files.createDirectories(directory);
            identity.save(directory);
            return identity;
        }
    }

    /** Tries more than once: the coordinator may be starting, or busy, or out of reach. */
    private static NodeIdentity enrolled(EnrolmentClient door, EnrolmentToken token)
            throws IOException, InterruptedException {
        var waits = new FullJitter(ENROL_RETRY_MIN, ENROL_RETRY_MAX, new SecureRandom());
        for (int attempt = 1; ; attempt++) {
            try {
                return door.enrol(token);
            } catch (EnrolmentException e) {
                if (!e.passing() || attempt == ENROL_ATTEMPTS) {
                    throw e;
                }
                Duration wait = waits.delay(attempt);
                LOG.warn("{}; next attempt in {} s", e.getMessage(), wait.toSeconds());
                Thread.sleep(wait);
            }
        }
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
        return StatusFile.json(content(snapshot));
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
            close(webhook);
            sampler.close();
            lanes.close();
            uplink.drain(2000);
            renewals.shutdownNow();
            timer.shutdownNow();
            disk.close();
            statusWriter.close();
            diary.close(snapshot);
            week.close();
            uplink.close();
            store.close();
            engine.close();
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
                statusWriter.execute(() -> {
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

    /** Keeps the snapshot, and writes it if it says something new or the last one grows old. */
    private void show(EdgeLoop.Snapshot next) {
        snapshot = next;
        statusWriter.execute(() -> {
            diary.see(next);
            used = diary.today(rules.zone(), next.at());
        });
        announce(next.view(), next.at());
        lookForUpdate(next);
        boolean same =
                written.map(last ->
                                last.view().equals(next.view())
                                        && next.at().isBefore(last.at().plus(STATUS_EVERY)))
                        .orElse(false);
        if (!same) {
            written = Optional.of(next);
            if (statusDue.compareAndSet(false, true)) {
                var _ =
                        statusWriter.schedule(
                                this::writeStatus, STATUS_PAUSE.toMillis(), TimeUnit.MILLISECONDS);
            }
        }
    }

    /** Only while every rule holds: not while driving, and not over a network to be spared. */
    private void lookForUpdate(EdgeLoop.Snapshot shown) {
        boolean may = shown.view().gate().equals("open") && shown.mayFetch();
        updates.filter(check -> check.due(shown.at(), may))
                .ifPresent(check -> renewals.execute(() -> check.look(shown.at())));
    }

    private void writeStatus() {
        statusDue.set(false);
        try {
            StatusFile.write(DataDirectory.status(config.data()), content(snapshot));
        } catch (IOException e) {
            LOG.warn("the status could not be written: {}", e.toString());
        }
    }

    private StatusFile.Content content(EdgeLoop.Snapshot of) {
        return new StatusFile.Content(
                of.at(),
                uplink.identity(),
                config.coordinator().toString(),
                engine.numericClass(),
                StatusFile.fallbacks(engine),
                of.view(),
                of.findings(),
                updates.map(UpdateCheck::notice).orElse(UpdateNotice.NONE));
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

    /**
     * Everything that tells about this device.
     *
     * @param worker process id of the worker, empty while there is none
     */
    static List<SignalSource> sources(
            EdgeConfig config,
            Supplier<OwnerRules> rules,
            SteadyClock clock,
            Supplier<Optional<Long>> worker)
            throws IOException {
        EdgeConfig.SignalsConfig signals = config.signals();
        var sources = new ArrayList<SignalSource>();
        sources.add(new OwnerSource(config.data()));
        sources.add(new TariffSource(() -> rules.get().tariff()));
        if (signals.linux()) {
            var roots = new LinuxSource.Roots(signals.sys(), signals.proc(), signals.dev());
            int threads = config.engine().lanes() * config.engine().threads();
            sources.add(new LinuxSource(roots, threads, worker));
        }
        if (signals.bus().isPresent()) {
            BusSource.find(signals.bus().get(), sourceWaits(), clock).ifPresent(sources::add);
        }
        if (signals.trace().isPresent()) {
            sources.add(new TraceSource(signals.trace().get(), clock.instant()));
        }
        if (signals.kuksa().isPresent()) {
            sources.add(new KuksaSource(signals.kuksa().get(), sourceWaits(), clock));
        }
        if (signals.mqtt().isPresent()) {
            sources.add(new MqttSource(signals.mqtt().get(), sourceWaits(), clock));
        }
        return sources;
    }

    private static FullJitter sourceWaits() {
        return new FullJitter(SOURCE_RETRY_MIN, SOURCE_RETRY_MAX, new SecureRandom());
    }

    /** What the sources of this device tell. */
    private Set<Quantity> provided() {
        return provided(sources);
    }

    /** What these sources tell. */
    static Set<Quantity> provided(List<SignalSource> sources) {
        Set<Quantity> provided = EnumSet.noneOf(Quantity.class);
        sources.forEach(source -> provided.addAll(source.provides()));
        return provided;
    }

    /** What must hold for models to be fetched. */
    static List<Rule> fetchRules(EdgeConfig config, Set<Quantity> provided) {
        boolean counts =
                switch (config.models().unmeteredOnly()) {
                    case "on" -> true;
                    case "off" -> false;
                    default -> provided.contains(Quantity.METERED);
                };
        return counts ? List.of(config.rules().unmetered("models.unmeteredOnly")) : List.of();
    }

    /** The rules that count on this device. */
    private List<Rule> counting() {
        List<Rule> counting = rules.rules(provided());
        LOG.info("rules that count here: {}", counting.stream().map(Rule::name).toList());
        return counting;
    }

    private void use(OwnerRules next) {
        rules = next;
        loop.rule(counting());
    }

    private static String software() {
        return "idlefleet-edge/" + VERSION;
    }

    private static ThreadFactory thread(String name) {
        return Thread.ofPlatform().name(name).daemon().factory();
    }
}
