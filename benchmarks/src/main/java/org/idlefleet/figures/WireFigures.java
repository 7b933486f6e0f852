package org.idlefleet.figures;

import com.sun.management.OperatingSystemMXBean;

import org.idlefleet.cli.Bench;
import org.idlefleet.cli.Figures;
import org.idlefleet.protocol.CoordinatorMessage;
import org.idlefleet.protocol.Digest;
import org.idlefleet.protocol.ItemKind;
import org.idlefleet.protocol.JobId;
import org.idlefleet.protocol.Lease;
import org.idlefleet.protocol.NodeId;
import org.idlefleet.protocol.NodeMessage;
import org.idlefleet.protocol.NumericClass;
import org.idlefleet.protocol.OwnerId;
import org.idlefleet.protocol.ProtocolVersion;
import org.idlefleet.protocol.adapter.CertificateAuthority;
import org.idlefleet.protocol.adapter.Endpoint;
import org.idlefleet.protocol.adapter.EnrolmentAnswer;
import org.idlefleet.protocol.adapter.EnrolmentDesk;
import org.idlefleet.protocol.adapter.NodeClient;
import org.idlefleet.protocol.adapter.NodeLink;
import org.idlefleet.protocol.adapter.NodeServer;
import org.idlefleet.protocol.adapter.NodeSession;
import org.idlefleet.protocol.adapter.WireLimits;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;

/**
 * What the node wire costs: shards assigned and answered over real TLS sockets, with nothing behind
 * them, beside a plain Netty echo of frames of the same size over the same TLS. Both ends share
 * this process, and a figure counts the processor time of both.
 */
public final class WireFigures implements Bench {
    private static final int NODES = 64;
    private static final int WINDOW = 32;
    private static final int PAYLOAD_BYTES = 128;
    private static final Duration WARM_UP = Duration.ofSeconds(8);
    private static final Duration MEASURED = Duration.ofSeconds(5);
    private static final Duration GLANCE = Duration.ofMillis(20);

    /** At this, 50,000 shards a second take a tenth of two cores for both ends of the wire. */
    private static final double SHARDS_BAR = 250_000;

    @Override
    public String name() {
        return "wire";
    }

    @Override
    public String description() {
        return "shards over the node wire with nothing behind it, against a plain TLS echo";
    }

    @Override
    public void run(Figures figures, boolean quick) throws Exception {
        Duration warm = quick ? WARM_UP.dividedBy(8) : WARM_UP;
        Duration measured = quick ? MEASURED.dividedBy(5) : MEASURED;
        double shards = inFolder(authority -> shards(authority, warm, measured));
        double echoes =
                inFolder(authority ->
                        PlainEcho.perCpuSecond(
                                authority, NODES, WINDOW, PAYLOAD_BYTES + 64, warm, measured));
        figures.note(NODES + " connections, " + WINDOW + " shards of 128 bytes under way on each");
        figures.atLeast("wire.shards", shards, "shards/cpu-s", SHARDS_BAR);
        figures.plain("wire.echo", echoes, "round-trips/cpu-s");
        figures.plain("wire.of-echo", shards / echoes, "ratio");
    }

    /**
     * Round trips of frames over plain TLS, for each second of processor time of both ends.
     *
     * @param window frames under way on each connection
     */
    static double echoesPerCpuSecond(int connections, int window, int frameBytes)
            throws IOException, InterruptedException {
        return inFolder(authority ->
                PlainEcho.perCpuSecond(
                        authority, connections, window, frameBytes, WARM_UP, MEASURED));
    }

    @FunctionalInterface
    private interface Measurement {
        double run(CertificateAuthority authority) throws IOException, InterruptedException;
    }

    private static double inFolder(Measurement measurement)
            throws IOException, InterruptedException {
        Path directory = Files.createTempDirectory("wire-figures");
        try {
            return measurement.run(CertificateAuthority.open(directory, InstantSource.system()));
        } finally {
            try (Stream<Path> files = Files.list(directory)) {
                for (Path file : files.toList()) {
                    Files.delete(file);
                }
            }
            Files.delete(directory);
        }
    }

    private static double shards(CertificateAuthority authority, Duration warm, Duration measured)
            throws IOException, InterruptedException {
        var coordinator = new Assigner();
        var settings =
                new NodeServer.Settings(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                        List.of("127.0.0.1"),
                        1,
                        WireLimits.DEFAULT.with("address-handshakes", 10_000));
        try (var server = NodeServer.start(settings, authority, new NoDesk(), coordinator);
                var client = new NodeClient(WireLimits.DEFAULT, 1)) {
            var endpoint = new Endpoint("127.0.0.1", server.address().getPort());
            var identity = authority.issueIdentity(new OwnerId("ann"), new NodeId("bench"));
            var hello =
                    new NodeMessage.Hello(
                            ProtocolVersion.MIN,
                            ProtocolVersion.MAX,
                            "figures",
                            new NumericClass("none", "none", "none", "none"),
                            0);
            for (int i = 0; i < NODES; i++) {
                client.connect(endpoint, identity, hello, new Answerer());
            }
            coordinator.connected.await();
            return perCpuSecond(coordinator.settled, warm, measured);
        }
    }

    /**
     * How much {@code counted} grows in a second of this process's processor time. Warming up and
     * measuring are by processor time too, so that other work on the machine shortens neither.
     */
    static double perCpuSecond(LongAdder counted, Duration warm, Duration measured)
            throws InterruptedException {
        burn(warm);
        long count = counted.sum();
        long nanos = burn(measured);
        return (counted.sum() - count) * 1e9 / nanos;
    }

    private static long burn(Duration processorTime) throws InterruptedException {
        var system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        long start = system.getProcessCpuTime();
        long spent = 0;
        while (spent < processorTime.toNanos()) {
            Thread.sleep(GLANCE);
            spent = system.getProcessCpuTime() - start;
        }
        return spent;
    }

    /** Keeps {@link #WINDOW} shards at each node. */
    private static final class Assigner implements NodeServer.Handler {
        private static final Digest MANIFEST = Digest.of(new byte[] {1});
        private static final List<byte[]> ITEMS = List.of(new byte[PAYLOAD_BYTES]);
        private final CountDownLatch connected = new CountDownLatch(NODES);
        private final LongAdder settled = new LongAdder();

        @Override
        public void opened(NodeSession session) {
            session.send(
                    List.of(
                            new CoordinatorMessage.Welcome(
                                    session.version(), 1, Duration.ofSeconds(30), List.of())));
            session.send(Collections.nCopies(WINDOW, assign(session, 0)));
            connected.countDown();
        }

        @Override
        public void received(NodeSession session, List<NodeMessage> messages) {
            settled.add(messages.size());
            var next = new ArrayList<CoordinatorMessage>(messages.size());
            for (int i = 0; i < messages.size(); i++) {
                next.add(assign(session, i));
            }
            session.send(next);
        }

        @Override
        public void closed(NodeSession session, String reason) {}

        private static CoordinatorMessage assign(NodeSession session, int shard) {
            return new CoordinatorMessage.Assign(
                    new Lease(new JobId(session.number()), shard, 0, 1),
                    MANIFEST,
                    ItemKind.TEXT,
                    ITEMS,
                    Duration.ofSeconds(10));
        }
    }

    /** Answers every shard at once. */
    private static final class Answerer implements NodeLink.Handler {
        private final byte[] nonce = new byte[16];
        private final byte[] output = new byte[PAYLOAD_BYTES];
        private final Digest commit = Digest.of(nonce, output);

        @Override
        public void opened(NodeLink link, CoordinatorMessage.Welcome welcome) {}

        @Override
        public void received(NodeLink link, List<CoordinatorMessage> messages) {
            var results = new ArrayList<NodeMessage>(messages.size());
            for (CoordinatorMessage message : messages) {
                if (message instanceof CoordinatorMessage.Assign assign) {
                    results.add(
                            new NodeMessage.Result(
                                    assign.lease(), commit, nonce, output, Duration.ZERO));
                }
            }
            link.send(results);
        }

        @Override
        public void closed(NodeLink link, String reason) {}
    }

    /** Nobody enrols here. */
    private static final class NoDesk implements EnrolmentDesk {
        private static final EnrolmentAnswer NO = new EnrolmentAnswer.Refused("no enrolment here");

        @Override
        public CompletionStage<EnrolmentAnswer> redeem(Digest token, Digest key) {
            return CompletableFuture.completedStage(NO);
        }

        @Override
        public CompletionStage<EnrolmentAnswer> renew(NodeId node, OwnerId owner, Digest key) {
            return CompletableFuture.completedStage(NO);
        }
    }
}
