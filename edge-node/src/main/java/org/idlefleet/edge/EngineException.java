package org.idlefleet.edge;

/** A model that does not load, or a runtime that does not work; says which and why. */
public final class EngineException extends Exception {
    private static final long serialVersionUID = 1;

    private final boolean again;

    /** The same attempt would fail again. */
    public EngineException(String message) {
        this(message, false);
    }

    /**
     * @param again whether the same attempt may succeed later
     */
    public EngineException(String message, boolean again) {
        super(message);
        this.again = again;
    }

    public EngineException(String message, Throwable cause) {
        super(message, cause);
        this.again = false;
    }

    /** Whether the same attempt may succeed later. */
    public boolean again() {
        return again;
    }
}
