package org.idlefleet.protocol.adapter;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.ReferenceCountUtil;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

import javax.net.ssl.SSLException;

/**
 * The TLS of a door: TLS 1.3 only, the client's certificate optional but, if sent, of our authority
 * and valid, or ended so lately that it may be renewed. The door's own certificate is renewed on
 * the way, when a connection finds it two thirds over. Thread-safe.
 */
final class ServerTls implements AutoCloseable {
    private final CertificateAuthority authority;
    private final List<String> names;
    private final SslProvider provider;
    private final long handshakeMillis;
    private final Duration grace;
    private SslContext context;
    private Instant renewAt;
    private boolean closed;

    ServerTls(
            CertificateAuthority authority,
            List<String> names,
            SslProvider provider,
            WireLimits limits)
            throws SSLException {
        this.authority = authority;
        this.names = names;
        this.provider = provider;
        this.handshakeMillis = limits.get(WireLimit.HANDSHAKE_MILLIS);
        this.grace = limits.time(WireLimit.RENEWAL_GRACE_MILLIS);
        Credentials credentials = authority.issueServer(names);
        this.context = context(credentials);
        this.renewAt = Lifetime.renewAt(credentials.certificate());
    }

    /** TLS for a new connection. */
    synchronized SslHandler handler(ByteBufAllocator allocator) throws SSLException {
        if (closed) {
            throw new SSLException("the door is closed");
        }
        if (!authority.clock().instant().isBefore(renewAt)) {
            Credentials credentials = authority.issueServer(names);
            SslContext renewed = context(credentials);
            ReferenceCountUtil.release(context);
            context = renewed;
            renewAt = Lifetime.renewAt(credentials.certificate());
        }
        SslHandler handler = context.newHandler(allocator);
        handler.setHandshakeTimeoutMillis(handshakeMillis);
        return handler;
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            ReferenceCountUtil.release(context);
        }
    }

    private SslContext context(Credentials credentials) throws SSLException {
        return SslContextBuilder.forServer(credentials.key(), credentials.chain())
                .keyStoreType(Credentials.KEY_STORE)
                .sslProvider(provider)
                .protocols("TLSv1.3")
                .clientAuth(ClientAuth.OPTIONAL)
                .trustManager(Trust.in(List.of(authority.certificate()), grace, authority.clock()))
                .build();
    }
}
