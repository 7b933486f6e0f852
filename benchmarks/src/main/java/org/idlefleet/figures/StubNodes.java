package org.idlefleet.figures;

import org.idlefleet.cli.fleet.LocalFleet;
import org.idlefleet.protocol.CoordinatorMessage;
import org.idlefleet.protocol.CoordinatorMessage.Assign;
import org.idlefleet.protocol.Digest;
import org.idlefleet.protocol.EmbeddingOutput;
import org.idlefleet.protocol.NodeMessage;
import org.idlefleet.protocol.NumericClass;
import org.idlefleet.protocol.ProtocolVersion;
import org.idlefleet.protocol.adapter.Endpoint;
import org.idlefleet.protocol.adapter.EnrolmentClient;
import org.idlefleet.protocol.adapter.EnrolmentToken;
import org.idlefleet.protocol.adapter.NodeClient;
import org.idlefleet.protocol.adapter.NodeIdentity;
import org.idlefleet.protocol.adapter.NodeLink;
import org.idlefleet.protocol.adapter.WireLimits;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/**
 * Nodes that speak the real wire over real TLS and answer without computing: at once, or after the
 * time that a device of their speed would need. They serve {@link StubModel}. Thread-safe.
 */
final class StubNodes implements AutoCloseable {
    /** Enrolments under way at a time. */
    private static final int ENROLLING = 16;

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final NumericClass CLASS = new NumericClass("stub", "CPU", "fp32", "stub");
    private static final byte[] NONCE = new byte[16];

    private final NodeClient client = new NodeClient(WireLimits.DEFAULT, 1);
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private final Map<Integer, Answer> answers = new ConcurrentHashMap<>();
    private final Map<NodeLink, Stub> open = new ConcurrentHashMap<>();
    private final AtomicInteger lost = new AtomicInteger();
    private final LongAdder answered = new LongAdder();
    private final LongAdder told = new LongAdder();
    private volatile long answeredMost = Long.MAX_VALUE;
    private final Endpoint door;
    private final Digest manifest;

    StubNodes(LocalFleet fleet, Digest manifest) {
        this.door = new Endpoint("127.0.0.1", fleet.nodePort());
        this.manifest = manifest;
    }

    /**
     * How a stub behaves.
     *
     * @param slots leases it holds at a time
     * @param unitsPerSecond what it says of its speed
     * @param works whether it takes the time that its speed means; else it answers at once
     */
    record Manner(int slots, double unitsPerSecond, boolean works) {}

    private record Answer(byte[] output, Digest commit) {}

    /** One node; its lane computes one shard after the other. */
    private final class Stub implements NodeLink.Handler {
        private final Manner manner;
        private long freeAtNanos;
        private @Nullable Future<?> beats;

        Stub(Manner manner) {
            this.manner = manner;
        }

        @Override
        public void opened(NodeLink link, CoordinatorMessage.Welcome welcome) {
            open.put(link, this);
            long every = welcome.heartbeat().toMillis();
            beats =
                    timer.scheduleAtFixedRate(
                            () -> link.send(List.of(new NodeMessage.Heartbeat())),
                            every,
                            every,
                            TimeUnit.MILLISECONDS);
            link.send(
                    List.of(
                            new NodeMessage.Offer(
                                    manner.slots(),
                                    Duration.ZERO,
                                    List.of(
                                            new NodeMessage.WarmModel(
                                                    manifest, manner.unitsPerSecond())))));
        }

        @Override
        public void received(NodeLink link, List<CoordinatorMessage> messages) {
            var results = new ArrayList<NodeMessage>(messages.size());
            for (CoordinatorMessage message : messages) {
                if (message instanceof Assign assign) {
                    if (manner.works()) {
                        later(link, assign);
                    } else if (answered.sum() + results.size() < answeredMost) {
                        results.add(result(assign));
                    }
                }
            }
            if (!results.isEmpty()) {
                told.increment();
                answered.add(results.size());
                link.send(results);
            }
        }

        @Override
        public void closed(NodeLink link, String reason) {
            open.remove(link);
            if (beats != null) {
                beats.cancel(false);
            }
            lost.incrementAndGet();
        }

        private void later(NodeLink link, Assign assign) {
            long now = System.nanoTime();
            long began = Math.max(now, freeAtNanos);
            freeAtNanos = began + time(assign).toNanos();
            var _ =
                    timer.schedule(
                            () -> {
                                answered.increment();
                                link.send(List.of(result(assign)));
                            },
                            freeAtNanos - now,
                            TimeUnit.NANOSECONDS);
        }

        private NodeMessage result(Assign assign) {
            Answer answer = answers.computeIfAbsent(assign.items().size(), StubNodes::answer);
            return new NodeMessage.Result(
                    assign.lease(), answer.commit(), NONCE, answer.output(), time(assign));
        }

        private Duration time(Assign assign) {
            long units = 0;
            for (byte[] item : assign.items()) {
                units += 4 + item.length / 4;
            }
            return Duration.ofNanos((long) (units * 1e9 / manner.unitsPerSecond()));
        }
    }

    /** Enrols so many nodes, each of an owner of its own. */
    static List<NodeIdentity> enrol(LocalFleet fleet, int count, String name)
            throws InterruptedException {
        var enrolled = new ArrayList<Future<NodeIdentity>>();
        var places = new Semaphore(ENROLLING);
        var door = new Endpoint("127.0.0.1", fleet.nodePort());
        try (ExecutorService workers = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < count; i++) {
                String owner = name + i;
                enrolled.add(
                        workers.submit(() -> {
                            places.acquire();
                            try {
                                return enrol(fleet, door, owner);
                            } finally {
                                places.release();
                            }
                        }));
            }
        }
        return enrolled.stream().map(Future::resultNow).toList();
    }

    private static NodeIdentity enrol(LocalFleet fleet, Endpoint door, String owner)
            throws IOException, InterruptedException {
        String token =
                fleet.api().post("/api/v1/tokens", Map.of("owner", owner)).path("token").asString();
        return new EnrolmentClient(door, PATIENCE).enrol(EnrolmentToken.parse(token));
    }

    /** Connects one node. */
    NodeLink connect(NodeIdentity identity, Manner manner) {
        var hello =
                new NodeMessage.Hello(
                        ProtocolVersion.MIN, ProtocolVersion.MAX, "stub/1", CLASS, 1L << 30);
        return client.connect(door, identity, hello, new Stub(manner));
    }

    /** Connects all and waits until they are welcome. */
    void connectAll(List<NodeIdentity> identities, Manner manner) throws InterruptedException {
        int before = open.size();
        int lostBefore = lost.get();
        int some = 0;
        for (NodeIdentity identity : identities) {
            connect(identity, manner);
            some++;
            while (before + some - open.size() > 64 && lost.get() == lostBefore) {
                Thread.sleep(1);
            }
        }
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (open.size() < before + identities.size()) {
            if (System.nanoTime() > end || lost.get() > lostBefore) {
                throw new IllegalStateException(
                        "expected "
                                + (before + identities.size())
                                + " stub nodes, "
                                + open.size()
                                + " are connected");
            }
            Thread.sleep(5);
        }
    }

    /** After so many results nodes that answer at once keep silent, and what they hold. */
    void answerAtMost(long results) {
        answeredMost = results;
    }

    /** Results sent so far. */
    long answered() {
        return answered.sum();
    }

    /** Times that a node which answers at once was given work: that many messages each way. */
    long told() {
        return told.sum();
    }

    @Override
    public void close() {
        timer.shutdownNow();
        client.close();
    }

    private static Answer answer(int items) {
        EmbeddingOutput output = EmbeddingOutput.create(items, StubModel.DIMENSIONS);
        float[] vector = {0.5f, 0.5f, 0.5f, 0.5f};
        for (int i = 0; i < items; i++) {
            output.set(i, 1, vector);
        }
        return new Answer(output.raw(), Digest.of(NONCE, output.raw()));
    }
}
