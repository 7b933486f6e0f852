package org.idlefleet.coordinator.scheduling;

import java.util.Arrays;

/**
 * The work units of a job's items, as running sums, so that the work of any range costs one
 * subtraction. Immutable; equal when the units are.
 */
public final class WorkUnits {
    private final long[] sums;

    private WorkUnits(long[] sums) {
        this.sums = sums;
    }

    /** Units of each item in order; every item has at least one. */
    public static WorkUnits of(int... units) {
        var sums = new long[units.length + 1];
        for (int i = 0; i < units.length; i++) {
            if (units[i] < 1) {
                throw new IllegalArgumentException(
                        "an item has at least one work unit, found " + units[i] + " at " + i);
            }
            sums[i + 1] = sums[i] + units[i];
        }
        return new WorkUnits(sums);
    }

    /** {@code items} items of {@code units} each. */
    public static WorkUnits even(int items, int units) {
        var all = new int[items];
        Arrays.fill(all, units);
        return of(all);
    }

    /** The units of the items from {@code from} up to, not including, {@code to}. */
    public WorkUnits slice(int from, int to) {
        var part = new long[to - from + 1];
        for (int i = 0; i < part.length; i++) {
            part[i] = sums[from + i] - sums[from];
        }
        return new WorkUnits(part);
    }

    public int items() {
        return sums.length - 1;
    }

    public long total() {
        return sums[sums.length - 1];
    }

    /** Units of the items from {@code from} up to, not including, {@code to}. */
    public long between(int from, int to) {
        return sums[to] - sums[from];
    }

    /**
     * The end of the range from {@code from} that has at most {@code units}, one item at least and
     * {@code to} at most.
     */
    public int endOf(int from, int to, long units) {
        int at = Arrays.binarySearch(sums, from, to + 1, sums[from] + units);
        int end = at >= 0 ? at : -at - 2;
        return Math.max(from + 1, end);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof WorkUnits units && Arrays.equals(sums, units.sums);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(sums);
    }

    @Override
    public String toString() {
        return total() + " work units in " + items() + " items";
    }
}
