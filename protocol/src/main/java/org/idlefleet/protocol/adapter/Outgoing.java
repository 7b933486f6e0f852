package org.idlefleet.protocol.adapter;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What waits to leave over one channel. Any thread adds; the channel's own thread turns all that is
 * queued by then into as few frames as fit, and flushes once.
 *
 * @param <O> the messages that leave
 */
final class Outgoing<O> {
    private final Channel channel;
    private final WireCodec<O> codec;
    private final long highBytes;
    private final long maxBytes;
    private final Listener listener;
    private final AtomicLong backlogBytes = new AtomicLong();
    private volatile boolean writable = true;
    private long progressNanos = System.nanoTime();
    private List<O> pending = new ArrayList<>();
    private boolean scheduled;

    /** Hears about the backlog, on the channel's thread. */
    interface Listener {
        /** There is room again. */
        void writableAgain();

        /** More waits than {@link WireLimit#WRITE_BACKLOG_BYTES} allows. */
        void overflowed();
    }

    Outgoing(Channel channel, WireCodec<O> codec, WireLimits limits, Listener listener) {
        this.channel = channel;
        this.codec = codec;
        this.highBytes = limits.get(WireLimit.WRITE_HIGH_BYTES);
        this.maxBytes = limits.get(WireLimit.WRITE_BACKLOG_BYTES);
        this.listener = listener;
    }

    /** Queues {@code messages}, in order. Any thread; lost if the channel is closed. */
    void add(List<? extends O> messages) {
        long bytes = 0;
        for (O message : messages) {
            codec.checkFits(message);
            bytes += codec.weight(message);
        }
        long backlog = backlogBytes.addAndGet(bytes);
        if (backlog > highBytes) {
            writable = false;
        }
        if (backlog > maxBytes) {
            channel.eventLoop().execute(listener::overflowed);
            return;
        }
        boolean wake;
        synchronized (this) {
            pending.addAll(messages);
            wake = !scheduled;
            scheduled = true;
        }
        if (wake) {
            channel.eventLoop().execute(this::flush);
        }
    }

    /** Whether the backlog is below {@link WireLimit#WRITE_HIGH_BYTES}. Any thread. */
    boolean writable() {
        return writable;
    }

    /** Writes what is queued. On the channel's thread only. */
    void flush() {
        List<O> messages;
        synchronized (this) {
            scheduled = false;
            if (pending.isEmpty()) {
                return;
            }
            messages = pending;
            pending = new ArrayList<>();
        }
        long bytes = 0;
        for (O message : messages) {
            bytes += codec.weight(message);
        }
        if (backlogBytes.get() == bytes) {
            progressNanos = System.nanoTime();
        }
        ChannelFuture last = null;
        for (byte[] frame : codec.encode(messages)) {
            last = channel.write(new BinaryWebSocketFrame(Unpooled.wrappedBuffer(frame)));
            last.addListener(_ -> progressNanos = System.nanoTime());
        }
        channel.flush();
        if (last != null) {
            long written = bytes;
            last.addListener(_ -> left(written));
        }
    }

    /** Since when nothing has left, though something waits; 0 if nothing waits. */
    long stuckNanos() {
        return backlogBytes.get() == 0 ? 0 : System.nanoTime() - progressNanos;
    }

    private void left(long bytes) {
        long backlog = backlogBytes.addAndGet(-bytes);
        if (!writable && backlog <= highBytes / 2) {
            writable = true;
            listener.writableAgain();
        }
    }
}
