package org.idlefleet.coordinator.adapter.api;

import java.nio.charset.StandardCharsets;

/**
 * Writes floats as JSON numbers that read back as the same float, several times faster than {@link
 * Float#toString} for those that embeddings consist of.
 *
 * <p>Between 0.0001 and 1, nine significant digits in fixed notation are enough: half a unit of the
 * ninth is less than half the gap between two floats, and the one rounding of the multiplication by
 * a power of ten is far below both.
 */
final class FloatText {
    /** Most bytes of one number. */
    static final int BYTES_MAX = 16;

    private static final int DIGITS = 9;
    private static final double[] SCALES = {1e9, 1e10, 1e11, 1e12, 1e13};
    private static final float[] FLOORS = {0.1f, 0.01f, 0.001f, 0.0001f};

    private FloatText() {}

    /**
     * Writes {@code value}, which is finite, at {@code at}.
     *
     * @return where the next byte goes
     */
    static int write(float value, byte[] out, int at) {
        float size = Math.abs(value);
        if (size >= 1f || size < FLOORS[FLOORS.length - 1]) {
            return other(value, out, at);
        }
        int zeros = 0;
        while (size < FLOORS[zeros]) {
            zeros++;
        }
        long digits = Math.round(size * SCALES[zeros]);
        int end = at;
        if (value < 0) {
            out[end++] = '-';
        }
        out[end++] = '0';
        out[end++] = '.';
        int places = DIGITS + zeros;
        for (int i = end + places - 1; i >= end; i--) {
            long rest = digits / 10;
            out[i] = (byte) ('0' + (digits - 10 * rest));
            digits = rest;
        }
        end += places;
        while (out[end - 1] == '0') {
            end--;
        }
        return end;
    }

    private static int other(float value, byte[] out, int at) {
        byte[] text =
                (value == 0 ? "0.0" : Float.toString(value)).getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(text, 0, out, at, text.length);
        return at + text.length;
    }
}
