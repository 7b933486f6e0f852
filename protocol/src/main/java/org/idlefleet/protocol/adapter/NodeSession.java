package org.idlefleet.protocol.adapter;

import org.idlefleet.protocol.CoordinatorMessage;
import org.idlefleet.protocol.NodeId;
import org.idlefleet.protocol.NodeMessage;
import org.idlefleet.protocol.OwnerId;

import java.net.InetAddress;
import java.security.PublicKey;
import java.util.List;

/** A node that is connected, authenticated and has said hello. Thread-safe. */
public interface NodeSession {
    /** Counted by the door from 1, never used twice in its life. */
    long number();

    NodeId node();

    OwnerId owner();

    /** The key of the certificate that the node connected with. */
    PublicKey publicKey();

    /** Where the node calls from; behind a carrier many nodes share it. */
    InetAddress address();

    /** What the node is. */
    NodeMessage.Hello hello();

    /** The protocol version that both speak. */
    int version();

    /**
     * Sends {@code messages} in order. What is queued when the network thread comes by leaves in
     * one frame and one flush. Lost if the connection is. A message that is too large for a frame
     * is an {@link IllegalArgumentException}.
     */
    void send(List<CoordinatorMessage> messages);

    /** Whether the node keeps up; if not, send it only what it must have. */
    boolean writable();

    /** Whether to read what the node sends; off, TCP makes the node wait. */
    void reading(boolean on);

    /** Tells the node why, and closes. Only the first reason counts. */
    void close(String reason);
}
