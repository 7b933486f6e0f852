package org.idlefleet.coordinator;

import org.idlefleet.coordinator.verification.Assurance;
import org.idlefleet.protocol.JobId;
import org.idlefleet.protocol.NodeId;
import org.idlefleet.protocol.OwnerId;

/** What a {@link Command.Asked} is told. */
public sealed interface Answer {
    /** It is so now. */
    record Done() implements Answer {}

    /**
     * The job is admitted under this id and its ceiling price is held.
     *
     * @param assurance what it runs under, perhaps more than was asked for
     */
    record Admitted(JobId job, Assurance assurance) implements Answer {}

    /** The same request was admitted before, as this job; nothing changed. */
    record Repeated(JobId job, Assurance assurance) implements Answer {}

    /** The node may have a certificate. */
    record Enrolled(NodeId node, OwnerId owner) implements Answer {}

    /** What was asked to be seen. */
    record Seen(View view) implements Answer {}

    /** Nothing changed, and why. */
    record Refused(Refusal refusal) implements Answer {}
}
