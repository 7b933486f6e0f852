package org.idlefleet.ledger.adapter.policy;

import org.idlefleet.ledger.TransactionId;

import java.util.Optional;

/**
 * What is known of a booked job or shard beyond the money: the event log knows it, the ledger not.
 */
@FunctionalInterface
public interface WorkFacts {
    /** Where nobody knows more. */
    WorkFacts NONE = _ -> Optional.empty();

    /**
     * @param units work units of a settled shard, such as tokens; of a hold, none
     * @param executions that the client bought of each unit
     */
    record Facts(String model, long units, int executions) {}

    /** Of a hold or a settlement. */
    Optional<Facts> of(TransactionId transaction);
}
