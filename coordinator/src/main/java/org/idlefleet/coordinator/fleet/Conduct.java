package org.idlefleet.coordinator.fleet;

import java.time.Duration;

/**
 * How an owner's nodes have kept what they took, since the coordinator started. It says nothing of
 * honesty: a car that drives off is no liar.
 *
 * @param answered leases that brought a result
 * @param released leases handed back in time, as the owner wished
 * @param lost leases that ended with a connection, or ran over
 * @param refused leases that a node could not run, or answered with something that was no result
 * @param expected time that the answered leases were expected to take
 * @param taken time that they took to compute
 */
public record Conduct(
        long answered, long released, long lost, long refused, Duration expected, Duration taken) {
    public static final Conduct NONE = new Conduct(0, 0, 0, 0, Duration.ZERO, Duration.ZERO);

    /** Of the leases not handed back, the share that was answered; 1 if there were none. */
    public double availability() {
        long kept = answered + lost + refused;
        return kept == 0 ? 1 : answered / (double) kept;
    }

    /** How much faster than expected the answers came; 1 if there were none. */
    public double speed() {
        return taken.isZero() ? 1 : expected.toNanos() / (double) taken.toNanos();
    }

    public Conduct afterAnswer(Duration expectation, Duration computed) {
        return new Conduct(
                answered + 1,
                released,
                lost,
                refused,
                expected.plus(expectation),
                taken.plus(computed));
    }

    public Conduct afterRelease() {
        return new Conduct(answered, released + 1, lost, refused, expected, taken);
    }

    public Conduct afterLoss() {
        return new Conduct(answered, released, lost + 1, refused, expected, taken);
    }

    public Conduct afterRefusal() {
        return new Conduct(answered, released, lost, refused + 1, expected, taken);
    }
}
