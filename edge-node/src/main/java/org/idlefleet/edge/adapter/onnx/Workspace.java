package org.idlefleet.edge.adapter.onnx;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;

/** Memory outside the heap that one run reuses from batch to batch; it only grows. One thread. */
final class Workspace {
    private LongBuffer ids = longs(0);
    private LongBuffer mask = longs(0);
    private LongBuffer types = longs(0);
    private FloatBuffer hidden = floats(0);

    /**
     * Makes room for {@code items} rows of {@code length} tokens with {@code width} floats each.
     */
    void fit(int items, int length, int width) {
        int cells = items * length;
        if (ids.capacity() < cells) {
            ids = longs(cells);
            mask = longs(cells);
            types = longs(cells);
        }
        int values = Math.multiplyExact(cells, width);
        if (hidden.capacity() < values) {
            hidden = floats(values);
        }
        ids.clear().limit(cells);
        mask.clear().limit(cells);
        types.clear().limit(cells);
        hidden.clear().limit(values);
    }

    LongBuffer ids() {
        return ids;
    }

    LongBuffer mask() {
        return mask;
    }

    /** Always zeros: each item is one sentence. */
    LongBuffer types() {
        return types;
    }

    FloatBuffer hidden() {
        return hidden;
    }

    private static LongBuffer longs(int count) {
        return direct(count, Long.BYTES).asLongBuffer();
    }

    private static FloatBuffer floats(int count) {
        return direct(count, Float.BYTES).asFloatBuffer();
    }

    private static ByteBuffer direct(int count, int bytes) {
        return ByteBuffer.allocateDirect(Math.multiplyExact(count, bytes))
                .order(ByteOrder.nativeOrder());
    }
}
