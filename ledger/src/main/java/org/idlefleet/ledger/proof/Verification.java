package org.idlefleet.ledger.proof;

import org.idlefleet.ledger.AccountId;
import org.idlefleet.ledger.Money;

import java.util.List;
import java.util.SortedMap;

/**
 * What an export proves.
 *
 * @param kept receipts whose payment is in the log as promised
 * @param open receipts whose deadline the log has not reached
 * @param balances of the holder's accounts after the last entry
 * @param faults what does not hold, one sentence each; empty if everything does
 */
public record Verification(
        long entries,
        long kept,
        long open,
        SortedMap<AccountId, Money> balances,
        List<String> faults) {
    public Verification {
        faults = List.copyOf(faults);
    }

    public boolean holds() {
        return faults.isEmpty();
    }
}
