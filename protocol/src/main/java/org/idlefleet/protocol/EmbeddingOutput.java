package org.idlefleet.protocol;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The bytes of an embedding shard's result, little-endian: for each of n items its token count (32
 * bits), then for each item its vector (d floats of 32 bits).
 */
public final class EmbeddingOutput {
    private final int items;
    private final int dimensions;
    private final byte[] raw;
    private final ByteBuffer bytes;

    private EmbeddingOutput(int items, int dimensions, byte[] raw) {
        this.items = items;
        this.dimensions = dimensions;
        this.raw = raw;
        this.bytes = ByteBuffer.wrap(raw).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Bytes that one item takes. */
    public static int bytesPerItem(int dimensions) {
        return Integer.BYTES + dimensions * Float.BYTES;
    }

    /** An output to be filled by {@link #set}. */
    public static EmbeddingOutput create(int items, int dimensions) {
        return new EmbeddingOutput(
                items, dimensions, new byte[Math.multiplyExact(items, bytesPerItem(dimensions))]);
    }

    /**
     * Reads {@code raw}; a length that is no whole number of items is an {@link
     * IllegalArgumentException}.
     */
    public static EmbeddingOutput read(byte[] raw, int dimensions) {
        if (raw.length % bytesPerItem(dimensions) != 0) {
            throw new IllegalArgumentException(
                    raw.length + " bytes are no whole number of " + dimensions + "-d embeddings");
        }
        return new EmbeddingOutput(raw.length / bytesPerItem(dimensions), dimensions, raw);
    }

    /**
     * Sets the {@code item}-th token count and vector; the vector has {@link #dimensions} floats.
     */
    public void set(int item, int tokens, float[] vector) {
        if (vector.length != dimensions) {
            throw new IllegalArgumentException(
                    "a vector of " + dimensions + " is expected, found " + vector.length);
        }
        bytes.putInt(item * Integer.BYTES, tokens);
        bytes.position(vectorAt(item)).asFloatBuffer().put(vector);
    }

    public int items() {
        return items;
    }

    public int dimensions() {
        return dimensions;
    }

    /** Tokens of the {@code item}-th text as the model saw it. */
    public int tokens(int item) {
        return bytes.getInt(item * Integer.BYTES);
    }

    /** The {@code item}-th vector, a fresh array. */
    public float[] vector(int item) {
        var vector = new float[dimensions];
        bytes.duplicate()
                .order(ByteOrder.LITTLE_ENDIAN)
                .position(vectorAt(item))
                .asFloatBuffer()
                .get(vector);
        return vector;
    }

    /** The items from {@code from} up to, not including, {@code to} as an output of their own. */
    public EmbeddingOutput slice(int from, int to) {
        EmbeddingOutput part = create(to - from, dimensions);
        part.copy(this, from, 0, to - from);
        return part;
    }

    /** Another output of the same dimensions takes the place of the items from {@code at} on. */
    public void replace(int at, EmbeddingOutput part) {
        copy(part, 0, at, part.items);
    }

    private void copy(EmbeddingOutput from, int first, int at, int count) {
        System.arraycopy(
                from.raw, first * Integer.BYTES, raw, at * Integer.BYTES, count * Integer.BYTES);
        System.arraycopy(
                from.raw,
                from.vectorAt(first),
                raw,
                vectorAt(at),
                count * dimensions * Float.BYTES);
    }

    /** The length of the vectors of {@code items} items that take so many bytes together. */
    public static int dimensions(int items, int bytes) {
        return (bytes / items - Integer.BYTES) / Float.BYTES;
    }

    /** Whether every float is a number. */
    public boolean finite() {
        for (int at = items * Integer.BYTES; at < bytes.capacity(); at += Float.BYTES) {
            if (!Float.isFinite(bytes.getFloat(at))) {
                return false;
            }
        }
        return true;
    }

    /** The bytes themselves, not a copy. */
    public byte[] raw() {
        return raw;
    }

    private int vectorAt(int item) {
        return items * Integer.BYTES + item * dimensions * Float.BYTES;
    }
}
