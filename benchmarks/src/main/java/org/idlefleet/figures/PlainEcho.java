package org.idlefleet.figures;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;

import org.idlefleet.protocol.NodeId;
import org.idlefleet.protocol.OwnerId;
import org.idlefleet.protocol.adapter.CertificateAuthority;

import java.io.IOException;
import java.net.InetAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/** The peer of {@link WireFigures}: Netty, mutual TLS 1.3, frames of one size, nothing else. */
@SuppressWarnings("FutureReturnValueIgnored") // a channel reports its failures to its handlers
final class PlainEcho {
    private static final int CONNECTING = 64;

    private final LongAdder answered = new LongAdder();
    private final int window;
    private final int frameBytes;

    private PlainEcho(int window, int frameBytes) {
        this.window = window;
        this.frameBytes = frameBytes;
    }

    static double perCpuSecond(
            CertificateAuthority authority,
            int connections,
            int window,
            int frameBytes,
            Duration warm,
            Duration measured)
            throws IOException, InterruptedException {
        var echo = new PlainEcho(window, frameBytes);
        var tls = OpenSsl.isAvailable() ? SslProvider.OPENSSL : SslProvider.JDK;
        var own = authority.issueServer(List.of("127.0.0.1"));
        var node = authority.issueIdentity(new OwnerId("ann"), new NodeId("echo")).credentials();
        SslContext server =
                SslContextBuilder.forServer(own.key(), own.chain())
                        .sslProvider(tls)
                        .protocols("TLSv1.3")
                        .clientAuth(ClientAuth.REQUIRE)
                        .trustManager(authority.certificate())
                        .build();
        SslContext client =
                SslContextBuilder.forClient()
                        .sslProvider(tls)
                        .protocols("TLSv1.3")
                        .keyManager(node.key(), node.chain())
                        .trustManager(authority.certificate())
                        .build();
        EventLoopGroup serverThread = thread();
        EventLoopGroup clientThread = thread();
        try {
            boolean epoll = Epoll.isAvailable();
            Channel listener =
                    new ServerBootstrap()
                            .group(serverThread)
                            .channel(
                                    epoll
                                            ? EpollServerSocketChannel.class
                                            : NioServerSocketChannel.class)
                            .childHandler(echo.pipeline(server, false))
                            .bind(InetAddress.getLoopbackAddress(), 0)
                            .sync()
                            .channel();
            var bootstrap =
                    new Bootstrap()
                            .group(clientThread)
                            .channel(epoll ? EpollSocketChannel.class : NioSocketChannel.class)
                            .handler(echo.pipeline(client, true));
            for (Channel channel : connect(bootstrap, listener.localAddress(), connections)) {
                channel.eventLoop().execute(() -> echo.begin(channel));
            }
            return WireFigures.perCpuSecond(echo.answered, warm, measured);
        } finally {
            clientThread.shutdownGracefully(0, 1, TimeUnit.SECONDS).sync();
            serverThread.shutdownGracefully(0, 1, TimeUnit.SECONDS).sync();
        }
    }

    /** Some at a time: the listener's queue is short. */
    private static List<Channel> connect(Bootstrap bootstrap, SocketAddress to, int connections)
            throws InterruptedException {
        var channels = new ArrayList<Channel>(connections);
        while (channels.size() < connections) {
            int from = channels.size();
            for (int i = from; i < Math.min(connections, from + CONNECTING); i++) {
                channels.add(bootstrap.connect(to).sync().channel());
            }
            for (Channel channel : channels.subList(from, channels.size())) {
                channel.pipeline().get(SslHandler.class).handshakeFuture().sync();
            }
        }
        return channels;
    }

    private void begin(Channel channel) {
        for (int i = 0; i < window; i++) {
            ByteBuf frame = channel.alloc().buffer(frameBytes);
            channel.write(frame.writeInt(frameBytes - 4).writeZero(frameBytes - 4));
        }
        channel.flush();
    }

    private static EventLoopGroup thread() {
        return new MultiThreadIoEventLoopGroup(
                1, Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
    }

    private ChannelInitializer<Channel> pipeline(SslContext tls, boolean client) {
        return new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel channel) {
                SslHandler handler =
                        client
                                ? tls.newHandler(channel.alloc(), "127.0.0.1", 0)
                                : tls.newHandler(channel.alloc());
                channel.pipeline()
                        .addLast(handler)
                        .addLast(new LengthFieldBasedFrameDecoder(1 << 20, 0, 4))
                        .addLast(new Echo(client));
            }
        };
    }

    private final class Echo extends ChannelInboundHandlerAdapter {
        private final boolean client;

        Echo(boolean client) {
            this.client = client;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object frame) {
            if (client) {
                answered.increment();
            }
            context.write(frame);
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext context) {
            context.flush();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            context.close();
        }
    }
}
