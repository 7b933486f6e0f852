package org.idlefleet.simulator.trust;

import org.idlefleet.simulator.Chance;

/**
 * Where results lie: on a line, in units of the tolerance within one numeric class. The right
 * result of class {@code c} is at {@code DRIFT[c]}; honest ones scatter about it with the tails of
 * a Laplace distribution, so that a pair in about a hundred thousand does not agree.
 */
final class Places {
    /** How far the classes lie apart. */
    private static final double[] DRIFT = {0, 0.4, 1.5};

    /** The tolerance is one and a half of the largest distance of ten thousand honest pairs. */
    private static final double SCATTER = 1 / (1.5 * Math.log(10_000));

    static final int CLASSES = DRIFT.length;

    /** A wrong answer on which all who cheat together agree. */
    static final double WRONG = 1_000;

    private Places() {}

    /** The largest distance at which results of two classes agree. */
    static double tolerance(int one, int other) {
        return 1 + Math.abs(DRIFT[one] - DRIFT[other]);
    }

    static double right(int numericClass) {
        return DRIFT[numericClass];
    }

    static double honest(int numericClass, Chance noise) {
        return DRIFT[numericClass] + SCATTER * laplace(noise.real(0, 1));
    }

    /** Wrong in a way of its own, as a broken chip is. */
    static double broken(Chance noise) {
        return noise.real(2 * WRONG, 1e9);
    }

    /**
     * The probability that two results do not agree.
     *
     * @param oneDrag how far the first is pulled away on purpose, before it scatters
     * @param otherDrag the same of the second
     */
    static double disagreement(int one, double oneDrag, int other, double otherDrag) {
        double apart = right(one) + oneDrag - right(other) - otherDrag;
        double tolerance = tolerance(one, other);
        return beyond(tolerance - apart) + beyond(tolerance + apart);
    }

    /** Two such results, given that they do not agree. */
    static double[] disagreeing(
            int one, double oneDrag, int other, double otherDrag, Chance noise) {
        double apart = right(one) + oneDrag - right(other) - otherDrag;
        double above = tolerance(one, other) - apart;
        double below = tolerance(one, other) + apart;
        boolean first = noise.hits(beyond(above) / (beyond(above) + beyond(below)));
        double[] scattered = apart((first ? above : below) / SCATTER, noise);
        return new double[] {
            right(one) + oneDrag + SCATTER * scattered[first ? 0 : 1],
            right(other) + otherDrag + SCATTER * scattered[first ? 1 : 0]
        };
    }

    /** The probability that of two scattered results the first is so far above the second. */
    private static double beyond(double distance) {
        double scaled = Math.abs(distance) / SCATTER;
        double tail = Math.exp(-scaled) * (1 + scaled / 2) / 2;
        return distance >= 0 ? tail : 1 - tail;
    }

    /**
     * Two draws of the Laplace distribution of scale 1, given that the first exceeds the second by
     * {@code gap}: the first by its density, which is made of three pieces, then the second below.
     */
    private static double[] apart(double gap, Chance noise) {
        while (gap < 0) {
            double one = laplace(noise.real(0, 1));
            double other = laplace(noise.real(0, 1));
            if (one - other > gap) {
                return new double[] {one, other};
            }
        }
        double piece = noise.real(0, 0.5 + gap / 4);
        double one;
        if (piece < 0.125) {
            one = Math.log1p(-noise.real(0, 1)) / 2;
        } else if (piece < 0.125 + gap / 4) {
            one = noise.real(0, gap);
        } else {
            do {
                one = -Math.log1p(-noise.real(0, 1));
            } while (noise.hits(Math.exp(-one) / 2));
            one += gap;
        }
        double most = one - gap;
        double share = most < 0 ? Math.exp(most) / 2 : 1 - Math.exp(-most) / 2;
        return new double[] {one, laplace(share * (1 - noise.real(0, 1)))};
    }

    /**
     * The place below which the share {@code uniform} of a Laplace distribution of scale 1 lies.
     */
    private static double laplace(double uniform) {
        return uniform < 0.5
                ? Math.log(Math.max(2 * uniform, Double.MIN_NORMAL))
                : -Math.log(Math.max(2 * (1 - uniform), Double.MIN_NORMAL));
    }
}
