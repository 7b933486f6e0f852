package org.idlefleet.protocol.adapter;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import io.netty.handler.codec.http.websocketx.WebSocketFrameAggregator;
import io.netty.handler.codec.http.websocketx.WebSocketServerHandshakerFactory;
import io.netty.handler.ssl.SslHandler;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.net.InetSocketAddress;
import java.security.cert.CertificateException;
import java.util.List;

import javax.net.ssl.SSLPeerUnverifiedException;

/** The HTTP face of the node door: enrolment, and the way into the WebSocket. One a connection. */
@SuppressWarnings("FutureReturnValueIgnored") // a channel reports its failures to its handlers
final class DoorHandler extends SimpleChannelInboundHandler<FullHttpRequest> {
    static final String NODE_PATH = "/node";
    static final String SUBPROTOCOL = "idlefleet.v1";

    private static final Logger LOG = LoggerFactory.getLogger(DoorHandler.class);

    private final NodeDoor door;
    private final EstDoor est;
    private final PreAuthGuard guard;
    private boolean answered;

    DoorHandler(NodeDoor door, EstDoor est, PreAuthGuard guard) {
        this.door = door;
        this.est = est;
        this.guard = guard;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
        if (answered) {
            return;
        }
        if (request.decoderResult().isFailure()) {
            answer(
                    context,
                    HttpAnswer.text(
                            HttpResponseStatus.BAD_REQUEST,
                            "not an HTTP request: "
                                    + request.decoderResult().cause().getMessage()
                                    + "; "
                                    + door.limits().met(WireLimit.HTTP_HEAD_BYTES)));
            return;
        }
        PeerIdentity peer;
        try {
            peer = peer(context.channel());
        } catch (CertificateException e) {
            answer(context, HttpAnswer.text(HttpResponseStatus.FORBIDDEN, "" + e.getMessage()));
            return;
        }
        if (peer != null
                && peer.expires().isBefore(door.now())
                && !request.uri().startsWith(EstDoor.PATH)) {
            answer(
                    context,
                    HttpAnswer.text(
                            HttpResponseStatus.FORBIDDEN,
                            "this node's certificate ended at "
                                    + peer.expires()
                                    + "; all it can do is get the next one at "
                                    + EstDoor.PATH
                                    + "simplereenroll"));
        } else if (peer != null && door.denies(peer)) {
            answer(context, HttpAnswer.text(HttpResponseStatus.FORBIDDEN, NodeDoor.DENIED));
        } else if (request.uri().equals(NODE_PATH)) {
            node(context, request, peer);
        } else if (request.uri().startsWith(EstDoor.PATH)) {
            est.answer(request, peer)
                    .whenComplete((answer, failure) ->
                            context.executor().execute(() -> finish(context, answer, failure)));
        } else {
            answer(
                    context,
                    HttpAnswer.text(
                            HttpResponseStatus.NOT_FOUND,
                            "this is the node door of an Idlefleet coordinator; it has "
                                    + NODE_PATH
                                    + " and "
                                    + EstDoor.PATH));
        }
    }

    private void node(
            ChannelHandlerContext context, FullHttpRequest request, @Nullable PeerIdentity peer) {
        if (peer == null) {
            answer(
                    context,
                    HttpAnswer.text(
                            HttpResponseStatus.FORBIDDEN,
                            NODE_PATH
                                    + " needs a client certificate of this coordinator; enrol the"
                                    + " node with a token first"));
            return;
        }
        String offered = request.headers().get(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL, "");
        if (!request.method().equals(HttpMethod.GET)
                || !request.headers()
                        .containsValue(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET, true)
                || !List.of(offered.split("\\s*,\\s*")).contains(SUBPROTOCOL)) {
            answer(
                    context,
                    HttpAnswer.text(
                            HttpResponseStatus.BAD_REQUEST,
                            NODE_PATH + " is a WebSocket of subprotocol " + SUBPROTOCOL));
            return;
        }
        upgrade(context, request, peer);
    }

    private void upgrade(
            ChannelHandlerContext context, FullHttpRequest request, PeerIdentity peer) {
        answered = true;
        Channel channel = context.channel();
        int frameBytes = door.limits().count(WireLimit.FRAME_BYTES);
        var handshaker =
                new WebSocketServerHandshakerFactory(
                                "wss://node" + NODE_PATH, SUBPROTOCOL, frames(frameBytes))
                        .newHandshaker(request);
        if (handshaker == null) {
            WebSocketServerHandshakerFactory.sendUnsupportedVersionResponse(channel)
                    .addListener(_ -> channel.close());
            return;
        }
        var address = ((InetSocketAddress) channel.remoteAddress()).getAddress();
        var serverPeer = new ServerPeer(channel, door, peer, address, guard);
        handshaker
                .handshake(channel, request)
                .addListener(done -> {
                    if (!done.isSuccess()) {
                        channel.close();
                    }
                });
        channel.pipeline()
                .addLast("frames", new WebSocketFrameAggregator(frameBytes))
                .addLast("peer", serverPeer)
                .remove(this);
    }

    /** How both ends read frames: nothing is extended, and a mistake is reported, not closed on. */
    static WebSocketDecoderConfig frames(int frameBytes) {
        return WebSocketDecoderConfig.newBuilder()
                .maxFramePayloadLength(frameBytes)
                .allowExtensions(false)
                .closeOnProtocolViolation(false)
                .build();
    }

    private void finish(
            ChannelHandlerContext context,
            @Nullable HttpAnswer answer,
            @Nullable Throwable failure) {
        if (answer == null) {
            LOG.error("enrolment failed", failure);
            answer(
                    context,
                    HttpAnswer.text(HttpResponseStatus.INTERNAL_SERVER_ERROR, "internal error"));
        } else {
            answer(context, answer);
        }
    }

    private void answer(ChannelHandlerContext context, HttpAnswer answer) {
        if (!answered) {
            answered = true;
            answer.send(context);
        }
    }

    /** Who the client's certificate names; null if the client showed none. */
    private @Nullable PeerIdentity peer(Channel channel) throws CertificateException {
        try {
            var certificates =
                    channel.pipeline()
                            .get(SslHandler.class)
                            .engine()
                            .getSession()
                            .getPeerCertificates();
            return PeerIdentity.of(PemFile.certificate(certificates[0].getEncoded()));
        } catch (SSLPeerUnverifiedException _) {
            return null;
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof PreAuthGuard.LimitMet(WireLimit limit)
                && context.pipeline().get(SslHandler.class).handshakeFuture().isSuccess()) {
            answer(
                    context,
                    HttpAnswer.text(
                            limit == WireLimit.FIRST_MESSAGE_MILLIS
                                    ? HttpResponseStatus.REQUEST_TIMEOUT
                                    : HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE,
                            door.limits().met(limit)));
        }
        context.fireUserEventTriggered(event);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        LOG.debug("{}: {}", context.channel().remoteAddress(), TlsReason.of(cause));
        context.channel().close();
    }
}
