package org.idlefleet.ledger.policy;

import org.idlefleet.ledger.Money;
import org.idlefleet.ledger.TransactionId;

import java.time.Instant;
import java.util.List;

/**
 * One validated shard, as a policy looks at it.
 *
 * @param id of the settlement
 * @param units work units times the executions that the client bought
 * @param ceiling the most that the client's hold gives
 * @param contributors whose results count, each owner once; at least one
 * @param auditors owners who checked it, each once
 */
public record Work(
        TransactionId id,
        String client,
        String model,
        long units,
        Instant at,
        Money ceiling,
        List<Contributor> contributors,
        List<String> auditors) {
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
