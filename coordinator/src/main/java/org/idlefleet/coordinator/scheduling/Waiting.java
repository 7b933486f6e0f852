package org.idlefleet.coordinator.scheduling;

import java.util.Comparator;
import java.util.Set;
import java.util.TreeSet;

/**
 * Jobs that wait in one line: those that somebody waits for before batches, then the earliest
 * deadline first.
 */
class Waiting {
    private static final Comparator<OpenJob> ORDER =
            Comparator.comparing((OpenJob job) -> !job.urgent())
                    .thenComparing(OpenJob::deadline)
                    .thenComparing(OpenJob::job);

    private final TreeSet<OpenJob> jobs = new TreeSet<>(ORDER);
    private final TreeSet<OpenJob> fresh = new TreeSet<>(ORDER);
    private long units;

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
