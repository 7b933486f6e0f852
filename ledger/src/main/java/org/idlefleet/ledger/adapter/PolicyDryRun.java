package org.idlefleet.ledger.adapter;

import org.idlefleet.ledger.AccountId;
import org.idlefleet.ledger.Money;
import org.idlefleet.ledger.Posting;
import org.idlefleet.ledger.RevenueShare;
import org.idlefleet.ledger.Transaction;
import org.idlefleet.ledger.TransactionKind;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a revenue share would have paid for the settlements of some time, beside what was paid.
 * Books nothing.
 *
 * @param paid what went to each account
 * @param would what would have gone to it
 */
public record PolicyDryRun(
        int policy,
        long settlements,
        SortedMap<AccountId, Money> paid,
        SortedMap<AccountId, Money> would) {
    /** What an account would have gained, or lost when negative. */
    public Money change(AccountId account) {
        return would.getOrDefault(account, Money.ZERO)
                .minus(paid.getOrDefault(account, Money.ZERO));
    }

    static PolicyDryRun of(RevenueShare policy, LedgerReader ledger, Instant from, Instant to) {
        var paid = new TreeMap<AccountId, Money>();
        var would = new TreeMap<AccountId, Money>();
        var count = new long[1];
        ledger.visit(
                1,
                Long.MAX_VALUE,
                row -> {
                    boolean within = !row.bookedAt().isBefore(from) && row.bookedAt().isBefore(to);
                    if (within && row.transaction().kind() == TransactionKind.SETTLE) {
                        count[0]++;
                        add(paid, row.transaction());
                        add(would, again(policy, row.transaction()));
                    }
                });
        return new PolicyDryRun(policy.version(), count[0], paid, would);
    }

    /** The same price for the same owners, divided by the other policy. */
    private static Transaction again(RevenueShare policy, Transaction settled) {
        List<String> owners = new ArrayList<>();
        Money price = Money.ZERO;
        String client = "";
        for (Posting posting : settled.postings()) {
            if (posting.account().isHold()) {
                price = posting.amount().negate();
                client = posting.account().name();
            } else if (posting.account().isOwners("escrow")) {
                owners.add(posting.account().name());
            }
        }
        return policy.settlement(settled.id(), client, policy.split(price), owners);
    }

    private static void add(SortedMap<AccountId, Money> sums, Transaction settlement) {
        for (Posting posting : settlement.postings()) {
            if (!posting.account().isHold()) {
                sums.merge(posting.account(), posting.amount(), Money::plus);
            }
        }
    }
}
