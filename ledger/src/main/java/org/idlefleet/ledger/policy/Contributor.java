package org.idlefleet.ledger.policy;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * An owner whose result was validated, with all that his pay follows from.
 *
 * @param region where it ran, such as {@code eu-de}; empty if unknown
 * @param fleet the organisation that the device belongs to; it earns as an owner of that name
 * @param referrer the owner who brought this one
 * @param microsPerKwh what electricity costs him just then, if he said so; else the policy's tariff
 * @param turnaround from the lease to the result, if it was measured
 */
public record Contributor(
        String owner,
        String region,
        Optional<String> fleet,
        Optional<String> referrer,
        Effort effort,
        OptionalLong microsPerKwh,
        Optional<Duration> turnaround) {
    /** An owner of whom nothing else is known. */
    public static Contributor of(String owner) {
        return new Contributor(
                owner,
                "",
                Optional.empty(),
                Optional.empty(),
                Effort.NONE,
                OptionalLong.empty(),
                Optional.empty());
    }
}
