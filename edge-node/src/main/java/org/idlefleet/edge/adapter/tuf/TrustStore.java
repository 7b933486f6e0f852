package org.idlefleet.edge.adapter.tuf;

import java.io.IOException;
import java.util.Optional;

/**
 * What a client has trusted so far, by name, durably: a name holds its old or its new content,
 * whatever happens in between.
 */
public interface TrustStore {
    /** The content under a name; empty if there is none. */
    Optional<byte[]> read(String name) throws IOException;

    /** Replaces the content under a name in one step. */
    void write(String name, byte[] content) throws IOException;

    /** Removes a name; none is fine. */
    void delete(String name) throws IOException;
}
