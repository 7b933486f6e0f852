package org.idlefleet.coordinator.adapter.api;

import org.idlefleet.coordinator.adapter.Payloads;
import org.idlefleet.protocol.Digest;

import java.util.Optional;
import java.util.function.Supplier;

/**
 * What the door needs of the house.
 *
 * @param authority SHA-256 of the certificate that nodes trust; it is part of enrolment tokens
 * @param unready why requests should go elsewhere for now; empty if all is well
 */
public record Ports(
        Desk desk,
        Payloads payloads,
        Catalogue catalogue,
        JobHistory history,
        Receipts receipts,
        Books books,
        PayoutConfig payouts,
        OperatorFile operators,
        Metrics metrics,
        Supplier<Optional<String>> unready,
        Digest authority) {}
