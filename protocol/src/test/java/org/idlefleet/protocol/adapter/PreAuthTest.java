package org.idlefleet.protocol.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

class PreAuthTest {
    private static final byte[] RECORD = {22, 3, 1, 64, 0, 1};

    private final Admission admission = new Admission(WireLimits.DEFAULT, System::nanoTime);
    private final List<Object> events = new ArrayList<>();

    @TempDir Path directory;

    @Test
    void letsSoManyBytesThroughAndClosesOnMore() {
        EmbeddedChannel channel = guarded(WireLimits.DEFAULT.with(WireLimit.PREAUTH_BYTES, 100));
        assertThat(channel.writeInbound(tls(60))).isTrue();
        channel.releaseInbound();

        assertThat(channel.writeInbound(tls(41))).isFalse();

        assertThat(events).containsExactly(new PreAuthGuard.LimitMet(WireLimit.PREAUTH_BYTES));
        assertThat(admission.refused()).containsEntry(WireLimit.PREAUTH_BYTES, 1L);
        assertThat(channel.writeInbound(tls(1))).isFalse();
        pass(channel, WireLimit.CLOSE_MILLIS);
        assertThat(channel.isOpen()).isFalse();
        assertThat(admission.connections()).isZero();
    }

    @Test
    void closesOnAPeerThatStaysUnknown() {
        EmbeddedChannel channel = guarded(WireLimits.DEFAULT);
        channel.writeInbound(tls(10));

        pass(channel, WireLimit.FIRST_MESSAGE_MILLIS);
        assertThat(events)
                .containsExactly(new PreAuthGuard.LimitMet(WireLimit.FIRST_MESSAGE_MILLIS));
        pass(channel, WireLimit.CLOSE_MILLIS);

        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void countsNothingOnceThePeerIsKnown() {
        EmbeddedChannel channel = guarded(WireLimits.DEFAULT.with(WireLimit.PREAUTH_BYTES, 100));
        var guard = channel.pipeline().get(PreAuthGuard.class);
        guard.known(channel.pipeline().context(guard));

        assertThat(channel.writeInbound(tls(5_000))).isTrue();
        pass(channel, WireLimit.FIRST_MESSAGE_MILLIS);
        pass(channel, WireLimit.CLOSE_MILLIS);

        assertThat(channel.isOpen()).isTrue();
        assertThat(events).isEmpty();
        assertThat(admission.unknown()).isZero();
    }

    @Test
    void tellsAPeerWithoutTlsWhatThePortSpeaks() {
        EmbeddedChannel channel = guarded(WireLimits.DEFAULT);

        assertThat(channel.writeInbound(Unpooled.copiedBuffer("GET / HTTP/1.1", US_ASCII)))
                .isFalse();

        ByteBuf answer = channel.readOutbound();
        assertThat(answer.toString(US_ASCII)).startsWith("HTTP/1.1 400 ").contains("TLS 1.3");
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void hangsUpOnAHandshakeThatTrickles() throws Exception {
        var limits = WireLimits.DEFAULT.with(WireLimit.HANDSHAKE_MILLIS, 300);
        try (var door = new Door(directory, limits);
                Socket socket = socket(door)) {
            socket.getOutputStream().write(RECORD);
            assertThat(hungUp(socket)).isTrue();
        }
    }

    @Test
    void hangsUpOnABodyThatTrickles() throws Exception {
        var limits = WireLimits.DEFAULT.with(WireLimit.FIRST_MESSAGE_MILLIS, 2_500);
        try (var door = new Door(directory, limits)) {
            var tls = EnrolmentClient.tls(List.of(door.authority.certificate()), null);
            try (Socket socket =
                    tls.getSocketFactory().createSocket("127.0.0.1", door.endpoint.port())) {
                socket.getOutputStream()
                        .write(
                                ("POST /.well-known/est/simpleenroll HTTP/1.1\r\n"
                                                + "Host: x\r\nContent-Length: 900\r\n\r\nAAAA")
                                        .getBytes(US_ASCII));
                String answer = new String(socket.getInputStream().readAllBytes(), US_ASCII);
                assertThat(answer).startsWith("HTTP/1.1 408 ").contains("first-message-millis");
            }
        }
    }

    @Test
    void refusesARequestHeadThatIsTooLarge() throws Exception {
        try (var door = new Door(directory, WireLimits.DEFAULT)) {
            var tls = EnrolmentClient.tls(List.of(door.authority.certificate()), null);
            try (Socket socket =
                    tls.getSocketFactory().createSocket("127.0.0.1", door.endpoint.port())) {
                String head = "GET /node HTTP/1.1\r\nX-Long: " + "x".repeat(9_000) + "\r\n\r\n";
                socket.getOutputStream().write(head.getBytes(US_ASCII));
                String answer = new String(socket.getInputStream().readAllBytes(), US_ASCII);
                assertThat(answer).startsWith("HTTP/1.1 400 ").contains("http-head-bytes");
            }
        }
    }

    @Test
    void anAddressThatHoldsTooManyConnectionsIsHungUpOnAtOnce() throws Exception {
        var limits = WireLimits.DEFAULT.with(WireLimit.ADDRESS_UNAUTHENTICATED, 2);
        try (var door = new Door(directory, limits);
                Socket first = socket(door);
                Socket second = socket(door)) {
            first.getOutputStream().write(RECORD);
            second.getOutputStream().write(RECORD);
            try (Socket third = socket(door)) {
                assertThat(hungUp(third)).isTrue();
            }
            assertThat(door.server.counts().refused())
                    .containsEntry(WireLimit.ADDRESS_UNAUTHENTICATED, 1L);
            assertThat(door.server.counts().unknown()).isEqualTo(2);
        }
    }

    @Test
    void saysThatAPortIsTaken() throws Exception {
        try (var door = new Door(directory, WireLimits.DEFAULT)) {
            var settings =
                    new NodeServer.Settings(
                            door.server.address(), List.of("localhost"), 1, WireLimits.DEFAULT);
            assertThatThrownBy(() ->
                            NodeServer.start(
                                    settings, door.authority, door.desk, new Coordinator()))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("" + door.endpoint.port())
                    .hasMessageContaining("choose another port");
        }
    }

    @Test
    void aNodeIsToldThatNobodyAnswers() throws Exception {
        int port;
        NodeIdentity identity;
        try (var door = new Door(directory, WireLimits.DEFAULT)) {
            port = door.endpoint.port();
            identity = door.identity("car");
        }
        var node = new Node();
        try (var client = new NodeClient(WireLimits.DEFAULT, 1)) {
            client.connect(new Endpoint("127.0.0.1", port), identity, Node.HELLO, node);
            assertThat(Coordinator.next(node.closed))
                    .contains("can't reach the coordinator at 127.0.0.1:" + port);
        }
    }

    @Test
    void everyLimitHasANameOfItsOwnAndCanBeSetByIt() {
        for (WireLimit limit : WireLimit.values()) {
            WireLimits changed = WireLimits.DEFAULT.with(limit.label(), 7);
            assertThat(changed.get(limit)).isEqualTo(7);
            assertThat(changed.met(limit)).contains(limit.label()).contains("7 " + limit.unit());
        }
        assertThatThrownBy(() -> WireLimits.DEFAULT.with("frame-size", 7))
                .hasMessageContaining("'frame-size'")
                .hasMessageContaining("frame-bytes");
        assertThatThrownBy(() -> WireLimits.DEFAULT.with("frame-bytes", 0))
                .hasMessageContaining("frame-bytes");
    }

    @Test
    void everyLimitStandsInTheDocumentWithItsDefault() throws IOException {
        String document = Files.readString(Path.of("..", "docs", "wire.md"));
        for (WireLimit limit : WireLimit.values()) {
            assertThat(document)
                    .contains(
                            String.format(
                                    Locale.ROOT,
                                    "| `%s` | %,d | %s |",
                                    limit.label(),
                                    limit.byDefault(),
                                    limit.bounds()));
        }
    }

    @Test
    void readsEndpoints() {
        assertThat(Endpoint.parse("cars.example")).isEqualTo(new Endpoint("cars.example", 7443));
        assertThat(Endpoint.parse("[::1]:9")).isEqualTo(new Endpoint("::1", 9));
        assertThat(Endpoint.parse("[::1]:9")).hasToString("[::1]:9");
        assertThat(Endpoint.parse("wss://10.0.0.1:80/node"))
                .isEqualTo(new Endpoint("10.0.0.1", 80));
        for (String wrong : List.of("", "http://x", "a b", "x:99999", "ws://x:1")) {
            assertThatThrownBy(() -> Endpoint.parse(wrong))
                    .as(wrong)
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    private EmbeddedChannel guarded(WireLimits limits) {
        Admission.Entry entry = admission.enter(InetAddress.getLoopbackAddress());
        var channel = new EmbeddedChannel();
        channel.freezeTime();
        channel.pipeline()
                .addLast(new PreAuthGuard(limits, admission, (Admission.Ticket) entry))
                .addLast(
                        new ChannelInboundHandlerAdapter() {
                            @Override
                            public void userEventTriggered(
                                    ChannelHandlerContext context, Object event) {
                                events.add(event);
                            }
                        });
        return channel;
    }

    private static void pass(EmbeddedChannel channel, WireLimit time) {
        channel.advanceTimeBy(time.byDefault(), TimeUnit.MILLISECONDS);
        channel.runScheduledPendingTasks();
        channel.runPendingTasks();
    }

    private static ByteBuf tls(int bytes) {
        var data = new byte[bytes];
        data[0] = 22;
        return Unpooled.wrappedBuffer(data);
    }

    private static Socket socket(Door door) throws IOException {
        return new Socket(InetAddress.getLoopbackAddress(), door.endpoint.port());
    }

    /** Whether the other side ends the connection, by whatever means. */
    private static boolean hungUp(Socket socket) {
        try {
            socket.setSoTimeout(20_000);
            socket.getInputStream().readAllBytes();
            return true;
        } catch (SocketTimeoutException _) {
            return false;
        } catch (IOException _) {
            return true;
        }
    }
}
