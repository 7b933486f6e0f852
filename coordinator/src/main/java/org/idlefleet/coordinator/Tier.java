package org.idlefleet.coordinator;

/** How soon a job's answer is wanted. */
public enum Tier {
    /** Somebody waits: shards of about two seconds, and the last ones run twice. */
    INTERACTIVE,
    /** Nobody waits: shards of about ten seconds. */
    BATCH
}
