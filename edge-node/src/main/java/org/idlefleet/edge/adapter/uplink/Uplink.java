package org.idlefleet.edge.adapter.uplink;

import org.idlefleet.edge.Signal;
import org.idlefleet.protocol.CoordinatorMessage;
import org.idlefleet.protocol.NodeMessage;
import org.idlefleet.protocol.adapter.Endpoint;
import org.idlefleet.protocol.adapter.NodeClient;
import org.idlefleet.protocol.adapter.NodeIdentity;
import org.idlefleet.protocol.adapter.NodeLink;
import org.idlefleet.protocol.adapter.WireLimits;
import org.jspecify.annotations.Nullable;

import java.security.PrivateKey;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Consumer;

/**
 * One link at a time to the coordinator. The wire says hello itself, so the link is made when the
 * node says its hello. Called by the loop's thread; tells what happens from network threads.
 */
public final class Uplink implements AutoCloseable {
    private final Endpoint coordinator;
    private final InstantSource clock;
    private final Consumer<Signal> inbox;
    private final NodeClient client = new NodeClient(WireLimits.DEFAULT, 1);
    private volatile NodeIdentity identity;
    private volatile NodeIdentity linked;
    private @Nullable NodeLink link;
    private @Nullable Listener listener;

    public Uplink(
            Endpoint coordinator,
            NodeIdentity identity,
            InstantSource clock,
            Consumer<Signal> inbox) {
        this.coordinator = coordinator;
        this.identity = identity;
        this.linked = identity;
        this.clock = clock;
        this.inbox = inbox;
    }

    /** The key that the present link was made with. Thread-safe. */
    public PrivateKey key() {
        return linked.credentials().key();
    }

    /** The identity that the next link is made with. Thread-safe. */
    public NodeIdentity identity() {
        return identity;
    }

    /** Replaces the identity for links to come. Thread-safe. */
    public void identity(NodeIdentity next) {
        identity = next;
    }

    /** Bytes sent so far, as they went over the wire. Thread-safe. */
    public long sentBytes() {
        return client.sentBytes();
    }

    /** Bytes received so far, likewise. Thread-safe. */
    public long receivedBytes() {
        return client.receivedBytes();
    }

    /** Sends in order; a hello, which comes first, makes the link. */
    public void send(List<NodeMessage> messages) {
        if (messages.getFirst() instanceof NodeMessage.Hello hello) {
            connect(hello);
            return;
        }
        NodeLink current = link;
        if (current != null) {
            current.send(messages);
        }
    }

    private void connect(NodeMessage.Hello hello) {
        NodeIdentity self = identity;
        Instant end = self.expires();
        if (clock.instant().isAfter(end)) {
            inbox.accept(
                    new Signal.LinkDown(
                            "this node's certificate ended at "
                                    + end
                                    + "; it is asking for the next one"));
            return;
        }
        var fresh = new Listener();
        listener = fresh;
        linked = self;
        link = client.connect(coordinator, self, hello, fresh);
    }

    /** Sends what was said so far, says why, and ends the link; LinkDown follows. */
    public void disconnect(String reason) {
        NodeLink current = link;
        if (current != null) {
            current.close(reason);
        }
    }

    /** Gives the last words of a link that is being closed time to leave. */
    public void drain(long millis) throws InterruptedException {
        Listener current = listener;
        if (current != null) {
            current.awaitEnd(millis);
        }
    }

    @Override
    public void close() {
        client.close();
    }

    private final class Listener implements NodeLink.Handler {
        private boolean ended;

        @Override
        public void opened(NodeLink opened, CoordinatorMessage.Welcome welcome) {
            inbox.accept(new Signal.Received(welcome));
        }

        @Override
        public void received(NodeLink from, List<CoordinatorMessage> messages) {
            messages.forEach(message -> inbox.accept(new Signal.Received(message)));
        }

        @Override
        public void closed(NodeLink closed, String reason) {
            synchronized (this) {
                ended = true;
                notifyAll();
            }
            inbox.accept(new Signal.LinkDown(reason));
        }

        synchronized void awaitEnd(long millis) throws InterruptedException {
            long end = System.nanoTime() + millis * 1_000_000;
            for (long left = millis;
                    !ended && left > 0;
                    left = (end - System.nanoTime()) / 1_000_000) {
                wait(left);
            }
        }
    }
}
