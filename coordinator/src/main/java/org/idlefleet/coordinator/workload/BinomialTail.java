package org.idlefleet.coordinator.workload;

/**
 * Upper tails of the binomial distribution, summed exactly term by term: how likely so many
 * mismatches are among so many tokens.
 */
public final class BinomialTail {
    private BinomialTail() {}

    /** The chance of {@code k} or more among {@code n} if each has chance {@code p}, 0 to 1. */
    public static double atLeast(int k, int n, double p) {
        if (!(p > 0 && p < 1) || n < 0) {
            throw new IllegalArgumentException(
                    "expected a chance between 0 and 1 and a count, found " + p + " and " + n);
        }
        if (k <= 0) {
            return 1;
        }
        if (k > n) {
            return 0;
        }
        double sum = 0;
        double logTerm = logChoose(n, k) + k * StrictMath.log(p) + (n - k) * StrictMath.log1p(-p);
        for (int i = k; i <= n; i++) {
            sum += StrictMath.exp(logTerm);
            logTerm +=
                    StrictMath.log((double) (n - i) / (i + 1))
                            + StrictMath.log(p)
                            - StrictMath.log1p(-p);
        }
        return Math.min(1, sum);
    }

    /** The least count that is at most {@code alpha} likely; {@code n + 1} if none is. */
    public static int limit(int n, double p, double alpha) {
        int k = 0;
        while (k <= n && atLeast(k, n, p) > alpha) {
            k++;
        }
        return k;
    }

    private static double logChoose(int n, int k) {
        double sum = 0;
        for (int i = 1; i <= k; i++) {
            sum += StrictMath.log((double) (n - k + i) / i);
        }
        return sum;
    }
}
