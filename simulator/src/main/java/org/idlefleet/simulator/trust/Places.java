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
        double uniform = noise.real(-1, 1);
        return DRIFT[numericClass]
                - Math.copySign(SCATTER * Math.log1p(-Math.abs(uniform)), uniform);
    }

    /** Wrong in a way of its own, as a broken chip is. */
    static double broken(Chance noise) {
        return noise.real(2 * WRONG, 1e9);
    }
}
