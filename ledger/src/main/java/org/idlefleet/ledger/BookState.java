package org.idlefleet.ledger;

import java.util.List;

/**
 * Everything a {@link Book} knows, as a value in sorted order: what a snapshot writes and a restart
 * reads.
 *
 * @param balances accounts with a balance other than zero
 * @param holds holds that have not ended
 * @param booked transactions that are remembered for ever, because no hold ends their memory
 */
public record BookState(List<Posting> balances, List<HoldState> holds, List<Booked> booked) {
    public BookState {
        balances = List.copyOf(balances);
        holds = List.copyOf(holds);
        booked = List.copyOf(booked);
    }

    /** One open hold with the settlements drawn on it so far. */
    public record HoldState(
            String job,
            AccountId account,
            AccountId prepaid,
            Money ceiling,
            Money rest,
            long fingerprint,
            List<Booked> settled) {
        public HoldState {
            settled = List.copyOf(settled);
        }
    }

    /** A transaction that was booked, with a fingerprint of its content. */
    public record Booked(TransactionId id, long fingerprint) {}
}
