package org.idlefleet.protocol.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.idlefleet.protocol.adapter.Coordinator.next;

import org.idlefleet.protocol.CoordinatorMessage;
import org.idlefleet.protocol.Digest;
import org.idlefleet.protocol.JobId;
import org.idlefleet.protocol.Lease;
import org.idlefleet.protocol.NodeMessage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.LinkedBlockingQueue;

class SessionLimitsTest {
    private static final WireCodec<NodeMessage> CODEC = WireCodec.ofNode(WireLimits.DEFAULT);
    private static final NodeMessage.Heartbeat HEARTBEAT = new NodeMessage.Heartbeat();

    @TempDir Path directory;

    @Test
    void speaksWithAnotherWebSocketAndTakesFragmentsAndPings() throws Exception {
        try (var door = new Door(directory, WireLimits.DEFAULT);
                var node = RawNode.connect(door)) {
            byte[] hello = frame(Node.HELLO);
            node.send(Arrays.copyOfRange(hello, 0, 9), false);
            node.socket().sendPing(ByteBuffer.allocate(4)).join();
            node.send(Arrays.copyOfRange(hello, 9, hello.length), true);

            assertThat(next(node.received)).isInstanceOf(CoordinatorMessage.Welcome.class);
            node.send(frame(HEARTBEAT));
            assertThat(next(door.coordinator.received)).isEqualTo(HEARTBEAT);
            node.socket().sendClose(1000, "driving off").join();
            assertThat(next(door.coordinator.closed)).isEqualTo("the peer closed: driving off");
        }
    }

    @Test
    void endsASessionWithAFrameThatIsTooLargeAndNamesTheLimit() throws Exception {
        var limits = WireLimits.DEFAULT.with(WireLimit.FRAME_BYTES, 100_000);
        try (var door = new Door(directory, limits);
                var node = RawNode.connect(door)) {
            greet(node, door);
            node.send(new byte[100_001]);

            assertThat(goodbye(node)).contains("frame-bytes").contains("100000");
            assertThat(next(node.closed)).startsWith("1009 limit frame-bytes");
            assertThat(next(door.coordinator.closed)).contains("frame-bytes");
        }
    }

    @Test
    void endsASessionWhoseFragmentsAreTooLargeTogether() throws Exception {
        var limits = WireLimits.DEFAULT.with(WireLimit.FRAME_BYTES, 100_000);
        try (var door = new Door(directory, limits);
                var node = RawNode.connect(door)) {
            greet(node, door);
            node.send(new byte[60_000], false);
            node.send(new byte[60_000], false);

            assertThat(goodbye(node)).contains("frame-bytes");
        }
    }

    @Test
    void answersGarbageWithAGoodbyeThatNamesTheField() throws Exception {
        try (var door = new Door(directory, WireLimits.DEFAULT)) {
            for (long seed = 0; seed < 20; seed++) {
                try (var node = RawNode.connect(door)) {
                    greet(node, door);
                    var noise = new byte[300];
                    new Random(seed).nextBytes(noise);
                    noise[0] = 10;
                    node.send(noise);

                    assertThat(goodbye(node)).matches("(?s)(frame|message|[a-z_.]+): .+");
                    assertThat(next(node.closed)).startsWith("1008 ");
                }
                next(door.coordinator.closed);
            }
            assertThat(door.coordinator.received).isEmpty();
        }
    }

    @Test
    void refusesText() throws Exception {
        try (var door = new Door(directory, WireLimits.DEFAULT);
                var node = RawNode.connect(door)) {
            greet(node, door);
            node.socket().sendText("hello?", true).join();

            assertThat(goodbye(node)).contains("binary");
        }
    }

    @Test
    void wantsTheHelloFirstAndOnce() throws Exception {
        try (var door = new Door(directory, WireLimits.DEFAULT);
                var rude = RawNode.connect(door);
                var forgetful = RawNode.connect(door)) {
            rude.send(frame(HEARTBEAT));
            assertThat(goodbye(rude)).contains("hello first").contains("Heartbeat");
            assertThat(door.coordinator.opened).isEmpty();

            greet(forgetful, door);
            forgetful.send(frame(Node.HELLO));
            assertThat(goodbye(forgetful)).contains("hello once");
        }
    }

    @Test
    void tellsANodeOfAnotherVersionWhatToUpgrade() throws Exception {
        try (var door = new Door(directory, WireLimits.DEFAULT)) {
            var fromTheFuture = new Node();
            door.client.connect(
                    door.endpoint, door.identity("new"), Node.hello(7, 9), fromTheFuture);

            assertThat(next(fromTheFuture.closed))
                    .contains("the node speaks 7 to 9")
                    .contains("upgrade the coordinator");
            assertThat(door.coordinator.opened).isEmpty();
            assertThat(door.coordinator.closed).isEmpty();
        }
    }

    @Test
    void waitsForTheHelloOnlySoLong() throws Exception {
        var limits = WireLimits.DEFAULT.with(WireLimit.FIRST_MESSAGE_MILLIS, 2_500);
        try (var door = new Door(directory, limits);
                var node = RawNode.connect(door)) {
            assertThat(goodbye(node)).contains("first-message-millis");
            assertThat(door.server.counts().refused())
                    .containsEntry(WireLimit.FIRST_MESSAGE_MILLIS, 1L);
        }
    }

    @Test
    void endsASessionThatIsSilent() throws Exception {
        var limits = WireLimits.DEFAULT.with(WireLimit.IDLE_MILLIS, 2_000);
        try (var door = new Door(directory, limits);
                var node = RawNode.connect(door)) {
            greet(node, door);

            assertThat(goodbye(node)).contains("idle-millis");
            assertThat(next(door.coordinator.closed)).contains("idle-millis");
        }
    }

    @Test
    void endsASessionWhoseBacklogGrowsTooLarge() throws Exception {
        var limits =
                WireLimits.DEFAULT
                        .with(WireLimit.WRITE_BACKLOG_BYTES, 40 << 20)
                        .with(WireLimit.SLOW_READER_MILLIS, 60_000);
        try (var door = new Door(directory, limits);
                var node = RawNode.deaf(door)) {
            node.send(frame(Node.HELLO));
            NodeSession session = next(door.coordinator.opened);
            assertThat(session.writable()).isTrue();
            var chunk = new CoordinatorMessage.Chunk(Digest.of(), 0, 1, new byte[1 << 20]);
            while (door.coordinator.closed.isEmpty()) {
                session.send(List.of(chunk));
                assertThat(session.writable()).isFalse();
            }
            assertThat(next(door.coordinator.closed)).contains("write-backlog-bytes");
        }
    }

    @Test
    void endsASessionThatReadsNothing() throws Exception {
        var limits =
                WireLimits.DEFAULT
                        .with(WireLimit.SLOW_READER_MILLIS, 300)
                        .with(WireLimit.IDLE_MILLIS, 8_000);
        try (var door = new Door(directory, limits);
                var node = RawNode.deaf(door)) {
            node.send(frame(Node.HELLO));
            NodeSession session = next(door.coordinator.opened);
            var chunk = new CoordinatorMessage.Chunk(Digest.of(), 0, 1, new byte[1 << 20]);
            for (int i = 0; i < 20; i++) {
                session.send(List.of(chunk));
            }
            while (door.coordinator.closed.isEmpty()) {
                node.send(frame(HEARTBEAT));
                Thread.sleep(20);
            }
            assertThat(next(door.coordinator.closed)).contains("slow-reader-millis");
        }
    }

    @Test
    void saysWhenASlowNodeHasCaughtUp() throws Exception {
        var writable = new LinkedBlockingQueue<NodeSession>();
        var coordinator =
                new Coordinator() {
                    @Override
                    public void writable(NodeSession session) {
                        writable.add(session);
                    }
                };
        try (var door = new Door(directory, WireLimits.DEFAULT, coordinator, Platform.best())) {
            var node = new Node();
            door.connect(node, door.identity("slow"));
            NodeSession session = next(coordinator.opened);
            var chunk = new CoordinatorMessage.Chunk(Digest.of(), 0, 1, new byte[1 << 20]);
            session.send(List.of(chunk, chunk));

            assertThat(next(writable)).isSameAs(session);
            assertThat(session.writable()).isTrue();
            assertThat(next(node.received, 2)).hasSize(2);
        }
    }

    @Test
    void makesTheNodeWaitWhileReadingIsOff() throws Exception {
        try (var door = new Door(directory, WireLimits.DEFAULT)) {
            var node = new Node();
            NodeLink link = door.connect(node, door.identity("fast"));
            next(node.welcomed);
            NodeSession session = next(door.coordinator.opened);
            session.reading(false);
            var lease = new Lease(new JobId(1), 0, 0, 0);
            var part = new NodeMessage.Partial(lease, 0, new byte[1 << 20]);
            for (int i = 0; i < 20; i++) {
                link.send(List.of(part));
            }
            assertThat(link.writable()).isFalse();

            session.reading(true);
            assertThat(next(door.coordinator.received, 20)).hasSize(20);
        }
    }

    @Test
    void refusesToSendWhatDoesNotFit() throws Exception {
        try (var door = new Door(directory, WireLimits.DEFAULT)) {
            var node = new Node();
            NodeLink link = door.connect(node, door.identity("big"));
            next(node.welcomed);
            var lease = new Lease(new JobId(1), 0, 0, 0);
            var part = new NodeMessage.Partial(lease, 0, new byte[4 << 20]);

            assertThatThrownBy(() -> link.send(List.of(part)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("frame-bytes");
        }
    }

    @Test
    void endsTheSessionWhenTheCoordinatorFailsOnIt() throws Exception {
        var coordinator =
                new Coordinator() {
                    @Override
                    public void received(NodeSession session, List<NodeMessage> messages) {
                        throw new IllegalStateException("a bug");
                    }
                };
        try (var door = new Door(directory, WireLimits.DEFAULT, coordinator, Platform.best())) {
            var node = new Node();
            NodeLink link = door.connect(node, door.identity("unlucky"));
            next(node.welcomed);
            link.send(List.of(HEARTBEAT));

            assertThat(next(node.closed)).isEqualTo("internal error");
            assertThat(next(coordinator.closed)).isEqualTo("internal error");
        }
    }

    @Test
    void saysGoodbyeWhenTheDoorCloses() throws Exception {
        var node = new Node();
        try (var client = new NodeClient(WireLimits.DEFAULT, 1);
                var door = new Door(directory, WireLimits.DEFAULT)) {
            client.connect(door.endpoint, door.identity("car"), Node.HELLO, node);
            next(node.welcomed);
            door.server.close();
            assertThat(next(node.closed)).contains("shuts down");
        }
    }

    @Test
    void aNodeWaitsForItsWelcomeOnlySoLong() throws Exception {
        var rude =
                new Coordinator() {
                    @Override
                    public void opened(NodeSession session) {}
                };
        var limits = WireLimits.DEFAULT.with(WireLimit.FIRST_MESSAGE_MILLIS, 300);
        try (var door = new Door(directory, WireLimits.DEFAULT, rude, Platform.best());
                var client = new NodeClient(limits, 1)) {
            var node = new Node();
            NodeLink link = client.connect(door.endpoint, door.identity("car"), Node.HELLO, node);
            assertThatThrownBy(() -> link.send(List.of(HEARTBEAT)))
                    .isInstanceOf(IllegalStateException.class);
            assertThat(next(node.closed)).contains("first-message-millis");
        }
    }

    private static void greet(RawNode node, Door door) throws InterruptedException {
        node.send(frame(Node.HELLO));
        assertThat(next(node.received))
                .isEqualTo(new CoordinatorMessage.Welcome(1, 3, Duration.ofSeconds(30), List.of()));
        next(door.coordinator.opened);
    }

    private static String goodbye(RawNode node) throws InterruptedException {
        CoordinatorMessage last = next(node.received);
        assertThat(last).isInstanceOf(CoordinatorMessage.Goodbye.class);
        return ((CoordinatorMessage.Goodbye) last).reason();
    }

    private static byte[] frame(NodeMessage message) {
        return CODEC.encode(List.of(message)).getFirst();
    }
}
