package org.idlefleet.coordinator.adapter.node;

import org.idlefleet.protocol.NodeMessage.Commit;

import java.io.ByteArrayOutputStream;

/** A result that comes in several messages, committed to beforehand. One network thread. */
final class Parts {
    private final Commit commit;
    private final int bytesMax;
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    Parts(Commit commit, int bytesMax) {
        this.commit = commit;
        this.bytesMax = bytesMax;
    }

    Commit commit() {
        return commit;
    }

    /** False if the result would become longer than it can be. */
    boolean add(byte[] part) {
        if (bytes.size() + part.length > bytesMax) {
            return false;
        }
        bytes.writeBytes(part);
        return true;
    }

    byte[] bytes() {
        return bytes.toByteArray();
    }
}
