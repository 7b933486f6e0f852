package org.idlefleet.simulator;

import java.util.EnumSet;
import java.util.List;

/** How an owner's nodes compute. */
enum Conduct {
    /** The true result, with the small differences of another numeric class. */
    HONEST,
    /** Another random vector for each item each time. */
    GARBAGE,
    /** A wrong answer that all owners of this kind agree on. */
    COALITION,
    /** True until its owner has been good for a while, then random. */
    SLEEPER,
    /** The true result, moved by nine tenths of the tolerance. */
    DRAGGING,
    /** One number is NaN. */
    NOT_A_NUMBER,
    /** Half of the items. */
    LAZY,
    /** No answer ever. */
    MUTE,
    /** The true answer, long after it is due. */
    LATE,
    /** Says that the input can't be taken. */
    REFUSING_INPUT,
    /** The runtime fails. */
    FAILING,
    /** One device of an honest owner that computes wrong now and then. */
    FAULTY;

    /** All but the honest one and what can happen to its devices. */
    static final List<Conduct> DISHONEST =
            EnumSet.complementOf(EnumSet.of(HONEST, FAULTY)).stream().toList();

    /** Whether its results, when they are well-formed, are within tolerance of the true ones. */
    boolean truthful() {
        return switch (this) {
            case HONEST, DRAGGING, MUTE, LATE, REFUSING_INPUT, FAILING, NOT_A_NUMBER, LAZY -> true;
            case GARBAGE, COALITION, SLEEPER, FAULTY -> false;
        };
    }
}
