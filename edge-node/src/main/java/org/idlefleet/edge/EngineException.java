package org.idlefleet.edge;

/** A model that does not load, or a runtime that does not work; says which and why. */
public final class EngineException extends Exception {
    private static final long serialVersionUID = 1;

    public EngineException(String message) {
        super(message);
    }

    public EngineException(String message, Throwable cause) {
        super(message, cause);
    }
}
