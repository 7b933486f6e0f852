package org.idlefleet.coordinator.adapter.log;

import java.io.ByteArrayOutputStream;

/** A number as protobuf writes the length of a message. */
final class Varint {
    private Varint() {}

    static void write(int value, ByteArrayOutputStream out) {
        int rest = value;
        while ((rest & ~0x7f) != 0) {
            out.write(rest & 0x7f | 0x80);
            rest >>>= 7;
        }
        out.write(rest);
    }
}
