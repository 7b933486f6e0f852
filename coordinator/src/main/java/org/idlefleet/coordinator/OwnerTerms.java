package org.idlefleet.coordinator;

import org.idlefleet.ledger.policy.Rates;
import org.idlefleet.protocol.OwnerId;

import java.util.List;
import java.util.Optional;

/**
 * What the operator knows of an owner that its pay depends on.
 *
 * @param region where its devices are, such as {@code eu-de}; empty if unknown
 * @param fleet the organisation that its devices belong to, which earns as an owner of that name
 * @param referrer who brought this owner, and earns as an owner of that name
 * @param electricity its own tariff, by its region's clock: the first line that holds counts, and
 *     the policy's tariff where none does
 */
public record OwnerTerms(
        String region,
        Optional<OwnerId> fleet,
        Optional<OwnerId> referrer,
        List<Rates.Tariff> electricity) {
    /** Where nothing was said. */
    public static final OwnerTerms NONE =
            new OwnerTerms("", Optional.empty(), Optional.empty(), List.of());

    public static final int TARIFF_LINES_MAX = 48;
    private static final int REGION_MAX = 40;

    public OwnerTerms {
        electricity = List.copyOf(electricity);
        if (region.length() > REGION_MAX || electricity.size() > TARIFF_LINES_MAX) {
            throw new IllegalArgumentException(
                    "an owner's terms have a region of at most "
                            + REGION_MAX
                            + " characters and at most "
                            + TARIFF_LINES_MAX
                            + " lines of electricity");
        }
    }
}
