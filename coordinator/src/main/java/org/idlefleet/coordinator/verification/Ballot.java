package org.idlefleet.coordinator.verification;

import org.idlefleet.protocol.Digest;
import org.idlefleet.protocol.Lease;
import org.idlefleet.protocol.NodeId;
import org.idlefleet.protocol.NumericClass;
import org.idlefleet.protocol.OwnerId;

/**
 * A well-formed result as a vote.
 *
 * @param commit SHA-256 of nonce and output, stored before anything was compared
 * @param output SHA-256 of the output: equal ones need no comparing
 * @param numericClass in which it was computed
 * @param evidence what a receipt says about it
 */
public record Ballot(
        Lease lease,
        NodeId node,
        OwnerId owner,
        Digest commit,
        Digest output,
        NumericClass numericClass,
        Evidence evidence) {
    /** A result without evidence. */
    public Ballot(
            Lease lease,
            NodeId node,
            OwnerId owner,
            Digest commit,
            Digest output,
            NumericClass numericClass) {
        this(lease, node, owner, commit, output, numericClass, Evidence.NONE);
    }

    /** One that was stored before results had a numeric class. */
    public Ballot(Lease lease, NodeId node, OwnerId owner, Digest commit, Digest output) {
        this(lease, node, owner, commit, output, NumericClass.UNKNOWN);
    }
}
