package org.idlefleet.protocol.adapter;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.CorruptedFrameException;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CorruptedWebSocketFrameException;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * One end of an open WebSocket: frames in, messages up; messages down, frames out; and every limit
 * of an open connection. What arrives in one read is handed up as one list. All but {@link #send},
 * {@link #writable}, {@link #end} and {@link #reading} runs on the channel's thread.
 *
 * @param <I> the messages that arrive
 * @param <O> the messages that leave
 */
@SuppressWarnings("FutureReturnValueIgnored") // a channel reports its failures to its handlers
abstract class Peer<I, O> extends SimpleChannelInboundHandler<WebSocketFrame> {
    private static final Logger LOG = LoggerFactory.getLogger(Peer.class);
    private static final int BATCH_MAX = 4_096;
    private static final int CLOSE_TEXT_BYTES = 120;

    private final Channel channel;
    private final WireCodec<I> codec;
    private final WireLimits limits;
    private final Outgoing<O> out;
    private List<I> batch = new ArrayList<>();
    private long frameNanos = System.nanoTime();
    private @Nullable String ending;

    Peer(Channel channel, WireCodec<I> in, WireCodec<O> out, WireLimits limits) {
        this.channel = channel;
        this.codec = in;
        this.limits = limits;
        this.out = new Outgoing<>(channel, out, limits, new Backlog());
    }

    /** What the peer said, in order. */
    abstract void received(List<I> messages);

    /** There is room in the backlog again. */
    abstract void writableAgain();

    /** The connection is over, or about to be; nothing is handed up any more. Called once. */
    abstract void ended(String reason);

    /** What we still say before we close because of {@code reason}. */
    abstract List<O> lastWords(String reason);

    /** Sends {@code messages} in order. Any thread; lost if the connection is. */
    public final void send(List<O> messages) {
        out.add(messages);
    }

    /** Whether the peer keeps up with what we send. Any thread. */
    public final boolean writable() {
        return out.writable();
    }

    /** Whether to read what the peer sends; off, TCP makes the peer wait. Any thread. */
    public final void reading(boolean on) {
        channel.config().setAutoRead(on);
    }

    /** Says {@code reason} to the peer and closes. Any thread; only the first reason counts. */
    final void end(String reason) {
        if (channel.eventLoop().inEventLoop()) {
            end(WebSocketCloseStatus.NORMAL_CLOSURE, reason);
        } else {
            channel.eventLoop().execute(() -> end(WebSocketCloseStatus.NORMAL_CLOSURE, reason));
        }
    }

    /** Ends because of a mistake of the peer's. */
    final void violated(WebSocketCloseStatus status, String reason) {
        if (ending == null) {
            LOG.info("{}: {}", this, reason);
        }
        end(status, reason);
    }

    final void met(WireLimit limit) {
        violated(WebSocketCloseStatus.POLICY_VIOLATION, limits.met(limit));
    }

    final Channel channel() {
        return channel;
    }

    final WireLimits limits() {
        return limits;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        long every = Math.max(10, limits.get(WireLimit.IDLE_MILLIS) / 8);
        var tick =
                context.executor()
                        .scheduleAtFixedRate(this::tick, every, every, TimeUnit.MILLISECONDS);
        channel.closeFuture().addListener(_ -> tick.cancel(false));
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, WebSocketFrame frame) {
        frameNanos = System.nanoTime();
        if (ending != null) {
            if (frame instanceof CloseWebSocketFrame) {
                channel.close();
            }
        } else if (frame instanceof BinaryWebSocketFrame) {
            try {
                batch.addAll(codec.decode(ByteBufUtil.getBytes(frame.content())));
                if (batch.size() >= BATCH_MAX) {
                    deliver();
                }
            } catch (WireException e) {
                violated(WebSocketCloseStatus.POLICY_VIOLATION, "" + e.getMessage());
            }
        } else if (frame instanceof PingWebSocketFrame) {
            if (channel.isWritable()) {
                channel.writeAndFlush(new PongWebSocketFrame(frame.content().retain()));
            }
        } else if (frame instanceof CloseWebSocketFrame close) {
            String text = close.reasonText();
            deliver();
            over("the peer closed" + (text.isEmpty() ? "" : ": " + text));
            channel.writeAndFlush(new CloseWebSocketFrame(WebSocketCloseStatus.NORMAL_CLOSURE))
                    .addListener(_ -> channel.close());
        } else if (!(frame instanceof PongWebSocketFrame)) {
            violated(
                    WebSocketCloseStatus.INVALID_MESSAGE_TYPE,
                    "frames are binary, each one protobuf message; found "
                            + frame.getClass().getSimpleName());
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        deliver();
        context.fireChannelReadComplete();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        deliver();
        over("the connection was lost");
        context.fireChannelInactive();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof PreAuthGuard.LimitMet(WireLimit limit)) {
            met(limit);
        }
        context.fireUserEventTriggered(event);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (cause instanceof TooLongFrameException
                || cause instanceof CorruptedWebSocketFrameException corrupt
                        && corrupt.closeStatus().equals(WebSocketCloseStatus.MESSAGE_TOO_BIG)) {
            violated(WebSocketCloseStatus.MESSAGE_TOO_BIG, limits.met(WireLimit.FRAME_BYTES));
        } else if (cause instanceof CorruptedFrameException) {
            violated(
                    WebSocketCloseStatus.PROTOCOL_ERROR,
                    "not a WebSocket frame: " + cause.getMessage());
        } else {
            over(TlsReason.of(cause instanceof DecoderException ? cause.getCause() : cause));
            channel.close();
        }
    }

    private void deliver() {
        if (batch.isEmpty() || ending != null) {
            return;
        }
        List<I> messages = batch;
        batch = new ArrayList<>();
        try {
            received(messages);
        } catch (RuntimeException e) {
            LOG.error("{}: the handler failed on what it received", this, e);
            end(WebSocketCloseStatus.INTERNAL_SERVER_ERROR, "internal error");
        }
    }

    private void end(WebSocketCloseStatus status, String reason) {
        if (ending != null) {
            return;
        }
        deliver();
        if (channel.isActive() && ending == null) {
            out.add(lastWords(reason));
            out.flush();
            channel.writeAndFlush(new CloseWebSocketFrame(status, cut(reason)));
            reading(true);
            channel.eventLoop()
                    .schedule(
                            () -> channel.close(),
                            limits.get(WireLimit.CLOSE_MILLIS),
                            TimeUnit.MILLISECONDS);
        }
        over(reason);
    }

    private void over(@Nullable String reason) {
        if (ending == null) {
            ending = reason == null ? "the connection was lost" : reason;
            try {
                ended(ending);
            } catch (RuntimeException e) {
                LOG.error("{}: the handler failed at the end", this, e);
            }
        }
    }

    private void tick() {
        if (ending != null) {
            return;
        }
        long now = System.nanoTime();
        if (!channel.config().isAutoRead()) {
            frameNanos = now;
        }
        if (now - frameNanos > limits.time(WireLimit.IDLE_MILLIS).toNanos()) {
            met(WireLimit.IDLE_MILLIS);
        } else if (out.stuckNanos() > limits.time(WireLimit.SLOW_READER_MILLIS).toNanos()) {
            abandon(WireLimit.SLOW_READER_MILLIS);
        }
    }

    /** Ends without a word: the peer does not read. */
    private void abandon(WireLimit limit) {
        if (ending == null) {
            LOG.info("{}: {}", this, limits.met(limit));
            over(limits.met(limit));
            channel.close();
        }
    }

    private static String cut(String reason) {
        String text = reason;
        while (text.getBytes(UTF_8).length > CLOSE_TEXT_BYTES) {
            text = text.substring(0, text.length() - 1);
        }
        return text;
    }

    private final class Backlog implements Outgoing.Listener {
        @Override
        public void writableAgain() {
            if (ending == null) {
                Peer.this.writableAgain();
            }
        }

        @Override
        public void overflowed() {
            abandon(WireLimit.WRITE_BACKLOG_BYTES);
        }
    }
}
