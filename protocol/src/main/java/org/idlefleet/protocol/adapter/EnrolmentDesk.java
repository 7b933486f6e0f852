package org.idlefleet.protocol.adapter;

import org.idlefleet.protocol.Digest;
import org.idlefleet.protocol.NodeId;
import org.idlefleet.protocol.OwnerId;

import java.util.concurrent.CompletionStage;

/**
 * Who may have a certificate; the coordinator's core keeps the tokens. An answer that is granted
 * has to be durable before it completes, so that a token works once. Called on network threads, and
 * must not block; an answer may complete on any thread.
 */
public interface EnrolmentDesk {
    /**
     * Uses up a token.
     *
     * @param token {@link EnrolmentToken#hash}
     * @param key SHA-256 of the node's public key (SubjectPublicKeyInfo, DER). The same token and
     *     key may be granted again: the first answer may not have arrived
     */
    CompletionStage<EnrolmentAnswer> redeem(Digest token, Digest key);

    /**
     * A node, known by its valid certificate, wants the next one.
     *
     * @param key SHA-256 of the public key of the next certificate
     */
    CompletionStage<EnrolmentAnswer> renew(NodeId node, OwnerId owner, Digest key);
}
