package org.idlefleet.protocol.adapter;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;

import org.jspecify.annotations.Nullable;

import java.util.concurrent.TimeUnit;

/**
 * Stands before TLS until the peer is known: bounds the bytes and the time it may take. What it
 * finds goes down the pipeline as a {@link LimitMet}, so that whoever speaks with the peer by then
 * can say so; soon after, the connection ends.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a channel reports its failures to its handlers
final class PreAuthGuard extends ChannelInboundHandlerAdapter {
    private static final int TLS_HANDSHAKE = 22;
    private static final String NOT_TLS =
            "this port speaks TLS 1.3 only: use https or wss, and a client certificate for /node\n";

    private final WireLimits limits;
    private final Admission admission;
    private final Admission.Ticket ticket;
    private @Nullable Future<?> deadline;
    private long bytes;
    private boolean shut;

    /** A limit was met by a peer that is not known yet. */
    record LimitMet(WireLimit limit) {}

    PreAuthGuard(WireLimits limits, Admission admission, Admission.Ticket ticket) {
        this.limits = limits;
        this.admission = admission;
        this.ticket = ticket;
    }

    /** The peer is known: this guard goes. Call it on the channel's thread. */
    void known(ChannelHandlerContext context) {
        ticket.known();
        context.pipeline().remove(this);
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        context.channel().closeFuture().addListener(_ -> ticket.leave());
        deadline =
                context.executor()
                        .schedule(
                                () -> met(context, WireLimit.FIRST_MESSAGE_MILLIS),
                                limits.get(WireLimit.FIRST_MESSAGE_MILLIS),
                                TimeUnit.MILLISECONDS);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        if (deadline != null) {
            deadline.cancel(false);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        var data = (ByteBuf) message;
        boolean first = bytes == 0 && data.isReadable();
        bytes += data.readableBytes();
        if (shut) {
            ReferenceCountUtil.release(message);
        } else if (first && data.getByte(data.readerIndex()) != TLS_HANDSHAKE) {
            ReferenceCountUtil.release(message);
            shut = true;
            String answer =
                    "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nContent-Length: "
                            + NOT_TLS.length()
                            + "\r\nConnection: close\r\n\r\n"
                            + NOT_TLS;
            context.writeAndFlush(Unpooled.copiedBuffer(answer, US_ASCII))
                    .addListener(ChannelFutureListener.CLOSE);
        } else if (bytes > limits.get(WireLimit.PREAUTH_BYTES)) {
            ReferenceCountUtil.release(message);
            met(context, WireLimit.PREAUTH_BYTES);
        } else {
            context.fireChannelRead(message);
        }
    }

    private void met(ChannelHandlerContext context, WireLimit limit) {
        if (shut) {
            return;
        }
        shut = true;
        admission.refuse(limit);
        context.fireUserEventTriggered(new LimitMet(limit));
        context.executor()
                .schedule(
                        () -> context.channel().close(),
                        limits.get(WireLimit.CLOSE_MILLIS),
                        TimeUnit.MILLISECONDS);
    }
}
