package org.idlefleet.ledger.adapter;

import org.idlefleet.ledger.AccountId;
import org.idlefleet.ledger.Money;
import org.idlefleet.ledger.TransactionId;

import java.time.Instant;

/**
 * One movement of one account.
 *
 * @param balance of the account after this line
 */
public record AccountLine(
        long sequence,
        Instant bookedAt,
        Instant effectiveAt,
        TransactionId transaction,
        int policy,
        AccountId account,
        Money amount,
        Money balance) {}
