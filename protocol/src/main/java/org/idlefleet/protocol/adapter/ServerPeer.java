package org.idlefleet.protocol.adapter;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;

import org.idlefleet.protocol.CoordinatorMessage;
import org.idlefleet.protocol.NodeId;
import org.idlefleet.protocol.NodeMessage;
import org.idlefleet.protocol.OwnerId;
import org.idlefleet.protocol.ProtocolVersion;
import org.jspecify.annotations.Nullable;

import java.net.InetAddress;
import java.security.PublicKey;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;

/** The coordinator's end of a node's connection: waits for the hello, then is a session. */
final class ServerPeer extends Peer<NodeMessage, CoordinatorMessage> implements NodeSession {
    private final NodeDoor door;
    private final PeerIdentity identity;
    private final InetAddress address;
    private final PreAuthGuard guard;
    private long number;
    private int version;
    private NodeMessage.@Nullable Hello hello;
    private boolean opened;

    ServerPeer(
            Channel channel,
            NodeDoor door,
            PeerIdentity identity,
            InetAddress address,
            PreAuthGuard guard) {
        super(channel, door.fromNodes(), door.toNodes(), door.limits());
        this.door = door;
        this.identity = identity;
        this.address = address;
        this.guard = guard;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        super.handlerAdded(context);
        Duration left = Duration.between(door.now(), identity.expires());
        var expiry =
                context.executor()
                        .schedule(
                                () -> end("the node's certificate has expired; renew it"),
                                Math.max(0, left.toMillis()),
                                TimeUnit.MILLISECONDS);
        channel().closeFuture().addListener(_ -> expiry.cancel(false));
    }

    @Override
    void received(List<NodeMessage> messages) {
        List<NodeMessage> rest = messages;
        if (hello == null) {
            if (!(messages.getFirst() instanceof NodeMessage.Hello said)) {
                violated(
                        WebSocketCloseStatus.POLICY_VIOLATION,
                        "a node says hello first, found "
                                + messages.getFirst().getClass().getSimpleName());
                return;
            }
            if (!greeted(said)) {
                return;
            }
            rest = messages.subList(1, messages.size());
        }
        for (NodeMessage message : rest) {
            if (message instanceof NodeMessage.Hello) {
                violated(WebSocketCloseStatus.POLICY_VIOLATION, "a node says hello once");
                return;
            }
        }
        if (!rest.isEmpty()) {
            door.handler().received(this, rest);
        }
    }

    private boolean greeted(NodeMessage.Hello said) {
        OptionalInt common = ProtocolVersion.common(said.versionMin(), said.versionMax());
        if (common.isEmpty()) {
            boolean old = said.versionMax() < ProtocolVersion.MIN;
            violated(
                    WebSocketCloseStatus.POLICY_VIOLATION,
                    "no common protocol version: the node speaks "
                            + said.versionMin()
                            + " to "
                            + said.versionMax()
                            + ", the coordinator "
                            + ProtocolVersion.MIN
                            + " to "
                            + ProtocolVersion.MAX
                            + "; upgrade the "
                            + (old ? "node" : "coordinator"));
            return false;
        }
        hello = said;
        version = common.getAsInt();
        number = door.opening(this);
        guard.known(channel().pipeline().context(guard));
        if (door.denies(identity)) {
            end(NodeDoor.DENIED);
            return false;
        }
        opened = true;
        door.handler().opened(this);
        return true;
    }

    @Override
    void writableAgain() {
        if (opened) {
            door.handler().writable(this);
        }
    }

    @Override
    void ended(String reason) {
        door.ending(this);
        if (opened) {
            door.handler().closed(this, reason);
        }
    }

    @Override
    List<CoordinatorMessage> lastWords(String reason) {
        return List.of(new CoordinatorMessage.Goodbye(reason));
    }

    PeerIdentity identity() {
        return identity;
    }

    @Override
    public long number() {
        return number;
    }

    @Override
    public NodeId node() {
        return identity.node();
    }

    @Override
    public PublicKey publicKey() {
        return identity.publicKey();
    }

    @Override
    public OwnerId owner() {
        return identity.owner();
    }

    @Override
    public InetAddress address() {
        return address;
    }

    @Override
    public NodeMessage.Hello hello() {
        if (hello == null) {
            throw new IllegalStateException("a session is handed out after its hello");
        }
        return hello;
    }

    @Override
    public int version() {
        return version;
    }

    @Override
    public void close(String reason) {
        end(reason);
    }

    @Override
    public String toString() {
        return identity.node() + " of " + identity.owner() + " at " + address.getHostAddress();
    }
}
