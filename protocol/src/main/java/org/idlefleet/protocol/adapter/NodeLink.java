package org.idlefleet.protocol.adapter;

import org.idlefleet.protocol.CoordinatorMessage;
import org.idlefleet.protocol.NodeMessage;

import java.util.List;

/** A node's connection to its coordinator; it is not repaired when it ends. Thread-safe. */
public interface NodeLink {
    /**
     * What the node hears. The calls for one link come in order and one at a time, on a network
     * thread, so they must not block.
     */
    interface Handler {
        /** The coordinator has taken the node in. */
        void opened(NodeLink link, CoordinatorMessage.Welcome welcome);

        /**
         * What the coordinator said after its welcome, in order; never empty. In place of a welcome
         * it may be a drain, which says when to come again.
         */
        void received(NodeLink link, List<CoordinatorMessage> messages);

        /**
         * The link is over, or could not be opened; once for each. The reason is the coordinator's
         * goodbye if there was one.
         */
        void closed(NodeLink link, String reason);

        /** A link that was not writable is again. */
        default void writable(NodeLink link) {}
    }

    /**
     * Sends {@code messages} in order, after {@link Handler#opened}; earlier is an {@link
     * IllegalStateException}. Lost if the link is. A message that is too large for a frame is an
     * {@link IllegalArgumentException}.
     */
    void send(List<NodeMessage> messages);

    /** Whether the coordinator keeps up; if not, send only what must be sent. */
    boolean writable();

    /** Tells the coordinator why, and closes. Only the first reason counts. */
    void close(String reason);
}
