package org.idlefleet.simulator.trust;

import java.util.Arrays;

/**
 * What happens next: a heap of times with a number each. Of equal times the lower number comes
 * first, so the order never depends on how they were put in. One thread.
 */
final class Agenda {
    /** Numbers are below this. */
    static final int NUMBERS = 1 << 22;

    private static final int BITS = 22;

    private long[] heap = new long[1024];
    private int size;

    /**
     * @param at milliseconds since the beginning, less than a century
     * @param number what is to happen
     */
    void add(long at, int number) {
        if (size == heap.length) {
            heap = Arrays.copyOf(heap, 2 * size);
        }
        long entry = at << BITS | number;
        int place = size++;
        while (place > 0 && heap[(place - 1) / 2] > entry) {
            heap[place] = heap[(place - 1) / 2];
            place = (place - 1) / 2;
        }
        heap[place] = entry;
    }

    boolean isEmpty() {
        return size == 0;
    }

    /** Takes out what comes first; {@link #at} and {@link #number} read it. */
    long next() {
        long first = heap[0];
        long last = heap[--size];
        int place = 0;
        for (int child = 1; child < size; child = 2 * place + 1) {
            if (child + 1 < size && heap[child + 1] < heap[child]) {
                child++;
            }
            if (heap[child] >= last) {
                break;
            }
            heap[place] = heap[child];
            place = child;
        }
        heap[place] = last;
        return first;
    }

    static long at(long entry) {
        return entry >>> BITS;
    }

    static int number(long entry) {
        return (int) (entry & NUMBERS - 1);
    }
}
