package org.idlefleet.simulator.trust;

/** Times in steps of a twentieth of a second, up to ten minutes. One thread. */
final class Latencies {
    private static final int STEP = 50;

    private final long[] counts = new long[12_000];
    private long total;

    void add(long millis) {
        counts[(int) Math.min(millis / STEP, counts.length - 1)]++;
        total++;
    }

    /**
     * The time in seconds that the share {@code quantile} of all did not exceed; 0 if there is
     * none.
     */
    double quantile(double quantile) {
        long rank = (long) Math.ceil(quantile * total);
        long seen = 0;
        for (int i = 0; i < counts.length && total > 0; i++) {
            seen += counts[i];
            if (seen >= rank) {
                return (i + 1) * STEP / 1_000.0;
            }
        }
        return 0;
    }
}
