package org.idlefleet.edge;

import org.idlefleet.protocol.NodeMessage.RefuseReason;

/** How the run of a shard ended. */
public sealed interface ShardOutcome {
    /** Every item is done; the layout of {@code output} follows from the model's task. */
    record Done(byte[] output) implements ShardOutcome {}

    /** The shard can't be run here; {@code detail} names the item if one is to blame. */
    record Refused(RefuseReason reason, String detail) implements ShardOutcome {}

    /** It was stopped. */
    record Aborted() implements ShardOutcome {}
}
