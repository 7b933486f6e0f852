package org.idlefleet.coordinator.verification;

import org.idlefleet.protocol.Digest;
import org.idlefleet.protocol.Lease;
import org.idlefleet.protocol.NodeId;
import org.idlefleet.protocol.OwnerId;

/**
 * A well-formed result as a vote.
 *
 * @param commit SHA-256 of nonce and output, stored before anything was compared
 * @param output SHA-256 of the output: equal ones need no comparing
 */
public record Ballot(Lease lease, NodeId node, OwnerId owner, Digest commit, Digest output) {}
