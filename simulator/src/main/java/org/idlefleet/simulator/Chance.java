package org.idlefleet.simulator;

import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;

/**
 * One random stream. There is one for each concern, so a new draw here does not shift the draws
 * over there.
 */
public final class Chance {
    private final SplittableRandom random;

    /** The stream of one concern of one seed: the same two always give the same draws. */
    public Chance(long seed, String concern) {
        random = new SplittableRandom(mix(seed) ^ mix(concern.hashCode()));
    }

    public boolean hits(double probability) {
        return random.nextDouble() < probability;
    }

    /** From {@code low} to {@code high}, both included. */
    public int between(int low, int high) {
        return random.nextInt(low, high + 1);
    }

    public double real(double low, double high) {
        return low + (high - low) * random.nextDouble();
    }

    /** Each order of magnitude is as likely as any other. */
    public double logUniform(double low, double high) {
        return low * Math.pow(high / low, random.nextDouble());
    }

    public long whole() {
        return random.nextLong();
    }

    public byte[] bytes(int count) {
        var bytes = new byte[count];
        random.nextBytes(bytes);
        return bytes;
    }

    public <T> T of(List<T> choices) {
        return choices.get(random.nextInt(choices.size()));
    }

    public Duration between(Duration low, Duration high) {
        return Duration.ofNanos((long) real((double) low.toNanos(), (double) high.toNanos()));
    }

    /** Times between things that happen independently of each other. */
    public Duration exponential(Duration mean) {
        return Duration.ofNanos((long) (-Math.log1p(-random.nextDouble()) * mean.toNanos()));
    }

    /** SplitMix64's finaliser. */
    static long mix(long value) {
        long z = value + 0x9E3779B97F4A7C15L;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
