package org.idlefleet.ledger.policy;

import org.idlefleet.ledger.Money;
import org.idlefleet.ledger.Transaction;

import java.util.List;

/**
 * What a policy makes of one shard.
 *
 * @param transactions mostly one; more if so many earn that they do not fit into one
 * @param charged what leaves the client's hold
 * @param raised what owners got beyond their share, so that their costs are covered
 * @param shortfall what their costs still exceed their pay by, since the whole price was not
 *     enough: such work should not have been offered to them
 * @param bonus what quick returns earned on top
 */
public record Payment(
        List<Transaction> transactions, Money charged, Money raised, Money shortfall, Money bonus) {
    public Payment {
        transactions = List.copyOf(transactions);
    }
}
