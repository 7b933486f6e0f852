package org.idlefleet.ledger;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The book's own record of a hold that has not ended: what is left, and which settlements were
 * drawn on it.
 */
final class OpenHold {
    final AccountId account;
    final AccountId prepaid;
    final long ceiling;
    final long fingerprint;
    long rest;

    /** Shard → fingerprint of its settlement; only looked up, never walked unsorted. */
    private final Map<String, Long> settled = new HashMap<>();

    OpenHold(AccountId account, AccountId prepaid, long ceiling, long rest, long fingerprint) {
        this.account = account;
        this.prepaid = prepaid;
        this.ceiling = ceiling;
        this.rest = rest;
        this.fingerprint = fingerprint;
    }

    boolean isSettled(String shard) {
        return settled.containsKey(shard);
    }

    boolean isSettledBy(String shard, long settlement) {
        Long known = settled.get(shard);
        return known != null && known == settlement;
    }

    void settle(String shard, long settlement, long amount) {
        settled.put(shard, settlement);
        rest -= amount;
    }

    Hold view(String job) {
        return new Hold(job, account, Money.ofMillionths(ceiling), Money.ofMillionths(rest));
    }

    BookState.HoldState state(String job) {
        List<BookState.Booked> booked = new ArrayList<>(settled.size());
        settled.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .forEach(one ->
                        booked.add(
                                new BookState.Booked(
                                        TransactionId.settle(job, one.getKey()), one.getValue())));
        return new BookState.HoldState(
                job,
                account,
                prepaid,
                Money.ofMillionths(ceiling),
                Money.ofMillionths(rest),
                fingerprint,
                booked);
    }

    static OpenHold of(BookState.HoldState state) {
        var hold =
                new OpenHold(
                        state.account(),
                        state.prepaid(),
                        state.ceiling().millionths(),
                        state.rest().millionths(),
                        state.fingerprint());
        state.settled()
                .forEach(booked -> hold.settled.put(booked.id().detail(), booked.fingerprint()));
        return hold;
    }
}
