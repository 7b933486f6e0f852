package org.idlefleet.coordinator.workload;

import org.idlefleet.protocol.Digest;

/**
 * Noise that makes sampling repeatable: the token with the highest {@code logit / temperature +
 * noise} is drawn just as softmax would draw it, and whoever knows the seed can check the draw as
 * if it were greedy. The coordinator sends the seed with the task, so the node can't choose it.
 */
public record GumbelNoise(Digest seed) {
    private static final long STEP = 0x9e3779b97f4a7c15L;

    /** The noise of a token at a place of the answer; the same on every machine. */
    public double at(int place, int token) {
        long word = seed.a();
        word = mixed(word ^ mixed(seed.b() + STEP));
        word = mixed(word ^ mixed(seed.c() + 2 * STEP));
        word = mixed(word ^ mixed(seed.d() + 3 * STEP));
        word = mixed(word ^ mixed(((long) place << 32 | token) + 4 * STEP));
        double uniform = ((word >>> 11) + 0.5) * 0x1p-53;
        return -StrictMath.log(-StrictMath.log(uniform));
    }

    /** The scores that the drawn token is the best of. */
    public double[] perturbed(double[] logits, double temperature, int place) {
        if (!(temperature > 0)) {
            throw new IllegalArgumentException(
                    "the temperature is above 0, found " + temperature + "; at 0 nothing is drawn");
        }
        var scores = new double[logits.length];
        for (int token = 0; token < scores.length; token++) {
            scores[token] = logits[token] / temperature + at(place, token);
        }
        return scores;
    }

    /**
     * The finaliser of SplitMix64: every bit of the input decides about every bit of the output.
     */
    private static long mixed(long word) {
        long mixed = word;
        mixed = (mixed ^ mixed >>> 30) * 0xbf58476d1ce4e5b9L;
        mixed = (mixed ^ mixed >>> 27) * 0x94d049bb133111ebL;
        return mixed ^ mixed >>> 31;
    }
}
