package org.idlefleet.coordinator.scheduling;

import java.util.Set;
import java.util.TreeSet;

/**
 * Jobs that wait in one line: those that somebody waits for before batches, then the earliest
 * deadline first.
 */
class Waiting {
    private final TreeSet<OpenJob> jobs = new TreeSet<>(Waiting::compare);
    private final TreeSet<OpenJob> fresh = new TreeSet<>(Waiting::compare);
    private long units;

    private static int compare(OpenJob one, OpenJob other) {
        int byUrgency = Boolean.compare(other.urgent(), one.urgent());
        int byDeadline = byUrgency != 0 ? byUrgency : one.deadline().compareTo(other.deadline());
        return byDeadline != 0 ? byDeadline : one.job().compareTo(other.job());
    }

    /** Lets a job wait here that waits here or nowhere. */
    void put(OpenJob job) {
        if (job.waitsIn == null) {
            jobs.add(job);
            units += job.units().total();
            job.waitsIn = this;
        }
        boolean isFresh = job.firstFree().isPresent();
        if (isFresh && !job.waitsFresh) {
            fresh.add(job);
        } else if (!isFresh && job.waitsFresh) {
            fresh.remove(job);
        }
        job.waitsFresh = isFresh;
    }

    void remove(OpenJob job) {
        jobs.remove(job);
        units -= job.units().total();
        if (job.waitsFresh) {
            fresh.remove(job);
        }
        job.waitsIn = null;
        job.waitsFresh = false;
    }

    boolean isEmpty() {
        return jobs.isEmpty();
    }

    /** Work units of all that wait, whole jobs. */
    long units() {
        return units;
    }

    /** All that wait, in order. */
    Set<OpenJob> jobs() {
        return jobs;
    }

    /** Those of them that have work for anybody. */
    Set<OpenJob> fresh() {
        return fresh;
    }
}
