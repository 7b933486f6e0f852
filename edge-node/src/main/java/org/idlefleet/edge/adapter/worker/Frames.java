package org.idlefleet.edge.adapter.worker;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * One connection between daemon and worker: frames of a length of four bytes, a kind of one byte
 * and a body of at most {@link #BODY_MAX}. One thread sends and one receives at a time; they may be
 * different ones.
 */
final class Frames implements AutoCloseable {
    /** Bytes of one body; an answer that says it is longer ends the connection. */
    static final int BODY_MAX = 64 << 20;

    /** Buffers that grew beyond this are let go after use. */
    private static final int KEEP = 1 << 20;

    private static final int SMALL = 16 << 10;
    private static final int HEAD = 5;

    private final SocketChannel channel;
    private final ByteBuffer head = ByteBuffer.allocateDirect(HEAD);
    private ByteBuffer out = ByteBuffer.allocateDirect(SMALL);
    private ByteBuffer in = ByteBuffer.allocateDirect(SMALL);

    Frames(SocketChannel channel) {
        this.channel = channel;
    }

    /**
     * Room for a body of {@code size} bytes, to be filled before {@link #send}.
     *
     * @throws IOException if the body is longer than the other side takes
     */
    ByteBuffer begin(byte kind, long size) throws IOException {
        if (size > BODY_MAX) {
            throw new IOException(
                    "a frame of " + size + " bytes; daemon and worker exchange " + BODY_MAX);
        }
        int whole = HEAD + (int) size;
        if (out.capacity() < whole || out.capacity() > KEEP && whole <= KEEP) {
            out = ByteBuffer.allocateDirect(Math.max(whole, SMALL));
        }
        return out.clear().limit(whole).putInt((int) size).put(kind);
    }

    /** Sends what {@link #begin} began; the body must be full. */
    void send() throws IOException {
        if (out.hasRemaining()) {
            throw new IllegalStateException(out.remaining() + " bytes of the frame are missing");
        }
        out.flip();
        while (out.hasRemaining()) {
            channel.write(out);
        }
    }

    /** Sends a frame without a body. */
    void send(byte kind) throws IOException {
        begin(kind, 0);
        send();
    }

    /**
     * Waits for the next frame, whose body is then {@link #body}.
     *
     * @return its kind
     * @throws EOFException if the other side is gone
     */
    byte receive() throws IOException {
        fill(head.clear());
        int size = head.flip().getInt();
        if (size < 0 || size > BODY_MAX) {
            throw new IOException(
                    "a frame says it has " + size + " bytes, the most is " + BODY_MAX);
        }
        if (in.capacity() < size || in.capacity() > KEEP && size <= KEEP) {
            in = ByteBuffer.allocateDirect(Math.max(size, SMALL));
        }
        fill(in.clear().limit(size));
        in.flip();
        return head.get();
    }

    /** The body of the frame received last. */
    ByteBuffer body() {
        return in;
    }

    private void fill(ByteBuffer buffer) throws IOException {
        while (buffer.hasRemaining()) {
            if (channel.read(buffer) < 0) {
                throw new EOFException("the other side is gone");
            }
        }
    }

    /** Bytes behind their length. */
    static void put(ByteBuffer body, byte[] bytes) {
        body.putInt(bytes.length).put(bytes);
    }

    /** Reads what {@link #put} wrote; an impossible length is an {@link IOException}. */
    static byte[] bytes(ByteBuffer body) throws IOException {
        var bytes = new byte[count(body, 1)];
        body.get(bytes);
        return bytes;
    }

    /** A count of things that take {@code each} bytes at least, checked before room is made. */
    static int count(ByteBuffer body, int each) throws IOException {
        int count = body.remaining() < Integer.BYTES ? -1 : body.getInt();
        if (count < 0 || (long) count * each > body.remaining()) {
            throw new IOException("a frame is cut off: " + count + " does not fit into its body");
        }
        return count;
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static String text(ByteBuffer body) throws IOException {
        return new String(bytes(body), StandardCharsets.UTF_8);
    }

    /** Bytes that {@link #putTexts} takes. */
    static int sizeOf(List<byte[]> texts) {
        int size = Integer.BYTES;
        for (byte[] text : texts) {
            size = Math.addExact(size, Integer.BYTES + text.length);
        }
        return size;
    }

    static void putTexts(ByteBuffer body, List<byte[]> texts) {
        body.putInt(texts.size());
        texts.forEach(text -> put(body, text));
    }

    static List<byte[]> texts(ByteBuffer body) throws IOException {
        int count = count(body, Integer.BYTES);
        var texts = new ArrayList<byte[]>(count);
        for (int i = 0; i < count; i++) {
            texts.add(bytes(body));
        }
        return texts;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
