package org.idlefleet.edge.adapter.scan;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.WireFormat;

import org.idlefleet.edge.adapter.scan.Refusal.Reason;
import org.idlefleet.edge.adapter.scan.Schema.Field;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;

/**
 * A cursor in an ONNX file that knows the {@link Schema}: it goes from field to field, in and out
 * of messages, and keeps nothing of what it passes. Whatever is not as the schema says ends in a
 * {@link RefusedException}.
 */
final class Wire {
    /** Most bytes of a name. */
    static final int TEXT_BYTES_MAX = 4096;

    private final CodedInputStream in;
    private final String file;
    private final Deque<Frame> frames = new ArrayDeque<>();
    private Frame frame = new Frame(Schema.MODEL, Integer.MAX_VALUE);

    /** A message that the cursor is in. */
    private static final class Frame {
        private final Schema schema;
        private final int outerLimit;
        private final int[] seen = new int[32];
        private @Nullable Field field;
        private boolean packed;

        Frame(Schema schema, int outerLimit) {
            this.schema = schema;
            this.outerLimit = outerLimit;
        }

        String text() {
            Field at = field;
            if (at == null) {
                return "";
            }
            return at.max() == 1
                    ? "." + at.name()
                    : "." + at.name() + "[" + (seen[at.number()] - 1) + "]";
        }
    }

    /**
     * A cursor before the first field of a model.
     *
     * @param size how many bytes there are
     */
    Wire(InputStream bytes, int size, String file) throws InvalidProtocolBufferException {
        this.in = CodedInputStream.newInstance(bytes, 1 << 16);
        this.file = file;
        in.setSizeLimit(Integer.MAX_VALUE);
        in.pushLimit(size);
    }

    /** Goes to the next field of this message and says its number; 0 at the message's end. */
    int next() throws IOException, RefusedException {
        try {
            if (in.isAtEnd()) {
                frame.field = null;
                return 0;
            }
            int tag = in.readTag();
            int number = WireFormat.getTagFieldNumber(tag);
            Field field = frame.schema.field(number);
            if (field == null) {
                throw refused(
                        Reason.FIELD,
                        "field "
                                + number
                                + " of "
                                + frame.schema
                                + " is unknown, or for something that is not run here");
            }
            frame.field = field;
            int found = WireFormat.getTagWireType(tag);
            int times = ++frame.seen[number];
            if (!field.kind().accepts(found)) {
                throw refused(
                        Reason.MALFORMED, field.kind() + " is expected, found wire type " + found);
            }
            if (times > field.max()) {
                throw field.max() == 1
                        ? refused(Reason.AGAIN, "it stands there for the second time")
                        : refused(Reason.TOO_MANY, "at most " + field.max() + " are taken");
            }
            frame.packed = found == WireFormat.WIRETYPE_LENGTH_DELIMITED;
            return number;
        } catch (InvalidProtocolBufferException e) {
            throw malformed(e);
        }
    }

    /** Goes into the message that this field is; {@link #next} then speaks of it. */
    void enter(Schema schema) throws IOException, RefusedException {
        try {
            int outer = in.pushLimit(length());
            frames.push(frame);
            frame = new Frame(schema, outer);
        } catch (InvalidProtocolBufferException e) {
            throw malformed(e);
        }
    }

    /** Goes out of a message whose {@link #next} said 0. */
    void leave() {
        in.popLimit(frame.outerLimit);
        frame = frames.pop();
    }

    /** A number. */
    long number() throws IOException, RefusedException {
        try {
            return in.readRawVarint64();
        } catch (InvalidProtocolBufferException e) {
            throw malformed(e);
        }
    }

    /** A name: UTF-8 without control characters, {@link #TEXT_BYTES_MAX} bytes at most. */
    String text() throws IOException, RefusedException {
        byte[] bytes = bytes(TEXT_BYTES_MAX);
        try {
            String text =
                    StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
            if (text.chars().anyMatch(Character::isISOControl)) {
                throw refused(Reason.TEXT, "the name holds a control character");
            }
            return text;
        } catch (CharacterCodingException e) {
            throw refused(Reason.TEXT, "the name is not UTF-8");
        }
    }

    /** Bytes that are kept, {@code max} at most. */
    byte[] bytes(int max) throws IOException, RefusedException {
        try {
            int length = length();
            if (length > max) {
                throw refused(
                        Reason.TEXT, "at most " + max + " bytes are expected, found " + length);
            }
            return in.readRawBytes(length);
        } catch (InvalidProtocolBufferException e) {
            throw malformed(e);
        }
    }

    /** Passes over text that nobody reads, {@code max} bytes at most. */
    void skipText(int max) throws IOException, RefusedException {
        int length = skip();
        if (length > max) {
            throw refused(Reason.TEXT, "at most " + max + " bytes are expected, found " + length);
        }
    }

    /**
     * Bytes of any length.
     *
     * @param kept null if there were more than could be kept
     */
    record Blob(int length, byte @Nullable [] kept) {}

    /** Passes over bytes, and keeps them if they are no more than {@code keep}. */
    Blob blob(int keep) throws IOException, RefusedException {
        try {
            int length = length();
            if (length <= keep) {
                return new Blob(length, in.readRawBytes(length));
            }
            in.skipRawBytes(length);
            return new Blob(length, null);
        } catch (InvalidProtocolBufferException e) {
            throw malformed(e);
        }
    }

    /** Passes over the field; how many bytes a length-delimited one has. */
    int skip() throws IOException, RefusedException {
        try {
            Field field = frame.field;
            if (field != null && !frame.packed) {
                switch (field.kind()) {
                    case INT, INTS -> in.readRawVarint64();
                    case FLOAT, FLOATS -> in.readRawLittleEndian32();
                    case DOUBLES -> in.readRawLittleEndian64();
                    case TEXT, BYTES -> {}
                }
                return 0;
            }
            return blob(0).length();
        } catch (InvalidProtocolBufferException e) {
            throw malformed(e);
        }
    }

    /** Takes each number of a list of integers, packed or not. */
    void numbers(Numbers taker) throws IOException, RefusedException {
        try {
            if (!frame.packed) {
                taker.take(in.readRawVarint64());
                return;
            }
            int outer = in.pushLimit(length());
            while (!in.isAtEnd()) {
                taker.take(in.readRawVarint64());
            }
            in.popLimit(outer);
        } catch (InvalidProtocolBufferException e) {
            throw malformed(e);
        }
    }

    /** Passes over numbers of a fixed width, packed or not; says how many there were. */
    int count(int width) throws IOException, RefusedException {
        if (!frame.packed) {
            skip();
            return 1;
        }
        int bytes = skip();
        if (bytes % width != 0) {
            throw refused(
                    Reason.MALFORMED,
                    bytes + " bytes are no whole count of numbers of " + width + " bytes");
        }
        return bytes / width;
    }

    /** A length that stays within the message, and with it within the file. */
    private int length() throws IOException, RefusedException {
        long length = in.readRawVarint64();
        int left = in.getBytesUntilLimit();
        if (length < 0 || length > left) {
            throw refused(
                    Reason.MALFORMED,
                    "a length of "
                            + Long.toUnsignedString(length)
                            + " bytes is expected to end within the "
                            + left
                            + " bytes that are left");
        }
        return (int) length;
    }

    private RefusedException malformed(InvalidProtocolBufferException e) {
        return refused(
                Reason.MALFORMED,
                "the file is damaged or no ONNX model (byte "
                        + in.getTotalBytesRead()
                        + ": "
                        + e.getMessage()
                        + ")");
    }

    /** A refusal of what stands at the cursor. */
    RefusedException refused(Reason reason, String detail) {
        return new RefusedException(new Refusal(reason, where(), detail));
    }

    private String where() {
        var path = new StringBuilder(file);
        for (Iterator<Frame> outer = frames.descendingIterator(); outer.hasNext(); ) {
            path.append(outer.next().text());
        }
        return path.append(frame.text()).toString();
    }

    /** Takes numbers one by one. */
    @FunctionalInterface
    interface Numbers {
        void take(long number) throws RefusedException;
    }
}
