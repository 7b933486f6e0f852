package org.idlefleet.protocol.adapter;

import io.netty.channel.ChannelFuture;

import org.idlefleet.protocol.CoordinatorMessage;
import org.idlefleet.protocol.NodeMessage;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** What all connections of one {@link NodeServer} share. Thread-safe. */
final class NodeDoor {
    static final String DENIED = "this node is barred; ask the operator of the coordinator";

    private final WireLimits limits;
    private final CertificateAuthority authority;
    private final NodeServer.Handler handler;
    private final WireCodec<NodeMessage> fromNodes;
    private final WireCodec<CoordinatorMessage> toNodes;
    private final Map<Long, ServerPeer> sessions = new ConcurrentHashMap<>();
    private final AtomicLong opened = new AtomicLong();
    private volatile DenySet denied = DenySet.NONE;

    NodeDoor(WireLimits limits, CertificateAuthority authority, NodeServer.Handler handler) {
        this.limits = limits;
        this.authority = authority;
        this.handler = handler;
        this.fromNodes = WireCodec.ofNode(limits);
        this.toNodes = WireCodec.ofCoordinator(limits);
    }

    WireLimits limits() {
        return limits;
    }

    NodeServer.Handler handler() {
        return handler;
    }

    WireCodec<NodeMessage> fromNodes() {
        return fromNodes;
    }

    WireCodec<CoordinatorMessage> toNodes() {
        return toNodes;
    }

    Instant now() {
        return authority.clock().instant();
    }

    /** Counts a session in; its number. */
    long opening(ServerPeer peer) {
        long number = opened.incrementAndGet();
        sessions.put(number, peer);
        return number;
    }

    void ending(ServerPeer peer) {
        sessions.remove(peer.number(), peer);
    }

    int sessions() {
        return sessions.size();
    }

    /** Bars these from now on, in place of those before, and ends their sessions. */
    void deny(DenySet barred) {
        denied = barred;
        for (ServerPeer peer : sessions.values()) {
            if (barred.contains(peer.identity())) {
                peer.end(DENIED);
            }
        }
    }

    boolean denies(PeerIdentity identity) {
        return denied.contains(identity);
    }

    /** Ends every session with this reason; each future is done when its connection is closed. */
    List<ChannelFuture> endAll(String reason) {
        List<ServerPeer> ending = List.copyOf(sessions.values());
        ending.forEach(peer -> peer.end(reason));
        return ending.stream().map(peer -> peer.channel().closeFuture()).toList();
    }
}
