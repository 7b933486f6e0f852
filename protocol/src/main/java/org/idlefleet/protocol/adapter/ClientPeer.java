package org.idlefleet.protocol.adapter;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.util.concurrent.Future;

import org.idlefleet.protocol.CoordinatorMessage;
import org.idlefleet.protocol.NodeMessage;
import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The node's end of its connection: says hello, waits for the welcome, then is a link. A node that
 * is turned away hears a drain and a goodbye in place of the welcome.
 */
final class ClientPeer extends Peer<CoordinatorMessage, NodeMessage> {
    private final ClientLink link;
    private final NodeMessage.Hello hello;
    private @Nullable Future<?> deadline;
    private @Nullable String farewell;
    private boolean welcomed;

    ClientPeer(
            Channel channel,
            ClientLink link,
            NodeMessage.Hello hello,
            WireCodec<CoordinatorMessage> in,
            WireCodec<NodeMessage> out,
            WireLimits limits) {
        super(channel, in, out, limits);
        this.link = link;
        this.hello = hello;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        super.handlerAdded(context);
        send(List.of(hello));
        deadline =
                context.executor()
                        .schedule(
                                () -> met(WireLimit.FIRST_MESSAGE_MILLIS),
                                limits().get(WireLimit.FIRST_MESSAGE_MILLIS),
                                TimeUnit.MILLISECONDS);
    }

    @Override
    void received(List<CoordinatorMessage> messages) {
        List<CoordinatorMessage> rest = messages;
        for (int i = 0; i < messages.size() && farewell == null; i++) {
            if (messages.get(i) instanceof CoordinatorMessage.Goodbye(String reason)) {
                farewell = reason;
                rest = messages.subList(0, i);
            }
        }
        if (!welcomed && turnedAway(rest)) {
            link.received(rest);
            rest = List.of();
        }
        if (!welcomed && !rest.isEmpty()) {
            if (!(rest.getFirst() instanceof CoordinatorMessage.Welcome welcome)) {
                violated(
                        WebSocketCloseStatus.POLICY_VIOLATION,
                        "a coordinator says welcome first, found "
                                + rest.getFirst().getClass().getSimpleName());
                return;
            }
            if (welcome.version() < hello.versionMin() || welcome.version() > hello.versionMax()) {
                violated(
                        WebSocketCloseStatus.POLICY_VIOLATION,
                        "the coordinator chose protocol version "
                                + welcome.version()
                                + ", which this node does not speak");
                return;
            }
            welcomed = true;
            cancelDeadline();
            rest = rest.subList(1, rest.size());
            link.opened(welcome);
        }
        if (!rest.isEmpty()) {
            link.received(rest);
        }
        if (farewell != null) {
            end(farewell);
        }
    }

    /** Whether it is told when to come again, in place of a welcome; the goodbye follows. */
    private static boolean turnedAway(List<CoordinatorMessage> first) {
        return first.size() == 1 && first.getFirst() instanceof CoordinatorMessage.Drain;
    }

    @Override
    void writableAgain() {
        link.writableAgain();
    }

    @Override
    void ended(String reason) {
        cancelDeadline();
        link.over(farewell == null ? reason : farewell);
    }

    @Override
    List<NodeMessage> lastWords(String reason) {
        return List.of();
    }

    private void cancelDeadline() {
        if (deadline != null) {
            deadline.cancel(false);
        }
    }

    @Override
    public String toString() {
        return "coordinator at " + channel().remoteAddress();
    }
}
