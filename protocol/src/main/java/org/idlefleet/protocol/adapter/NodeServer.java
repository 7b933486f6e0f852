package org.idlefleet.protocol.adapter;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;

import org.idlefleet.protocol.NodeMessage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The coordinator's door for nodes: one port, TLS 1.3, with the WebSocket {@code /node} for nodes
 * that have a certificate and EST (RFC 7030) for those that want one. Thread-safe.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a channel reports its failures to its handlers
public final class NodeServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(NodeServer.class);
    private static final int BACKLOG = 4_096;

    /** Time for all goodbyes together: a thread that shuts down closes its connections at once. */
    private static final int GOODBYE_SECONDS = 3;

    private final NodeDoor door;
    private final Admission admission;
    private final ServerTls tls;
    private final EventLoopGroup threads;
    private final Channel listener;

    /**
     * Where and how to listen.
     *
     * @param address port 0 takes a free one, see {@link NodeServer#address}
     * @param names host names and IP addresses under which nodes reach the door
     * @param threads network threads
     */
    public record Settings(
            InetSocketAddress address, List<String> names, int threads, WireLimits limits) {
        public Settings {
            names = List.copyOf(names);
            if (threads < 1) {
                throw new IllegalArgumentException(
                        "a door has a thread at least, found " + threads);
            }
        }
    }

    /**
     * What the coordinator hears. For one session the calls come in order and one at a time, on a
     * network thread, so they must not block; for different sessions they come on several threads.
     */
    public interface Handler {
        /** A node is there and has said hello; answer with a welcome. */
        void opened(NodeSession session);

        /** What the node said, in order; never empty, and never a hello. */
        void received(NodeSession session, List<NodeMessage> messages);

        /** The session is over; once for each that was opened. Nothing is received afterwards. */
        void closed(NodeSession session, String reason);

        /** A session that was not writable is again. */
        default void writable(NodeSession session) {}
    }

    /**
     * What the door counts, for metrics.
     *
     * @param sessions nodes connected
     * @param connections all connections
     * @param unknown connections of peers that we do not know yet
     * @param refused how often each limit ended a connection, since start
     */
    public record Counts(
            int sessions, long connections, long unknown, Map<WireLimit, Long> refused) {
        public Counts {
            refused = Map.copyOf(refused);
        }
    }

    private NodeServer(
            NodeDoor door,
            Admission admission,
            ServerTls tls,
            EventLoopGroup threads,
            Channel listener) {
        this.door = door;
        this.admission = admission;
        this.tls = tls;
        this.threads = threads;
        this.listener = listener;
    }

    /** Opens the door; a port that is taken is an {@link IOException}. */
    public static NodeServer start(
            Settings settings, CertificateAuthority authority, EnrolmentDesk desk, Handler handler)
            throws IOException {
        return start(settings, authority, desk, handler, Platform.best());
    }

    static NodeServer start(
            Settings settings,
            CertificateAuthority authority,
            EnrolmentDesk desk,
            Handler handler,
            Platform platform)
            throws IOException {
        WireLimits limits = settings.limits();
        var door = new NodeDoor(limits, authority, handler);
        var admission = new Admission(limits, System::nanoTime);
        var tls = new ServerTls(authority, settings.names(), platform.tls(), limits);
        EventLoopGroup threads = platform.threads("node-door", settings.threads());
        var bind =
                new ServerBootstrap()
                        .group(threads)
                        .channel(platform.server())
                        .option(ChannelOption.SO_BACKLOG, BACKLOG)
                        .option(ChannelOption.SO_REUSEADDR, true)
                        .childOption(ChannelOption.TCP_NODELAY, true)
                        .childOption(
                                ChannelOption.WRITE_BUFFER_WATER_MARK,
                                new WriteBufferWaterMark(
                                        limits.count(WireLimit.WRITE_HIGH_BYTES) / 2,
                                        limits.count(WireLimit.WRITE_HIGH_BYTES)))
                        .childHandler(
                                new Entrance(door, admission, tls, new EstDoor(authority, desk)))
                        .bind(settings.address())
                        .awaitUninterruptibly();
        if (!bind.isSuccess()) {
            threads.shutdownGracefully(0, 1, TimeUnit.SECONDS);
            tls.close();
            throw new IOException(
                    "the node door can't listen on "
                            + settings.address()
                            + " ("
                            + bind.cause().getMessage()
                            + "); choose another port or stop what holds it",
                    bind.cause());
        }
        LOG.info("node door on {} ({})", bind.channel().localAddress(), platform);
        return new NodeServer(door, admission, tls, threads, bind.channel());
    }

    /** Where the door listens. */
    public InetSocketAddress address() {
        return (InetSocketAddress) listener.localAddress();
    }

    /** Bars these nodes and keys, in place of those barred before, and ends their sessions. */
    public void deny(DenySet barred) {
        door.deny(barred);
    }

    public Counts counts() {
        return new Counts(
                door.sessions(), admission.connections(), admission.unknown(), admission.refused());
    }

    /** Says goodbye to every node and closes; waits some seconds at most. */
    @Override
    public void close() {
        listener.close().awaitUninterruptibly();
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(GOODBYE_SECONDS);
        for (ChannelFuture closed :
                door.endAll("the coordinator shuts down; come back in a moment")) {
            closed.awaitUninterruptibly(end - System.nanoTime(), TimeUnit.NANOSECONDS);
        }
        threads.shutdownGracefully(100, 2_000, TimeUnit.MILLISECONDS).awaitUninterruptibly();
        tls.close();
    }

    /** Builds the pipeline of each new connection, if it may stay. */
    private static final class Entrance extends ChannelInitializer<Channel> {
        private final NodeDoor door;
        private final Admission admission;
        private final ServerTls tls;
        private final EstDoor est;

        Entrance(NodeDoor door, Admission admission, ServerTls tls, EstDoor est) {
            this.door = door;
            this.admission = admission;
            this.tls = tls;
            this.est = est;
        }

        @Override
        protected void initChannel(Channel channel) throws IOException {
            var remote = (InetSocketAddress) channel.remoteAddress();
            if (remote == null) {
                channel.close();
                return;
            }
            switch (admission.enter(remote.getAddress())) {
                case Admission.Entry.Refused refused -> {
                    LOG.debug("{}: {}", remote, door.limits().met(refused.limit()));
                    channel.close();
                }
                case Admission.Ticket ticket -> admit(channel, ticket);
            }
        }

        private void admit(Channel channel, Admission.Ticket ticket) throws IOException {
            WireLimits limits = door.limits();
            int head = limits.count(WireLimit.HTTP_HEAD_BYTES);
            var guard = new PreAuthGuard(limits, admission, ticket);
            var http =
                    new HttpDecoderConfig()
                            .setMaxInitialLineLength(head)
                            .setMaxHeaderSize(head)
                            .setMaxChunkSize(limits.count(WireLimit.HTTP_BODY_BYTES));
            channel.pipeline()
                    .addLast("guard", guard)
                    .addLast("tls", tls.handler(channel.alloc()))
                    .addLast("http", new HttpServerCodec(http))
                    .addLast(
                            "body",
                            new HttpObjectAggregator(limits.count(WireLimit.HTTP_BODY_BYTES), true))
                    .addLast("door", new DoorHandler(door, est, guard));
        }
    }
}
