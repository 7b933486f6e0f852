package org.idlefleet.simulator.nights;

/** A moment at which the gate was open and should not have been. */
record Violation(Kind kind, String text) {
    /** Which promise was broken. */
    enum Kind {
        CONSENT,
        PARKED,
        FRESH,
        BATTERY,
        RULE
    }
}
