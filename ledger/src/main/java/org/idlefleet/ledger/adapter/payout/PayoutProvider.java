package org.idlefleet.ledger.adapter.payout;

import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * Who carries the money: a bank's file, or a payment service.
 *
 * <p>An order is known by its {@link PayoutOrder#key}: submitting it again never pays again.
 */
public interface PayoutProvider {
    /** Hands the orders over; when it returns, all of them are with the provider. */
    void submit(String run, List<PayoutOrder> orders) throws IOException;

    /** What is known of orders that were handed over, by key; one that is not named is pending. */
    Map<String, PayoutStatus> statuses(String run, List<PayoutOrder> orders) throws IOException;
}
