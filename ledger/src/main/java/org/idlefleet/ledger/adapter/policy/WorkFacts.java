package org.idlefleet.ledger.adapter.policy;

import org.idlefleet.ledger.TransactionId;
import org.idlefleet.ledger.policy.Contributor;

import java.util.List;
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
     * @param key id of the API key that asked for the job; empty if it is not known
     */
    record Facts(String model, long units, int executions, String key) {}

    /** Of a hold or a settlement. */
    Optional<Facts> of(TransactionId transaction);

    /**
     * Whom a settlement paid, with all that their pay followed from; empty if that is not known.
     */
    default List<Contributor> contributors(TransactionId settlement) {
        return List.of();
    }
}
