package org.idlefleet.edge.adapter.scan;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** A protobuf message that is written field by field, right or wrong. */
final class Msg {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    /** A field with a number. */
    Msg number(int field, long value) {
        return tag(field, 0).varint(value);
    }

    Msg text(int field, String text) {
        return bytes(field, text.getBytes(StandardCharsets.UTF_8));
    }

    Msg bytes(int field, byte[] bytes) {
        return tag(field, 2).varint(bytes.length).raw(bytes);
    }

    Msg message(int field, Msg message) {
        return bytes(field, message.toBytes());
    }

    /** Integers, packed. */
    Msg packed(int field, long... values) {
        var list = new Msg();
        for (long value : values) {
            list.varint(value);
        }
        return bytes(field, list.toBytes());
    }

    Msg float32(int field, float value) {
        int bits = Float.floatToRawIntBits(value);
        return tag(field, 5)
                .raw((byte) bits, (byte) (bits >> 8), (byte) (bits >> 16), (byte) (bits >> 24));
    }

    Msg tag(int field, int wireType) {
        return varint((long) field << 3 | wireType);
    }

    Msg varint(long value) {
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            out.write((int) (rest & 0x7F | 0x80));
            rest >>>= 7;
        }
        out.write((int) rest);
        return this;
    }

    Msg raw(byte... bytes) {
        out.writeBytes(bytes);
        return this;
    }

    Msg with(Msg... more) {
        for (Msg message : more) {
            raw(message.toBytes());
        }
        return this;
    }

    byte[] toBytes() {
        return out.toByteArray();
    }

    static byte[] longs(long... values) {
        ByteBuffer bytes = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        for (long value : values) {
            bytes.putLong(value);
        }
        return bytes.array();
    }
}
