package org.idlefleet.simulator.trust;

import org.idlefleet.coordinator.verification.Assurance;

import java.time.Duration;

/**
 * One run.
 *
 * @param adversary what the hostile owners are
 * @param assurance what the clients buy; one that is audited
 * @param owners honest and hostile ones together
 * @param hostilePercent how many of a hundred owners are hostile
 * @param lasting virtual time
 * @param exact whether draws and verdicts are all production's; else dice of the same odds replace
 *     the keyed hash, and two results that agree are not put to a vote
 */
public record TrustPlan(
        Adversary adversary,
        Assurance assurance,
        int owners,
        int hostilePercent,
        Duration lasting,
        Pace pace,
        long seed,
        boolean exact) {
    /** Fewest owners of a run. */
    public static final int OWNERS_MIN = 10;

    /** Most owners of a run. */
    public static final int OWNERS_MAX = 1_000_000;

    public TrustPlan {
        if (!assurance.audited()) {
            throw new IllegalArgumentException(
                    assurance + " draws no audits; take verified, strict, standard or bulk");
        }
        if (owners < OWNERS_MIN || owners > OWNERS_MAX) {
            throw new IllegalArgumentException(
                    "a run has " + OWNERS_MIN + " to " + OWNERS_MAX + " owners, found " + owners);
        }
        if (hostilePercent < 0 || hostilePercent > 50) {
            throw new IllegalArgumentException(
                    "0 to 50 of a hundred owners are hostile, found " + hostilePercent);
        }
    }

    /** So many results of an average owner. */
    public static TrustPlan of(
            Adversary adversary,
            Assurance assurance,
            int owners,
            int hostilePercent,
            long results,
            long seed,
            boolean exact) {
        return new TrustPlan(
                adversary,
                assurance,
                owners,
                hostilePercent,
                Pace.STANDARD.lasting(results),
                Pace.STANDARD,
                seed,
                exact);
    }

    int hostile() {
        return (int) ((long) owners * hostilePercent / 100);
    }
}
