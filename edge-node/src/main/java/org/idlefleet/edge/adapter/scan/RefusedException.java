package org.idlefleet.edge.adapter.scan;

import java.io.Serial;

/** Ends a scan with its refusal; never leaves this package. */
final class RefusedException extends Exception {
    @Serial private static final long serialVersionUID = 1;

    private final transient Refusal refusal;

    RefusedException(Refusal refusal) {
        super(refusal.toString(), null, false, false);
        this.refusal = refusal;
    }

    Refusal refusal() {
        return refusal;
    }
}
