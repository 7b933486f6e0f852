package org.idlefleet.simulator.nights;

/** What can be wrong with a channel that tells one quantity. */
enum Fault {
    /** Words come in order, and after their time. */
    LATE,
    /** Nothing comes. */
    LOST,
    /** The same word comes again and again, with its old time. */
    FROZEN,
    /** The same value comes again and again, as if it were new: the sensor lies. */
    STUCK,
    /** A second source speaks up and says something else. */
    CONTRADICTING,
    /** The source says that it does not know. */
    UNKNOWN
}
