package org.idlefleet.ledger.adapter;

/**
 * The durable ledger cannot go on: its file is broken, not ours, or contradicts what it is told.
 * Says which.
 */
public class LedgerException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public LedgerException(String message) {
        super(message);
    }

    public LedgerException(String message, Throwable cause) {
        super(message + ": " + cause.getMessage(), cause);
    }
}
