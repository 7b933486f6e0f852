package org.idlefleet.coordinator.adapter.api;

import org.idlefleet.coordinator.View;
import org.idlefleet.protocol.JobId;

import java.util.List;
import java.util.Optional;

/**
 * Ended jobs that the core has forgotten, read back from the event log. Thread-safe; may block, and
 * is only asked on threads that may wait.
 */
public interface JobHistory {
    /** Knows nothing. */
    JobHistory NONE =
            new JobHistory() {
                @Override
                public Optional<View.Job> job(JobId job) {
                    return Optional.empty();
                }

                @Override
                public List<View.Job> before(long before, int limit) {
                    return List.of();
                }
            };

    /** An ended job with its shards. */
    Optional<View.Job> job(JobId job);

    /** Ended jobs below this number (0: all), newest first; shards are not needed. */
    List<View.Job> before(long before, int limit);
}
