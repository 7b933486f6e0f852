package org.idlefleet.ledger.policy;

import org.idlefleet.ledger.AccountId;
import org.idlefleet.ledger.Money;
import org.idlefleet.ledger.TransactionId;

import java.time.Instant;
import java.util.List;

/**
 * One validated shard, as a policy looks at it.
 *
 * @param id of the settlement
 * @param payer the account that it is paid out of
 * @param units work units times the executions that the client bought
 * @param ceiling the most that may be paid
 * @param contributors whose results count, each owner once; at least one
 * @param auditors owners who checked it, each once
 */
public record Work(
        TransactionId id,
        String client,
        AccountId payer,
        String model,
        long units,
        Instant at,
        Money ceiling,
        List<Contributor> contributors,
        List<String> auditors) {
    /** Paid out of the client's hold. */
    public Work(
            TransactionId id,
            String client,
            String model,
            long units,
            Instant at,
            Money ceiling,
            List<Contributor> contributors,
            List<String> auditors) {
        this(id, client, AccountId.hold(client), model, units, at, ceiling, contributors, auditors);
    }

    public Work {
        contributors = List.copyOf(contributors);
        auditors = List.copyOf(auditors);
        if (contributors.isEmpty()) {
            throw new IllegalArgumentException(id + ": expected at least one owner to pay");
        }
        if (units < 0) {
            throw new IllegalArgumentException(id + ": expected work units, found " + units);
        }
    }
}
