package org.idlefleet.coordinator;

import org.idlefleet.coordinator.verification.Ballot;
import org.idlefleet.protocol.JobId;
import org.idlefleet.protocol.OwnerId;

import java.util.List;

/**
 * What an internal job checks: a result for items {@code from} up to {@code to} of another job. To
 * the nodes that run it, it is a job like any other. A ringer checks whoever runs it: its claim is
 * the answer that is known, and its job the audit that found it right.
 *
 * @param claim whose result is checked; its owner may not check it
 * @param network of the claim's node, from which no auditor comes if there are others; may be empty
 * @param trusted whether only owners whom the operator trusts may do it
 * @param cause why the claim is checked
 * @param reviewed whether a trusted owner decides even if the auditor agrees with the claim
 * @param kept whether the claim is a whole result that its job keeps, so that a restart finds it
 * @param seenBy owners, besides the claim's, who have computed these items and may not do so again
 */
public record AuditOf(
        JobId job,
        int shard,
        int from,
        int to,
        Ballot claim,
        String network,
        boolean trusted,
        Cause cause,
        boolean reviewed,
        boolean kept,
        List<OwnerId> seenBy) {
    public AuditOf {
        seenBy = List.copyOf(seenBy);
    }

    /** Whether the claim is checked because its commit was drawn, and for no other reason. */
    public boolean drawn() {
        return cause == Cause.DRAWN;
    }

    /** Whether the claim is known to be right, so that whoever computes it anew is tried. */
    public boolean ringer() {
        return cause == Cause.RINGER;
    }

    /** Why a result is checked. */
    public enum Cause {
        /** Its commit was drawn. */
        DRAWN,
        /** Others voted it down. */
        OUTVOTED,
        /** Nobody who looked at it can judge results of its numeric class. */
        UNJUDGED,
        /** Its owner was convicted of another one, or its device turned away. */
        CONVICTION,
        /** It voted another one down: both sides of a dispute are put before a trusted owner. */
        DISPUTED,
        /**
         * A trusted owner found it right: it is given out once more to see whether somebody else
         * gets it right, too.
         */
        RINGER
    }
}
