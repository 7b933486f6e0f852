package org.idlefleet.simulator;

import org.idlefleet.ledger.Money;
import org.idlefleet.ledger.Posting;
import org.idlefleet.ledger.Transaction;

import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The naive book: adds everything up, and remembers every transaction for ever, so that it sees one
 * that is booked twice.
 */
final class ReferenceBook {
    private final TreeMap<String, Long> balances = new TreeMap<>();
    private final TreeSet<String> booked = new TreeSet<>();

    void book(Transaction transaction) {
        Broken.unless(
                booked.add(transaction.id().toString()),
                "a transaction is booked once",
                transaction);
        long sum = 0;
        for (Posting posting : transaction.postings()) {
            long amount = posting.amount().millionths();
            sum = Math.addExact(sum, amount);
            long after = balances.merge(posting.account().path(), amount, Math::addExact);
            Broken.unless(
                    after >= 0 || posting.account().path().equals("platform:issued"),
                    "no account falls below zero",
                    posting.account(),
                    after,
                    transaction);
        }
        Broken.unless(sum == 0, "postings sum to zero", transaction);
    }

    boolean knows(String transaction) {
        return booked.contains(transaction);
    }

    Money of(String account) {
        return Money.ofMillionths(balances.getOrDefault(account, 0L));
    }

    /** All balances other than zero. */
    Map<String, Long> balances() {
        var used = new TreeMap<>(balances);
        used.values().removeIf(balance -> balance == 0);
        return used;
    }
}
