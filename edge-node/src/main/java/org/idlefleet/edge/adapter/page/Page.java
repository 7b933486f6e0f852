package org.idlefleet.edge.adapter.page;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.timeout.ReadTimeoutHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.GlobalEventExecutor;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A small server for the owner's page, on the loopback addresses only. One thread serves it; a
 * browser that hangs can take nothing from the node but that thread's time.
 */
public final class Page implements AutoCloseable {
    /** Connections at a time; further ones are closed at once. A browser opens six. */
    static final int CONNECTIONS_MAX = 32;

    /** Bytes of a request's body; a larger one is refused with 413. */
    static final int BODY_BYTES_MAX = 64 * 1024;

    /** Seconds after which a connection on which nothing comes is closed. */
    static final int IDLE_SECONDS_MAX = 60;

    private static final Logger LOG = LoggerFactory.getLogger(Page.class);

    /** A loop of Netty's that waits for no moment at all looks up once a second. */
    private static final int FAR_AWAY_DAYS = 36_500;

    private final EventLoopGroup thread =
            new MultiThreadIoEventLoopGroup(
                    1, new DefaultThreadFactory("edge-page", true), NioIoHandler.newFactory());
    private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private final PageAddress address;

    private Page(int port, Path file, Map<String, Route> routes) throws IOException {
        try {
            int taken = bind(port, routes, file);
            var _ = thread.schedule(() -> {}, FAR_AWAY_DAYS, TimeUnit.DAYS);
            address = PageAddress.read(file).orElseThrow();
            LOG.info(
                    "the owner's page is at http://127.0.0.1:{}; 'idlefleet edge page' opens it",
                    taken);
        } catch (IOException | RuntimeException e) {
            close();
            throw e;
        }
    }

    /**
     * Starts it.
     *
     * @param port if another program has it, any free one is taken; 0 means any
     * @param file where {@link PageAddress} is kept
     * @param routes what is answered, by method and path such as {@code GET /api/status}; called by
     *     the page's thread
     */
    public static Page start(int port, Path file, Map<String, Route> routes) throws IOException {
        return new Page(port, file, routes);
    }

    /** Where it is. */
    public PageAddress address() {
        return address;
    }

    private int bind(int port, Map<String, Route> routes, Path file) throws IOException {
        String token = PageAddress.token(file, new SecureRandom());
        var gate = new PageGate();
        ServerBootstrap server =
                new ServerBootstrap()
                        .group(thread)
                        .channel(NioServerSocketChannel.class)
                        .childHandler(new Pipeline(gate, routes));
        Channel bound = bind(server, "127.0.0.1", port);
        bound = bound == null ? bind(server, "127.0.0.1", 0) : bound;
        if (bound == null) {
            throw new IOException("no port of 127.0.0.1 can be listened on");
        }
        int taken = ((InetSocketAddress) bound.localAddress()).getPort();
        // Where a machine has no IPv6, or another program this port of it, 127.0.0.1 will do.
        bind(server, "::1", taken);
        var opened = new PageAddress(taken, token);
        opened.write(file);
        gate.open(opened);
        return taken;
    }

    private static @org.jspecify.annotations.Nullable Channel bind(
            ServerBootstrap server, String host, int port) {
        var future = server.bind(new InetSocketAddress(host, port)).awaitUninterruptibly();
        return future.isSuccess() ? future.channel() : null;
    }

    @Override
    public void close() {
        var _ = connections.close();
        thread.shutdownGracefully(0, 1_000, TimeUnit.MILLISECONDS).awaitUninterruptibly();
    }

    private final class Pipeline extends ChannelInitializer<Channel> {
        private final PageGate gate;
        private final Map<String, Route> routes;

        Pipeline(PageGate gate, Map<String, Route> routes) {
            this.gate = gate;
            this.routes = routes;
        }

        @Override
        protected void initChannel(Channel channel) {
            if (connections.size() >= CONNECTIONS_MAX) {
                var _ = channel.close();
                return;
            }
            connections.add(channel);
            channel.pipeline()
                    .addLast(new ReadTimeoutHandler(IDLE_SECONDS_MAX))
                    .addLast(new HttpServerCodec(4096, 8192, 8192))
                    .addLast(new HttpObjectAggregator(BODY_BYTES_MAX))
                    .addLast(new PageDoor(gate, routes));
        }
    }
}
