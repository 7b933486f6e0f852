package org.idlefleet.edge.adapter.tuf;

import java.io.IOException;
import java.util.Optional;

/** Where a repository's metadata comes from: a server, a folder, an attacker. */
@FunctionalInterface
public interface Metadata {
    /**
     * A metadata file.
     *
     * @param name such as {@code 3.root.json} or {@code timestamp.json}
     * @param bytesMax what lies beyond is not wanted: at most one byte more need be given
     * @return empty if there is no such file
     */
    Optional<byte[]> fetch(String name, int bytesMax) throws IOException;
}
