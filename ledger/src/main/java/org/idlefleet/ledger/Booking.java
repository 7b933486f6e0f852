package org.idlefleet.ledger;

import java.time.Instant;

/**
 * A transaction with the two times that matter: when it was booked, and since when it counts, which
 * is never later.
 *
 * <p>Times are kept to the millisecond.
 */
public record Booking(Transaction transaction, Instant bookedAt, Instant effectiveAt) {
    /** A transaction that counts from when it was booked, as nearly all do. */
    public Booking(Transaction transaction, Instant bookedAt) {
        this(transaction, bookedAt, bookedAt);
    }
}
