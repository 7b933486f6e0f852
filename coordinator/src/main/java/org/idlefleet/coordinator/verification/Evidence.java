package org.idlefleet.coordinator.verification;

import org.idlefleet.protocol.Digest;
import org.idlefleet.protocol.NodeSignature;
import org.idlefleet.protocol.ResultStatement;

import java.util.Optional;

/**
 * What is kept of a result so that others can check it later. Nothing is decided by it.
 *
 * @param input {@link ResultStatement#inputOf} the items that the node was given; empty in logs of
 *     older releases
 * @param signature as the node sent it, not yet checked; empty if it is an older node
 */
public record Evidence(Optional<Digest> input, Optional<NodeSignature> signature) {
    public static final Evidence NONE = new Evidence(Optional.empty(), Optional.empty());
}
