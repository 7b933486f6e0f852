package org.idlefleet.coordinator.workload;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A model's output as it came: element type, shape and the elements in little-endian bytes, row by
 * row. Nothing is checked before {@link #malformed} is asked. The bytes are not copied.
 */
public record Tensor(ElementType type, List<Integer> shape, byte[] raw) {
    public Tensor {
        shape = List.copyOf(shape);
    }

    /** A tensor of floats of 32 bits. */
    public static Tensor of(List<Integer> shape, float... values) {
        var bytes = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return new Tensor(ElementType.FLOAT32, shape, bytes.array());
    }

    /**
     * What is wrong with it, if another type or shape is expected, the bytes are more or fewer than
     * the shape says, or an element is no number or infinite.
     */
    public Optional<String> malformed(ElementType expectedType, List<Integer> expectedShape) {
        if (type != expectedType || !shape.equals(expectedShape)) {
            return Optional.of(
                    "expected " + expectedType + expectedShape + ", found " + type + shape);
        }
        long elements = 1;
        for (int length : shape) {
            elements = Math.multiplyExact(elements, (long) length);
        }
        if (raw.length != elements * type.bytes()) {
            return Optional.of(
                    "expected "
                            + elements * type.bytes()
                            + " bytes for "
                            + type
                            + shape
                            + ", found "
                            + raw.length);
        }
        for (int i = 0; i < elements; i++) {
            if (!Double.isFinite(value(i))) {
                return Optional.of("element " + i + " is " + value(i));
            }
        }
        return Optional.empty();
    }

    /** Number of elements that the bytes hold. */
    public int elements() {
        return raw.length / type.bytes();
    }

    /** The {@code i}-th element; exact, but for whole numbers beyond 2 to the 53rd power. */
    public double value(int i) {
        ByteBuffer bytes = ByteBuffer.wrap(raw).order(ByteOrder.LITTLE_ENDIAN);
        int at = i * type.bytes();
        return switch (type) {
            case FLOAT32 -> bytes.getFloat(at);
            case FLOAT16 -> Float.float16ToFloat(bytes.getShort(at));
            case BFLOAT16 -> Float.intBitsToFloat(bytes.getShort(at) << 16);
            case INT64 -> bytes.getLong(at);
            case INT32 -> bytes.getInt(at);
            case INT8 -> bytes.get(at);
            case UINT8 -> bytes.get(at) & 0xff;
        };
    }

    /** All elements. */
    public double[] values() {
        var values = new double[elements()];
        for (int i = 0; i < values.length; i++) {
            values[i] = value(i);
        }
        return values;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Tensor tensor
                && type == tensor.type
                && shape.equals(tensor.shape)
                && Arrays.equals(raw, tensor.raw);
    }

    @Override
    public int hashCode() {
        return 31 * shape.hashCode() + Arrays.hashCode(raw);
    }

    @Override
    public String toString() {
        return type + shape.toString();
    }
}
