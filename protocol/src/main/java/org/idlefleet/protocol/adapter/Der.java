package org.idlefleet.protocol.adapter;

import java.io.ByteArrayOutputStream;
import java.util.HexFormat;

/** Values in DER, as far as certificates are asked for and handed over. */
final class Der {
    static final int BIT_STRING = 0x03;
    static final int UTF8_STRING = 0x0c;
    static final int SEQUENCE = 0x30;
    static final int SET = 0x31;

    /** What stands in a place of its own, [0]. */
    static final int CONTEXT = 0xa0;

    private Der() {}

    /** One value out of what it consists of, up to 65,535 bytes. */
    static byte[] of(int tag, byte[]... parts) {
        var content = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            content.writeBytes(part);
        }
        var value = new ByteArrayOutputStream();
        value.write(tag);
        int length = content.size();
        if (length > 0xffff) {
            throw new IllegalArgumentException(
                    "a value has at most 65535 bytes here, found " + length);
        } else if (length > 0xff) {
            value.write(0x82);
            value.write(length >> 8);
        } else if (length > 0x7f) {
            value.write(0x81);
        }
        value.write(length);
        value.writeBytes(content.toByteArray());
        return value.toByteArray();
    }

    /** A value that is always the same, in hexadecimal digits. */
    static byte[] fixed(String hex) {
        return HexFormat.of().parseHex(hex);
    }
}
