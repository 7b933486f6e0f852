package org.idlefleet.protocol.adapter;

import io.netty.channel.Channel;

import org.idlefleet.protocol.CoordinatorMessage;
import org.idlefleet.protocol.NodeMessage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/** A node's link from the attempt to its end: connecting, upgrading, welcomed, over. */
final class ClientLink implements NodeLink {
    private static final Logger LOG = LoggerFactory.getLogger(ClientLink.class);

    private final Handler handler;
    private final AtomicBoolean over = new AtomicBoolean();
    private volatile @Nullable Channel channel;
    private volatile @Nullable ClientPeer peer;
    private volatile boolean welcomed;

    ClientLink(Handler handler) {
        this.handler = handler;
    }

    /** There is a channel, not yet connected. */
    void on(Channel connecting) {
        channel = connecting;
        if (over.get()) {
            var _ = connecting.close();
        }
    }

    /** The WebSocket stands. */
    void upgraded(ClientPeer open) {
        peer = open;
    }

    void opened(CoordinatorMessage.Welcome welcome) {
        welcomed = true;
        handler.opened(this, welcome);
    }

    void received(List<CoordinatorMessage> messages) {
        handler.received(this, messages);
    }

    void writableAgain() {
        handler.writable(this);
    }

    /** The link is over; only the first reason counts. */
    void over(String reason) {
        if (over.compareAndSet(false, true)) {
            try {
                handler.closed(this, reason);
            } catch (RuntimeException e) {
                LOG.error("the handler failed at the end of a link", e);
            }
        }
    }

    /** The link is over before there was a WebSocket. */
    void failed(String reason) {
        over(reason);
        Channel open = channel;
        if (open != null) {
            var _ = open.close();
        }
    }

    @Override
    public void send(List<NodeMessage> messages) {
        ClientPeer open = peer;
        if (open == null || !welcomed) {
            throw new IllegalStateException("a node sends after it was welcomed");
        }
        open.send(messages);
    }

    @Override
    public boolean writable() {
        ClientPeer open = peer;
        return open != null && open.writable();
    }

    @Override
    public void close(String reason) {
        ClientPeer open = peer;
        if (open != null) {
            open.end(reason);
        } else {
            failed(reason);
        }
    }
}
