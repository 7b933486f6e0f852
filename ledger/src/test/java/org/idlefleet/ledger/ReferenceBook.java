package org.idlefleet.ledger;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The naive book: knows every id for ever and adds everything up, written without a look at {@link
 * Book}.
 */
final class ReferenceBook {
    private final Map<String, Transaction> everBooked = new TreeMap<>();
    private final Map<String, Money> balances = new TreeMap<>();
    private final Map<String, Money> holds = new TreeMap<>();
    private final Set<String> ended = new HashSet<>();

    /** Books it if that is right; says whether balances changed. */
    boolean offer(Transaction transaction) {
        if (everBooked.containsKey(transaction.id().toString())) {
            return false;
        }
        String job = transaction.id().subject();
        Money drawn = drawn(transaction);
        boolean right =
                switch (transaction.kind()) {
                    case HOLD -> !holds.containsKey(job) && !ended.contains(job);
                    case SETTLE -> holds.containsKey(job) && drawn.compareTo(holds.get(job)) <= 0;
                    case VOID -> holds.containsKey(job) && drawn.equals(holds.get(job));
                    case FUND,
                            REVERSE,
                            MATURE,
                            FORFEIT,
                            CHARGEBACK,
                            PAYOUT,
                            PAID,
                            RETURN,
                            AVAILABLE ->
                            true;
                };
        if (!right || overdraws(transaction)) {
            return false;
        }
        for (Posting posting : transaction.postings()) {
            balances.merge(posting.account().path(), posting.amount(), Money::plus);
        }
        everBooked.put(transaction.id().toString(), transaction);
        moveHold(transaction, job, drawn);
        return true;
    }

    Map<String, Money> balances() {
        var used = new TreeMap<>(balances);
        used.values().removeIf(Money::isZero);
        return used;
    }

    Map<String, Money> holds() {
        return holds;
    }

    private void moveHold(Transaction transaction, String job, Money drawn) {
        if (transaction.kind() == TransactionKind.HOLD) {
            holds.put(job, drawn.negate());
        } else if (holds.containsKey(job) && transaction.kind() != TransactionKind.REVERSE) {
            Money rest = holds.get(job).minus(drawn);
            holds.put(job, rest);
            if (rest.isZero()) {
                holds.remove(job);
                ended.add(job);
            }
        }
    }

    private boolean overdraws(Transaction transaction) {
        for (Posting posting : transaction.postings()) {
            String path = posting.account().path();
            Money after = balances.getOrDefault(path, Money.ZERO).plus(posting.amount());
            if (after.isNegative()
                    && posting.amount().isNegative()
                    && !path.equals("platform:issued")) {
                return true;
            }
        }
        return false;
    }

    private static Money drawn(Transaction transaction) {
        for (Posting posting : transaction.postings()) {
            if (posting.account().path().endsWith(":hold")) {
                return posting.amount().negate();
            }
        }
        return Money.ZERO;
    }
}
