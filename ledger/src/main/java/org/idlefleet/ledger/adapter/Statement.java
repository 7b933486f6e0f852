package org.idlefleet.ledger.adapter;

import org.idlefleet.ledger.AccountId;
import org.idlefleet.ledger.Money;

import java.time.Instant;
import java.util.List;
import java.util.SortedMap;

/**
 * What happened to some accounts in a time: opening balances and movements give the closing
 * balances, account by account.
 *
 * @param from the first instant covered
 * @param to the first instant no longer covered
 */
public record Statement(
        String name,
        Instant from,
        Instant to,
        SortedMap<AccountId, Money> opening,
        List<AccountLine> lines,
        SortedMap<AccountId, Money> closing) {
    public Statement {
        lines = List.copyOf(lines);
    }

    public Money openingTotal() {
        return sum(opening);
    }

    public Money closingTotal() {
        return sum(closing);
    }

    /** What came in and what went out, together. */
    public Money movement() {
        return lines.stream().map(AccountLine::amount).reduce(Money.ZERO, Money::plus);
    }

    private static Money sum(SortedMap<AccountId, Money> balances) {
        return balances.values().stream().reduce(Money.ZERO, Money::plus);
    }
}
