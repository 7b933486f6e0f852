package org.idlefleet.protocol.adapter;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;

import org.idlefleet.protocol.CoordinatorMessage;
import org.idlefleet.protocol.NodeMessage;
import org.jspecify.annotations.Nullable;

import java.util.concurrent.TimeUnit;

import javax.net.ssl.SSLException;

/**
 * The node's way to its coordinator. One client serves any number of links. It connects once and
 * does not repair: when to try again is for the caller. Thread-safe.
 */
public final class NodeClient implements AutoCloseable {
    private final WireLimits limits;
    private final Platform platform;
    private final EventLoopGroup threads;
    private final WireCodec<CoordinatorMessage> fromCoordinator;
    private final WireCodec<NodeMessage> toCoordinator;
    private final Traffic traffic = new Traffic();
    private @Nullable NodeIdentity identity;
    private @Nullable SslContext context;

    /**
     * A client with network threads of its own.
     *
     * @param threads network threads; one serves thousands of links
     */
    public NodeClient(WireLimits limits, int threads) {
        this(limits, threads, Platform.best());
    }

    NodeClient(WireLimits limits, int threads, Platform platform) {
        this.limits = limits;
        this.platform = platform;
        this.threads = platform.threads("node-uplink", threads);
        this.fromCoordinator = WireCodec.ofCoordinator(limits);
        this.toCoordinator = WireCodec.ofNode(limits);
    }

    /**
     * Begins a link; what becomes of it, a failure too, is told to {@code handler}.
     *
     * @param as who the node is and whom it trusts
     */
    public NodeLink connect(
            Endpoint endpoint, NodeIdentity as, NodeMessage.Hello hello, NodeLink.Handler handler) {
        var link = new ClientLink(handler);
        ChannelFuture connecting =
                new Bootstrap()
                        .group(threads)
                        .channel(platform.client())
                        .option(ChannelOption.TCP_NODELAY, true)
                        .option(
                                ChannelOption.CONNECT_TIMEOUT_MILLIS,
                                limits.count(WireLimit.HANDSHAKE_MILLIS))
                        .handler(new Pipeline(endpoint, as, hello, link))
                        .connect(endpoint.host(), endpoint.port());
        link.on(connecting.channel());
        connecting.addListener(done -> {
            if (!done.isSuccess()) {
                link.failed(
                        "can't reach the coordinator at "
                                + endpoint
                                + ": "
                                + done.cause().getMessage());
            }
        });
        return link;
    }

    /** Bytes that all links together sent so far, TLS and all. */
    public long sentBytes() {
        return traffic.sent();
    }

    /** Bytes that all links together received so far, TLS and all. */
    public long receivedBytes() {
        return traffic.received();
    }

    /** Closes every link at once. */
    @Override
    public void close() {
        threads.shutdownGracefully(50, 2_000, TimeUnit.MILLISECONDS).awaitUninterruptibly();
        synchronized (this) {
            ReferenceCountUtil.release(context);
            context = null;
            identity = null;
        }
    }

    private synchronized SslHandler tls(Channel channel, Endpoint endpoint, NodeIdentity as)
            throws SSLException {
        SslContext current = context;
        if (current == null || !as.equals(identity)) {
            ReferenceCountUtil.release(current);
            current =
                    SslContextBuilder.forClient()
                            .sslProvider(platform.tls())
                            .protocols("TLSv1.3")
                            .keyManager(as.credentials().key(), as.credentials().chain())
                            .keyStoreType(Credentials.KEY_STORE)
                            .trustManager(Trust.in(as.authorities()))
                            .endpointIdentificationAlgorithm("HTTPS")
                            .build();
            context = current;
            identity = as;
        }
        SslHandler handler = current.newHandler(channel.alloc(), endpoint.host(), endpoint.port());
        handler.setHandshakeTimeoutMillis(limits.get(WireLimit.HANDSHAKE_MILLIS));
        return handler;
    }

    private final class Pipeline extends ChannelInitializer<Channel> {
        private final Endpoint endpoint;
        private final NodeIdentity as;
        private final NodeMessage.Hello hello;
        private final ClientLink link;

        Pipeline(Endpoint endpoint, NodeIdentity as, NodeMessage.Hello hello, ClientLink link) {
            this.endpoint = endpoint;
            this.as = as;
            this.hello = hello;
            this.link = link;
        }

        @Override
        protected void initChannel(Channel channel) throws SSLException {
            channel.pipeline()
                    .addLast("traffic", traffic)
                    .addLast("tls", tls(channel, endpoint, as))
                    .addLast("http", new HttpClientCodec())
                    .addLast(
                            "body",
                            new HttpObjectAggregator(limits.count(WireLimit.HTTP_BODY_BYTES)))
                    .addLast("upgrade", new ClientUpgrade(endpoint, link, limits, this::peer));
        }

        private ClientPeer peer(Channel channel) {
            return new ClientPeer(channel, link, hello, fromCoordinator, toCoordinator, limits);
        }
    }
}
