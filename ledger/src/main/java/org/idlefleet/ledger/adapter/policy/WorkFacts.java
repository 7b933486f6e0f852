package org.idlefleet.ledger.adapter.policy;

import org.idlefleet.ledger.TransactionId;

import java.util.Optional;

/** What is known of a settled shard beyond its payment: the event log knows it, the ledger not. */
@FunctionalInterface
public interface WorkFacts {
    /** Where nobody knows more. */
    WorkFacts NONE = _ -> Optional.empty();

    /**
     * @param units work units times the executions that the client bought
     */
    record Facts(String model, long units) {}

    Optional<Facts> of(TransactionId settlement);
}
