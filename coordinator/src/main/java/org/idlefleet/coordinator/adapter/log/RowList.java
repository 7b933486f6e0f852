package org.idlefleet.coordinator.adapter.log;

import java.util.Arrays;
import java.util.stream.LongStream;

/**
 * Rows of the log, ascending, in about two bytes each: the varint differences between their first
 * events' numbers. One writer; a copy of {@link #bytes} may go anywhere.
 */
final class RowList {
    private byte[] bytes;
    private int length;
    private long last;

    RowList() {
        bytes = new byte[6];
    }

    private RowList(byte[] bytes, long last) {
        this.bytes = bytes;
        this.length = bytes.length;
        this.last = last;
    }

    /** Continues a list that was written before. */
    static RowList of(byte[] bytes) {
        return new RowList(bytes.clone(), read(bytes).reduce(0, (_, row) -> row));
    }

    /** Adds a row; the same one again changes nothing. */
    synchronized void add(long row) {
        if (row == last) {
            return;
        }
        long difference = row - last;
        last = row;
        while (difference >= 0x80) {
            put((byte) (difference | 0x80));
            difference >>>= 7;
        }
        put((byte) difference);
    }

    synchronized byte[] bytes() {
        return Arrays.copyOf(bytes, length);
    }

    static LongStream read(byte[] bytes) {
        LongStream.Builder rows = LongStream.builder();
        long row = 0;
        int shift = 0;
        long difference = 0;
        for (byte b : bytes) {
            difference |= (long) (b & 0x7f) << shift;
            shift += 7;
            if (b >= 0) {
                row += difference;
                rows.add(row);
                shift = 0;
                difference = 0;
            }
        }
        return rows.build();
    }

    private void put(byte b) {
        if (length == bytes.length) {
            bytes = Arrays.copyOf(bytes, length + length / 2 + 4);
        }
        bytes[length++] = b;
    }
}
