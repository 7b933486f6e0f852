package org.idlefleet.protocol.adapter;

import org.idlefleet.protocol.Digest;
import org.idlefleet.protocol.NodeId;

import java.util.Set;

/**
 * Who may not connect, whatever certificate he shows.
 *
 * @param keys SHA-256 of public keys (SubjectPublicKeyInfo, DER), such as stolen ones
 * @param nodes ids of nodes
 */
public record DenySet(Set<Digest> keys, Set<NodeId> nodes) {
    /** Nobody. */
    public static final DenySet NONE = new DenySet(Set.of(), Set.of());

    public DenySet {
        keys = Set.copyOf(keys);
        nodes = Set.copyOf(nodes);
    }

    boolean contains(PeerIdentity identity) {
        return keys.contains(identity.key()) || nodes.contains(identity.node());
    }
}
