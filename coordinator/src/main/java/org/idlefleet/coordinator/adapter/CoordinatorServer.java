package org.idlefleet.coordinator.adapter;

import org.idlefleet.coordinator.Command;
import org.idlefleet.coordinator.Coordinator;
import org.idlefleet.coordinator.CoordinatorLoop;
import org.idlefleet.coordinator.Policy;
import org.idlefleet.coordinator.adapter.api.ApiDoor;
import org.idlefleet.coordinator.adapter.api.Desk;
import org.idlefleet.coordinator.adapter.api.Metrics;
import org.idlefleet.coordinator.adapter.api.OperatorFile;
import org.idlefleet.coordinator.adapter.api.Ports;
import org.idlefleet.coordinator.adapter.log.SqliteEventLog;
import org.idlefleet.coordinator.adapter.node.Checkpoints;
import org.idlefleet.coordinator.adapter.node.NodeDesk;
import org.idlefleet.coordinator.adapter.node.Promises;
import org.idlefleet.coordinator.adapter.receipt.ReceiptMaker;
import org.idlefleet.ledger.policy.PayPolicy;
import org.idlefleet.protocol.Digest;
import org.idlefleet.protocol.adapter.CertificateAuthority;
import org.idlefleet.protocol.adapter.NodeServer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;

/**
 * A running coordinator: log, loop, ledger, and its two doors. The data directory holds {@code
 * events.db}, {@code ledger.db}, {@code proof/}, {@code ca/}, {@code models/}, and the operator's
 * key {@code admin.key}. Thread-safe.
 */
public final class CoordinatorServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(CoordinatorServer.class);

    /** Bytes of inputs and results held in memory. */
    private static final long PAYLOAD_BYTES_MAX = Runtime.getRuntime().maxMemory() / 3;

    private final Deque<Closing> closings = new ArrayDeque<>();
    private final NodeServer nodes;
    private final ApiDoor api;
    private final Digest authority;
    private volatile String unready = "the coordinator is starting";

    @FunctionalInterface
    private interface Closing {
        void close() throws Exception;
    }

    /** Starts; a failure of the running coordinator ends the process, so that a restart replays. */
    public static CoordinatorServer start(CoordinatorConfig config) throws IOException {
        return start(
                config,
                fault -> {
                    try {
                        LOG.error("the coordinator can't go on: its process ends", fault);
                    } finally {
                        // Without memory even a log line may throw.
                        Runtime.getRuntime().halt(1);
                    }
                });
    }

    /**
     * Starts.
     *
     * @param death told what went wrong if the running coordinator can't go on; nothing is served
     *     any more then
     * @throws IOException if a port, a file or a directory can't be used; the message says which
     *     and what to do
     */
    public static CoordinatorServer start(CoordinatorConfig config, Consumer<Throwable> death)
            throws IOException {
        return new CoordinatorServer(config, death);
    }

    private CoordinatorServer(CoordinatorConfig config, Consumer<Throwable> death)
            throws IOException {
        boolean started = false;
        try {
            Path data = Path.of(config.dataDirectory());
            Files.createDirectories(data);
            var clock = new SteadyClock();
            var random = new SecureRandom();
            SqliteEventLog log = SqliteEventLog.open(data.resolve("events.db"), PAYLOAD_BYTES_MAX);
            closings.push(log::close);
            Payloads payloads = log.payloads();
            var inbox = new Mailbox();
            var desk = new Desk(inbox, payloads);
            var models = new ModelStore(data.resolve("models"));
            var catalogue = new LiveCatalogue(models);
            var metrics = new Metrics();
            ExecutorService comparers = workers("comparing");
            ExecutorService files = Executors.newVirtualThreadPerTaskExecutor();
            closings.push(comparers::close);
            closings.push(files::close);
            var checkpoints = new Checkpoints();
            var promises = new Promises();
            var nodeDesk =
                    new NodeDesk(inbox, desk, payloads, models, checkpoints, promises, files);
            var comparing = new Comparing(inbox, payloads, models, comparers);
            Policy policy = config.policy(secret(data, random));
            var coordinator = new Coordinator(policy);
            var loop =
                    new CoordinatorLoop(
                            coordinator,
                            log,
                            new Switchboard(desk, nodeDesk, payloads, comparing),
                            event -> {
                                catalogue.accept(event);
                                metrics.accept(event);
                            });
            loop.begin(clock.instant());
            setPolicy(loop, coordinator, config.payPolicy(), clock.instant());
            coordinator.models().forEach(catalogue);
            LiveLedger ledger =
                    LiveLedger.open(
                            data,
                            config.ledger(),
                            log,
                            clock,
                            promises,
                            nodeDesk::promise,
                            checkpoints::published,
                            death);
            ledger.prove(checkpoints);
            closings.push(ledger::end);
            var thread = new LoopThread(loop, inbox, log, clock, death);
            closings.push(thread::end);
            thread.start();
            CertificateAuthority ca = CertificateAuthority.open(data.resolve("ca"), clock);
            authority = ca.fingerprint();
            nodes = NodeServer.start(config.nodeSettings(), ca, nodeDesk, nodeDesk);
            closings.push(nodes::close);
            OperatorFile operators = OperatorFile.open(data.resolve("operators.db"));
            closings.push(operators::close);
            var ports =
                    new Ports(
                            desk,
                            payloads,
                            catalogue,
                            new LogHistory(log),
                            new ReceiptMaker(
                                    log,
                                    ca,
                                    ledger.signer(),
                                    policy.auditSecret().raw(),
                                    models::manifestBytes,
                                    clock),
                            ledger.books(config.ledger(), log),
                            config.payoutConfig(),
                            operators,
                            metrics,
                            () -> Optional.of(unready).filter(text -> !text.isEmpty()),
                            authority);
            api = ApiDoor.open(config.apiConfig(), adminKey(data, random), ports, clock, random);
            closings.push(api::close);
            ledger.follow();
            unready = "";
            started = true;
        } finally {
            if (!started) {
                close();
            }
        }
    }

    /** Where nodes connect. */
    public InetSocketAddress nodeAddress() {
        return nodes.address();
    }

    /** Where clients and the operator connect. */
    public int apiPort() {
        return api.port();
    }

    /** SHA-256 of the certificate that nodes trust; it is part of every enrolment token. */
    public Digest authority() {
        return authority;
    }

    /** Stops taking requests, tells the nodes, writes what is open, closes. */
    @Override
    public void close() {
        unready = "the coordinator is shutting down";
        while (!closings.isEmpty()) {
            try {
                closings.pop().close();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (Exception e) {
                LOG.warn("closing", e);
            }
        }
    }

    /** The configuration's policy counts if it is newer than the one in force. */
    private static void setPolicy(
            CoordinatorLoop loop, Coordinator coordinator, PayPolicy wanted, Instant now)
            throws IOException {
        PayPolicy inForce = coordinator.payPolicy();
        if (wanted.version() > inForce.version()) {
            loop.step(List.of(new Command.SetPolicy(0, wanted)), now);
        } else if (wanted.version() < inForce.version()) {
            LOG.warn(
                    "the configuration has pay policy {}, but {} is in force and stays",
                    wanted.version(),
                    inForce.version());
        } else if (!wanted.equals(inForce)) {
            throw new IOException(
                    "the configuration's pay policy differs from the one that is in force under the"
                            + " same version "
                            + wanted.version()
                            + ": give it a higher one");
        }
    }

    private static ExecutorService workers(String name) {
        return Executors.newSingleThreadExecutor(Thread.ofPlatform().name(name).factory());
    }

    /** The first operator's key: made once, kept where only the operator can read it. */
    private static String adminKey(Path data, SecureRandom random) throws IOException {
        Path file = data.resolve("admin.key");
        if (!Files.exists(file)) {
            writeSecret(file, ApiDoor.freshAdminKey(random).getBytes(StandardCharsets.US_ASCII));
        }
        return Files.readString(file, StandardCharsets.US_ASCII).strip();
    }

    /** What decides who gets which shard: unknown to everybody else. */
    private static byte[] secret(Path data, SecureRandom random) throws IOException {
        Path file = data.resolve("draw.key");
        if (!Files.exists(file)) {
            var secret = new byte[32];
            random.nextBytes(secret);
            writeSecret(file, secret);
        }
        return Files.readAllBytes(file);
    }

    private static void writeSecret(Path file, byte[] bytes) throws IOException {
        Files.createFile(
                file,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.write(file, bytes, StandardOpenOption.DSYNC);
    }
}
