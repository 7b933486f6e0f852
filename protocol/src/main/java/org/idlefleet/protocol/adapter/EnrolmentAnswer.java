package org.idlefleet.protocol.adapter;

import org.idlefleet.protocol.NodeId;
import org.idlefleet.protocol.OwnerId;

/** What the coordinator decided about a node that wants a certificate. */
public sealed interface EnrolmentAnswer {
    /** The node gets a certificate with this identity. */
    record Granted(OwnerId owner, NodeId node) implements EnrolmentAnswer {}

    /**
     * The node gets none.
     *
     * @param reason what is wrong and what to do, for the person at the device
     */
    record Refused(String reason) implements EnrolmentAnswer {}
}
