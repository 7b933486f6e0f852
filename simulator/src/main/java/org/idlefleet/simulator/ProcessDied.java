package org.idlefleet.simulator;

/** The simulated coordinator's process ended in the middle of a step. */
final class ProcessDied extends RuntimeException {
    private static final long serialVersionUID = 1;

    ProcessDied(String where) {
        super(where, null, false, false);
    }
}
