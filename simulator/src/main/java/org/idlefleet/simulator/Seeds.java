package org.idlefleet.simulator;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Runs many seeds: {@code Seeds FROM COUNT}. Prints a line for each, its trace hash among it, and
 * ends with exit code 1 after a seed that breaks a promise.
 */
public final class Seeds {
    static final Duration STORM = Duration.ofMinutes(3);
    static final Duration CALM = Duration.ofHours(3);

    private Seeds() {}

    /** {@code FROM} is the first seed, {@code COUNT} how many follow each other. */
    public static void main(String[] arguments) {
        if (arguments.length != 2) {
            throw new IllegalArgumentException(
                    "usage: Seeds FROM COUNT, for example Seeds 1 1000; run it with java -ea");
        }
        long from = Long.parseLong(arguments[0]);
        long count = Long.parseLong(arguments[1]);
        var corners = new Corners();
        int broken = 0;
        for (long seed = from; seed < from + count; seed++) {
            try {
                long began = System.nanoTime();
                Simulation run = run(seed);
                corners.add(run.corners());
                System.out.printf(
                        "seed %d trace %016x steps %d in %d ms%n",
                        seed,
                        run.trace(),
                        run.steps(),
                        TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began));
            } catch (RuntimeException | AssertionError e) {
                broken++;
                System.out.printf("seed %d BROKEN%n", seed);
                e.printStackTrace(System.out);
            }
        }
        for (Map.Entry<Corner, Long> corner : corners.counts().entrySet()) {
            System.out.printf("%-28s %d%n", corner.getKey(), corner.getValue());
        }
        System.out.printf("%d seeds, %d broken%n", count, broken);
        Broken.unless(broken == 0, "every seed keeps every promise; broken:", broken);
    }

    /**
     * A storm and the calm after it.
     *
     * @throws Broken if a promise is broken; its message says how to see that again
     */
    public static Simulation run(long seed) {
        try {
            var simulation = new Simulation(seed);
            simulation.storm(STORM);
            simulation.calm(CALM);
            return simulation;
        } catch (RuntimeException | AssertionError e) {
            throw new Broken(
                    "seed "
                            + seed
                            + " breaks a promise; replay it by: java -ea "
                            + Seeds.class.getName()
                            + " "
                            + seed
                            + " 1",
                    e);
        }
    }
}
