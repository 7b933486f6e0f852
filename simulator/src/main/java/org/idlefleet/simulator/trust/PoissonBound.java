package org.idlefleet.simulator.trust;

/** The exact upper bound of a rate at which something was counted. */
final class PoissonBound {
    private static final double DOUBT = 0.05;

    private PoissonBound() {}

    /**
     * The mean at which so few are seen with a probability of 5 % only: 3.0 for none, and half the
     * 95 % quantile of chi-squared with {@code 2 (count + 1)} degrees of freedom in general.
     */
    static double upper(long count) {
        double low = count;
        double high = count + 10 + 5 * Math.sqrt(count + 1.0);
        for (int halvings = 0; halvings < 60; halvings++) {
            double mean = (low + high) / 2;
            if (atMost(count, mean) > DOUBT) {
                low = mean;
            } else {
                high = mean;
            }
        }
        return high;
    }

    /** The probability of {@code count} or fewer: the terms from there down, until they vanish. */
    private static double atMost(long count, double mean) {
        double sum = 0;
        double ratio = 1;
        for (long k = count; k >= 0 && ratio > 1e-17; k--) {
            sum += ratio;
            ratio *= k / mean;
        }
        return sum * Math.exp(count * Math.log(mean) - mean - logFactorial(count));
    }

    private static double logFactorial(long n) {
        if (n < 256) {
            double log = 0;
            for (int k = 2; k <= n; k++) {
                log += Math.log(k);
            }
            return log;
        }
        double x = n;
        return x * Math.log(x)
                - x
                + 0.5 * Math.log(2 * Math.PI * x)
                + 1 / (12 * x)
                - 1 / (360 * x * x * x);
    }
}
