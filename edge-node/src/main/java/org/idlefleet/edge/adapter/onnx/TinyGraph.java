package org.idlefleet.edge.adapter.onnx;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** The smallest ONNX model there is, written in ONNX's own protobuf: y = -x for one float. */
final class TinyGraph {
    private static final int IR_VERSION = 8;
    private static final int OPSET = 13;
    private static final int FLOAT = 1;

    private TinyGraph() {}

    static byte[] negation() {
        byte[] node = join(text(1, "x"), text(2, "y"), text(4, "Neg"));
        byte[] graph =
                join(bytes(1, node), text(2, "g"), bytes(11, value("x")), bytes(12, value("y")));
        byte[] opset = join(text(1, ""), number(2, OPSET));
        return join(number(1, IR_VERSION), bytes(7, graph), bytes(8, opset));
    }

    /** A ValueInfoProto: a tensor of one float. */
    private static byte[] value(String name) {
        byte[] shape = bytes(1, number(1, 1));
        byte[] tensor = join(number(1, FLOAT), bytes(2, shape));
        return join(text(1, name), bytes(2, bytes(1, tensor)));
    }

    private static byte[] number(int field, int value) {
        return new byte[] {(byte) (field << 3), (byte) value};
    }

    private static byte[] text(int field, String text) {
        return bytes(field, text.getBytes(StandardCharsets.UTF_8));
    }

    private static byte[] bytes(int field, byte[] bytes) {
        return join(new byte[] {(byte) (field << 3 | 2), (byte) bytes.length}, bytes);
    }

    private static byte[] join(byte[]... parts) {
        var out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }
}
