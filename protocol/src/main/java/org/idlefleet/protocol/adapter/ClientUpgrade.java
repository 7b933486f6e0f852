package org.idlefleet.protocol.adapter;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.websocketx.WebSocketClientHandshaker;
import io.netty.handler.codec.http.websocketx.WebSocketClientHandshaker13;
import io.netty.handler.codec.http.websocketx.WebSocketFrameAggregator;
import io.netty.handler.codec.http.websocketx.WebSocketHandshakeException;
import io.netty.handler.codec.http.websocketx.WebSocketVersion;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.concurrent.Future;

import org.jspecify.annotations.Nullable;

import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** Turns a node's new TLS connection into a WebSocket, or says why not. One a connection. */
@SuppressWarnings("FutureReturnValueIgnored") // a channel reports its failures to its handlers
final class ClientUpgrade extends SimpleChannelInboundHandler<FullHttpResponse> {
    private final ClientLink link;
    private final WireLimits limits;
    private final WebSocketClientHandshaker handshaker;
    private final Function<Channel, ClientPeer> peer;
    private @Nullable Future<?> deadline;

    ClientUpgrade(
            Endpoint endpoint,
            ClientLink link,
            WireLimits limits,
            Function<Channel, ClientPeer> peer) {
        this.link = link;
        this.limits = limits;
        this.peer = peer;
        this.handshaker =
                new WebSocketClientHandshaker13(
                        endpoint.uri("wss", DoorHandler.NODE_PATH),
                        WebSocketVersion.V13,
                        DoorHandler.SUBPROTOCOL,
                        false,
                        new DefaultHttpHeaders(),
                        limits.count(WireLimit.FRAME_BYTES));
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        if (deadline != null) {
            deadline.cancel(false);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof SslHandshakeCompletionEvent done) {
            if (done.isSuccess()) {
                handshaker.handshake(context.channel());
                deadline =
                        context.executor()
                                .schedule(
                                        () ->
                                                link.failed(
                                                        limits.met(WireLimit.FIRST_MESSAGE_MILLIS)),
                                        limits.get(WireLimit.FIRST_MESSAGE_MILLIS),
                                        TimeUnit.MILLISECONDS);
            } else {
                link.failed(TlsReason.of(done.cause()));
            }
        }
        context.fireUserEventTriggered(event);
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, FullHttpResponse response) {
        if (!response.status().equals(HttpResponseStatus.SWITCHING_PROTOCOLS)) {
            String said = response.content().toString(UTF_8).strip();
            link.failed(
                    "the coordinator answered "
                            + response.status()
                            + (said.isEmpty() ? "" : ": " + said));
            return;
        }
        Channel channel = context.channel();
        try {
            handshaker.finishHandshake(channel, response);
        } catch (WebSocketHandshakeException e) {
            link.failed("not a WebSocket of " + DoorHandler.SUBPROTOCOL + ": " + e.getMessage());
            return;
        }
        ClientPeer open = peer.apply(channel);
        link.upgraded(open);
        channel.pipeline()
                .addLast(
                        "frames", new WebSocketFrameAggregator(limits.count(WireLimit.FRAME_BYTES)))
                .addLast("peer", open)
                .remove(this);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        link.failed("the coordinator closed the connection before it answered");
        context.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        link.failed(TlsReason.of(cause));
    }
}
