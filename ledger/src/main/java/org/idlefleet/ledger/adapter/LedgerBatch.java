package org.idlefleet.ledger.adapter;

import org.idlefleet.ledger.Booking;

import java.util.List;

/** What one position of the event log books: nothing, or transactions in their order. */
public record LedgerBatch(long position, List<Booking> bookings) {
    public LedgerBatch {
        bookings = List.copyOf(bookings);
    }
}
