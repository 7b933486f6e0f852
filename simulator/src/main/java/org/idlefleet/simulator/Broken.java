package org.idlefleet.simulator;

/** A promise was broken: the run found a bug. */
public final class Broken extends RuntimeException {
    private static final long serialVersionUID = 1;

    public Broken(String what) {
        super(what);
    }

    public Broken(String what, Throwable cause) {
        super(what, cause);
    }

    /** Complains unless the promise is kept. */
    static void unless(boolean kept, String promise, Object... details) {
        if (!kept) {
            throw new Broken(
                    promise + (details.length == 0 ? "" : " " + java.util.List.of(details)));
        }
    }
}
