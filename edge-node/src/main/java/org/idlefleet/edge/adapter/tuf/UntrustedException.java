package org.idlefleet.edge.adapter.tuf;

import java.io.Serial;

/** Metadata, or a model, that the trusted keys do not vouch for; the message says why. */
public final class UntrustedException extends Exception {
    @Serial private static final long serialVersionUID = 1;

    public UntrustedException(String message) {
        super(message);
    }
}
