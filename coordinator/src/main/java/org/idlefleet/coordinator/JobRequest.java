package org.idlefleet.coordinator;

import org.idlefleet.coordinator.scheduling.WorkUnits;
import org.idlefleet.coordinator.verification.Assurance;
import org.idlefleet.protocol.ItemKind;
import org.idlefleet.protocol.ModelId;

import java.time.Instant;
import java.util.Optional;

/**
 * A job as its client asks for it.
 *
 * @param units work units of each item, in order
 * @param quorum how many distinct owners must agree on every shard, where the quorum is the
 *     assurance
 * @param deadline when the answer is worth nothing any more
 * @param durable whether the job outlives the coordinator's process; its inputs then do, too
 * @param assurance empty if the client does not say: then its terms do
 */
public record JobRequest(
        ModelId model,
        ItemKind kind,
        WorkUnits units,
        int quorum,
        Tier tier,
        Instant deadline,
        boolean durable,
        Optional<Assurance> assurance) {
    /** A job whose assurance is its quorum. */
    public JobRequest(
            ModelId model,
            ItemKind kind,
            WorkUnits units,
            int quorum,
            Tier tier,
            Instant deadline,
            boolean durable) {
        this(model, kind, units, quorum, tier, deadline, durable, Optional.of(Assurance.QUORUM));
    }
}
