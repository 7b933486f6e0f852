package org.idlefleet.protocol.adapter;

import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.concurrent.DefaultThreadFactory;

/**
 * What the wire runs on here: sockets and TLS.
 *
 * @param tls BoringSSL where it loads, the JDK's elsewhere
 */
record Platform(
        IoHandlerFactory io,
        Class<? extends ServerChannel> server,
        Class<? extends Channel> client,
        SslProvider tls) {

    /** The fastest that loads: epoll and BoringSSL. */
    static Platform best() {
        Platform plain = plain();
        SslProvider tls = OpenSsl.isAvailable() ? SslProvider.OPENSSL_REFCNT : plain.tls();
        return Epoll.isAvailable()
                ? new Platform(
                        EpollIoHandler.newFactory(),
                        EpollServerSocketChannel.class,
                        EpollSocketChannel.class,
                        tls)
                : new Platform(plain.io(), plain.server(), plain.client(), tls);
    }

    /** What every Java has: NIO and the JDK's TLS. */
    static Platform plain() {
        return new Platform(
                NioIoHandler.newFactory(),
                NioServerSocketChannel.class,
                NioSocketChannel.class,
                SslProvider.JDK);
    }

    EventLoopGroup threads(String name, int threads) {
        return new MultiThreadIoEventLoopGroup(threads, new DefaultThreadFactory(name, true), io);
    }

    @Override
    public String toString() {
        return client.getSimpleName().replace("SocketChannel", "") + " and " + tls + " TLS";
    }
}
