package org.idlefleet.simulator;

import java.time.Duration;

/**
 * How badly the world behaves; each run draws its own, so that some meet a fault that others never
 * see.
 *
 * @param delay longest one-way delay of a message
 * @param loss part of messages with which their connection breaks
 * @param repeat part of messages that come twice
 * @param overtake part of messages that later ones overtake
 * @param clog part of messages that wait for up to five seconds
 * @param repeatCommand part of commands that reach the coordinator twice
 * @param betweenCrashes mean time from one crash of the coordinator to the next; zero for never
 * @param flushFailure part of flushes that fail
 * @param awake mean time for which an owner's gate stays open
 * @param asleep mean time for which it stays closed
 * @param betweenKills mean time until a node's power fails; zero for never
 */
record Weather(
        Duration delay,
        double loss,
        double repeat,
        double overtake,
        double clog,
        double repeatCommand,
        Duration betweenCrashes,
        double flushFailure,
        Duration awake,
        Duration asleep,
        Duration betweenKills) {
    static final Weather FAIR =
            new Weather(
                    Duration.ofMillis(20),
                    0,
                    0,
                    0,
                    0,
                    0,
                    Duration.ZERO,
                    0,
                    Duration.ZERO,
                    Duration.ZERO,
                    Duration.ZERO);

    static Weather draw(Chance chance) {
        return new Weather(
                chance.between(Duration.ofMillis(5), Duration.ofMillis(200)),
                sometimes(chance, 0.01),
                sometimes(chance, 0.1),
                sometimes(chance, 0.05),
                sometimes(chance, 0.02),
                sometimes(chance, 0.2),
                chance.hits(0.7)
                        ? chance.between(Duration.ofSeconds(20), Duration.ofMinutes(5))
                        : Duration.ZERO,
                sometimes(chance, 0.003),
                chance.between(Duration.ofSeconds(30), Duration.ofMinutes(10)),
                chance.between(Duration.ofSeconds(5), Duration.ofMinutes(2)),
                chance.hits(0.7)
                        ? chance.between(Duration.ofMinutes(1), Duration.ofMinutes(20))
                        : Duration.ZERO);
    }

    private static double sometimes(Chance chance, double most) {
        return chance.hits(0.6) ? chance.real(0, most) : 0;
    }
}
