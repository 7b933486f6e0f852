package org.idlefleet.protocol.adapter;

import java.io.IOException;

/** The coordinator gave the node no certificate; the message says why. */
public final class EnrolmentException extends IOException {
    private final int status;

    EnrolmentException(int status, String reason) {
        super(reason);
        this.status = status;
    }

    /** No answer came. */
    EnrolmentException(String reason, IOException cause) {
        super(reason, cause);
        this.status = 0;
    }

    /** The HTTP status of the answer; 0 if none came. */
    public int status() {
        return status;
    }

    /** Whether the same call can work a moment later. */
    public boolean passing() {
        return status == 0 || status == 503;
    }
}
