package org.idlefleet.coordinator.adapter.log;

import org.jspecify.annotations.Nullable;

/**
 * The event log cannot go on: its file is broken, taken, not ours, newer than this program, or
 * cannot be written. Says which, where, and what to do.
 */
public final class LogException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public LogException(String message) {
        super(message);
    }

    public LogException(String message, Throwable cause) {
        super(message + (cause.getMessage() == null ? "" : ": " + cause.getMessage()), cause);
    }

    /** Damage at a place, such as {@code event 17}. */
    static LogException damaged(String place, String what, @Nullable Throwable cause) {
        String message =
                place
                        + " is damaged ("
                        + what
                        + "): restore the coordinator's folder from its backup; nothing was"
                        + " changed";
        return cause == null ? new LogException(message) : new LogException(message, cause);
    }
}
