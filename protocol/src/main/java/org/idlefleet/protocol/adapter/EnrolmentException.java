package org.idlefleet.protocol.adapter;

import java.io.IOException;

/** The coordinator refused to give the node a certificate; the message says why. */
public final class EnrolmentException extends IOException {
    private final int status;

    EnrolmentException(int status, String reason) {
        super(reason);
        this.status = status;
    }

    /** The HTTP status of the answer; 503 means that trying again may help. */
    public int status() {
        return status;
    }
}
