package org.idlefleet.ledger.adapter.payout;

/** What a provider says about one payment. */
public sealed interface PayoutStatus {
    Pending PENDING = new Pending();
    Arrived ARRIVED = new Arrived();

    record Pending() implements PayoutStatus {}

    record Arrived() implements PayoutStatus {}

    /** The money did not arrive, or came back. */
    record Failed(String reason) implements PayoutStatus {}
}
