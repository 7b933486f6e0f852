package org.idlefleet.cli.calibration;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * The same model with its weights rounded to 4 bits: what a node saves memory and time with if it
 * cheats. The ONNX file keeps its length; only the bytes of weights change.
 */
public final class CoarserWeights {
    /** Smaller tensors are biases and scales. */
    private static final int ELEMENTS_MIN = 4096;

    private static final int FLOAT = 1;
    private static final int UINT8 = 2;
    private static final int INT8 = 3;

    private CoarserWeights() {}

    /** All weights rounded. */
    public static byte[] all(byte[] onnx) throws IOException {
        byte[] coarse = onnx.clone();
        weights(onnx).forEach(tensor -> round(coarse, tensor));
        return coarse;
    }

    /** The weights of one layer rounded, one in the middle that is not the word table. */
    public static byte[] oneLayer(byte[] onnx) throws IOException {
        List<Weights> all = weights(onnx);
        int largest = all.stream().mapToInt(Weights::length).max().orElse(0);
        List<Weights> layers = all.stream().filter(tensor -> tensor.length() < largest).toList();
        byte[] coarse = onnx.clone();
        if (!layers.isEmpty()) {
            round(coarse, layers.get(layers.size() / 2));
        }
        return coarse;
    }

    /** Where a tensor's bytes lie in the file. */
    private record Weights(int type, int offset, int length) {}

    private static List<Weights> weights(byte[] onnx) throws IOException {
        var found = new ArrayList<Weights>();
        CodedInputStream model = CodedInputStream.newInstance(onnx);
        while (descend(model, 7)) {
            int graph = model.pushLimit(model.readRawVarint32());
            while (descend(model, 5)) {
                int tensor = model.pushLimit(model.readRawVarint32());
                tensor(model, found);
                model.popLimit(tensor);
            }
            model.popLimit(graph);
        }
        if (found.isEmpty()) {
            throw new IOException("the graph holds no weights that could be rounded");
        }
        return found;
    }

    /** Skips to the next field of this number; false at the end. */
    private static boolean descend(CodedInputStream in, int field) throws IOException {
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            if (WireFormat.getTagFieldNumber(tag) == field) {
                return true;
            }
            in.skipField(tag);
        }
        return false;
    }

    private static void tensor(CodedInputStream in, List<Weights> found) throws IOException {
        int type = 0;
        int offset = 0;
        int length = 0;
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            switch (WireFormat.getTagFieldNumber(tag)) {
                case 2 -> type = in.readInt32();
                case 9 -> {
                    length = in.readRawVarint32();
                    offset = in.getTotalBytesRead();
                    in.skipRawBytes(length);
                }
                default -> in.skipField(tag);
            }
        }
        int elements = type == FLOAT ? length / Float.BYTES : length;
        if (elements >= ELEMENTS_MIN && (type == FLOAT || type == UINT8 || type == INT8)) {
            found.add(new Weights(type, offset, length));
        }
    }

    private static void round(byte[] onnx, Weights tensor) {
        if (tensor.type() == FLOAT) {
            roundFloats(
                    ByteBuffer.wrap(onnx, tensor.offset(), tensor.length())
                            .slice()
                            .order(ByteOrder.LITTLE_ENDIAN));
            return;
        }
        int low = tensor.type() == INT8 ? -128 : 0;
        for (int i = tensor.offset(); i < tensor.offset() + tensor.length(); i++) {
            int value = tensor.type() == INT8 ? onnx[i] : onnx[i] & 0xff;
            onnx[i] = (byte) Math.clamp(Math.round(value / 16.0) * 16, low, low + 240);
        }
    }

    private static void roundFloats(ByteBuffer bytes) {
        float largest = 0;
        for (int i = 0; i < bytes.limit(); i += Float.BYTES) {
            largest = Math.max(largest, Math.abs(bytes.getFloat(i)));
        }
        float step = largest / 7;
        for (int i = 0; step > 0 && i < bytes.limit(); i += Float.BYTES) {
            bytes.putFloat(i, Math.round(bytes.getFloat(i) / step) * step);
        }
    }
}
