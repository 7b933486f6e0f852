package org.idlefleet.ledger.adapter.payout;

import org.idlefleet.ledger.Check;
import org.idlefleet.ledger.Transaction;

/**
 * The way into the book: the coordinator's core, which answers when the transaction is durable or
 * refused.
 */
@FunctionalInterface
public interface Bookings {
    Check book(Transaction transaction);
}
