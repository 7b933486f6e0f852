package org.idlefleet.ledger.adapter;

import org.idlefleet.ledger.Booking;
import org.idlefleet.ledger.Transaction;

import java.time.Instant;

/**
 * A transaction as the ledger keeps it: its place in the ledger, its place in the event log, its
 * times.
 */
public record BookedRow(long sequence, long position, Booking booking) {
    public Transaction transaction() {
        return booking.transaction();
    }

    public Instant bookedAt() {
        return booking.bookedAt();
    }
}
