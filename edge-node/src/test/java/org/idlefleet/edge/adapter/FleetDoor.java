package org.idlefleet.edge.adapter;

import org.idlefleet.protocol.CoordinatorMessage;
import org.idlefleet.protocol.CoordinatorMessage.Assign;
import org.idlefleet.protocol.CoordinatorMessage.ModelNotice;
import org.idlefleet.protocol.Digest;
import org.idlefleet.protocol.ItemKind;
import org.idlefleet.protocol.JobId;
import org.idlefleet.protocol.Lease;
import org.idlefleet.protocol.ModelManifest;
import org.idlefleet.protocol.NodeId;
import org.idlefleet.protocol.NodeMessage;
import org.idlefleet.protocol.OwnerId;
import org.idlefleet.protocol.adapter.CertificateAuthority;
import org.idlefleet.protocol.adapter.EnrolmentAnswer;
import org.idlefleet.protocol.adapter.EnrolmentDesk;
import org.idlefleet.protocol.adapter.EnrolmentToken;
import org.idlefleet.protocol.adapter.ManifestJson;
import org.idlefleet.protocol.adapter.NodeServer;
import org.idlefleet.protocol.adapter.NodeSession;
import org.idlefleet.protocol.adapter.WireLimits;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/** A coordinator's node door that serves one model and assigns what a test says. */
final class FleetDoor implements NodeServer.Handler, EnrolmentDesk, AutoCloseable {
    static final OwnerId ANN = new OwnerId("ann");

    private static final int EPOCH = 5;

    final Digest manifest;
    private final byte[] manifestBytes;
    private final Map<Digest, byte[]> files = new ConcurrentHashMap<>();
    private final CertificateAuthority authority;
    private final NodeServer server;
    private final Set<Digest> tokens = ConcurrentHashMap.newKeySet();
    private final AtomicInteger nodes = new AtomicInteger();
    private final AtomicInteger shards = new AtomicInteger();
    private final BlockingQueue<NodeMessage> heard = new LinkedBlockingQueue<>();
    private final BlockingQueue<NodeSession> sessions = new LinkedBlockingQueue<>();

    /** What an owner on probation is told. */
    static CoordinatorMessage.Earnings earnings() {
        return new CoordinatorMessage.Earnings(
                15,
                7,
                Optional.of(
                        new CoordinatorMessage.Standing(
                                CoordinatorMessage.Standing.State.PROBATION,
                                Optional.of(Instant.parse("2026-01-01T00:00:00Z")),
                                Optional.of(Instant.parse("2026-01-03T00:00:00Z")),
                                false,
                                new CoordinatorMessage.Honesty(
                                        20,
                                        10,
                                        0,
                                        1,
                                        200,
                                        0.9,
                                        3,
                                        1,
                                        9,
                                        6,
                                        2,
                                        List.of(
                                                new CoordinatorMessage.Outvote(
                                                        new NodeId("ann-car"),
                                                        new Lease(new JobId(17), 3, 0, 1),
                                                        Instant.parse("2026-01-02T00:00:00Z")))),
                                new CoordinatorMessage.Availability(20, 3, 0, 0),
                                new CoordinatorMessage.Speed(
                                        Duration.ofSeconds(4), Duration.ofSeconds(2)))));
    }

    FleetDoor(Path directory, ModelManifest model, Path modelDirectory) throws IOException {
        manifestBytes = ManifestJson.write(model);
        manifest = Digest.of(manifestBytes);
        for (ModelManifest.ModelFile file : model.files()) {
            files.put(file.digest(), Files.readAllBytes(modelDirectory.resolve(file.name())));
        }
        authority = CertificateAuthority.open(directory, InstantSource.system());
        server =
                NodeServer.start(
                        new NodeServer.Settings(
                                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                                List.of("localhost", "127.0.0.1"),
                                1,
                                WireLimits.DEFAULT),
                        authority,
                        this,
                        this);
    }

    String address() {
        return "127.0.0.1:" + server.address().getPort();
    }

    String token() {
        var token = EnrolmentToken.create(ANN, authority.fingerprint(), new SecureRandom());
        tokens.add(token.hash());
        return token.text();
    }

    /** The next session of a node. */
    NodeSession session() throws InterruptedException {
        return Objects.requireNonNull(sessions.poll(60, TimeUnit.SECONDS), "no node came");
    }

    /** Waits for a message; others on the way are dropped. */
    <T extends NodeMessage> T hear(Class<T> type, Predicate<T> wanted) throws InterruptedException {
        while (true) {
            NodeMessage message = heard.poll(60, TimeUnit.SECONDS);
            if (message == null) {
                throw new AssertionError("no " + type.getSimpleName() + " came within 60 s");
            }
            if (type.isInstance(message) && wanted.test(type.cast(message))) {
                return type.cast(message);
            }
        }
    }

    Lease assign(NodeSession session, List<String> texts) {
        var lease = new Lease(new JobId(1), shards.getAndIncrement(), 0, EPOCH);
        List<byte[]> items =
                texts.stream().map(text -> text.getBytes(StandardCharsets.UTF_8)).toList();
        session.send(
                List.of(new Assign(lease, manifest, ItemKind.TEXT, items, Duration.ofSeconds(30))));
        return lease;
    }

    @Override
    public void opened(NodeSession session) {
        var notice =
                new ModelNotice(
                        ManifestJson.read(manifestBytes).model(),
                        manifest,
                        files.values().stream().mapToLong(file -> file.length).sum());
        session.send(
                List.of(
                        new CoordinatorMessage.Welcome(
                                session.version(), EPOCH, Duration.ofSeconds(1), List.of(notice))));
        sessions.add(session);
    }

    @Override
    public void received(NodeSession session, List<NodeMessage> messages) {
        for (NodeMessage message : messages) {
            if (message instanceof NodeMessage.FetchManifest) {
                session.send(
                        List.of(new CoordinatorMessage.ManifestBytes(manifest, manifestBytes)));
            } else if (message instanceof NodeMessage.FetchChunk fetch) {
                byte[] file = Objects.requireNonNull(files.get(fetch.file()));
                int from = (int) fetch.offset();
                byte[] piece = Arrays.copyOfRange(file, from, from + fetch.length());
                session.send(
                        List.of(
                                new CoordinatorMessage.Chunk(
                                        fetch.file(), from, file.length, piece)));
            } else {
                heard.add(message);
            }
        }
    }

    @Override
    public void closed(NodeSession session, String reason) {}

    @Override
    public CompletionStage<EnrolmentAnswer> redeem(Digest token, Digest key) {
        return CompletableFuture.completedStage(
                tokens.remove(token)
                        ? new EnrolmentAnswer.Granted(
                                ANN, new NodeId("node-" + nodes.incrementAndGet()))
                        : new EnrolmentAnswer.Refused("the token was used already"));
    }

    @Override
    public CompletionStage<EnrolmentAnswer> renew(NodeId node, OwnerId owner, Digest key) {
        return CompletableFuture.completedStage(new EnrolmentAnswer.Granted(owner, node));
    }

    @Override
    public void close() {
        server.close();
    }
}
