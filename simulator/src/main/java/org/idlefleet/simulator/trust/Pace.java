package org.idlefleet.simulator.trust;

import org.idlefleet.coordinator.verification.Standing;

import java.time.Duration;

/**
 * How fast a fleet works and drives.
 *
 * @param shard time that one result takes on its node
 * @param devices devices of an owner on average: so many results come in per {@code shard}
 * @param parked how long an owner's devices work in one go, on average
 * @param away how long they don't, on average
 * @param placed how long an audit waits for an auditor, on average
 * @param patience after this an auditor that has not answered is replaced
 * @param finality an undisputed result is final after this
 * @param sweep how often the coordinator looks what has become final or must be withdrawn
 * @param age owners that were there at the beginning have been so for once to twice of this
 */
public record Pace(
        Duration shard,
        double devices,
        Duration parked,
        Duration away,
        Duration placed,
        Duration patience,
        Duration finality,
        Duration sweep,
        Duration age) {
    /**
     * Owners of ten devices that work half of the time on shards of two seconds. All but newcomers
     * are too old for the alarm to raise their share of audits: the worst case.
     */
    public static final Pace STANDARD =
            new Pace(
                    Duration.ofSeconds(2),
                    10,
                    Duration.ofHours(2),
                    Duration.ofHours(2),
                    Duration.ofMillis(500),
                    Duration.ofSeconds(15),
                    Duration.ofSeconds(60),
                    Duration.ofSeconds(1),
                    Standing.YOUNG);

    /** Owners of one car that works two hours a day on shards of ten seconds. */
    public static final Pace ONE_CAR =
            new Pace(
                    Duration.ofSeconds(10),
                    1,
                    Duration.ofHours(2),
                    Duration.ofHours(22),
                    Duration.ofMillis(500),
                    Duration.ofSeconds(15),
                    Duration.ofSeconds(60),
                    Duration.ofSeconds(1),
                    Standing.YOUNG);

    /** Milliseconds between two results of an average owner while it works. */
    double everyMillis() {
        return shard.toMillis() / devices;
    }

    /** How long an average owner takes for so many results. */
    Duration lasting(long results) {
        return Duration.ofMillis((long) (results * everyMillis() / working()));
    }

    /** The share of the time that an owner's devices work. */
    double working() {
        return parked.toMillis() / (double) (parked.toMillis() + away.toMillis());
    }

    /** Results of an average owner that are not yet final while it works. */
    long unfinal() {
        return (long) (finality.toMillis() / everyMillis());
    }
}
