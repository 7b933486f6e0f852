package org.idlefleet.protocol;

/**
 * The right of one node to run one shard once: shard {@code shard} of job {@code job}, the {@code
 * attempt}-th replica of it, granted by the coordinator's life number {@code epoch}. A lease ends
 * by itself; an answer under an ended lease, or one of an earlier epoch, changes nothing.
 */
public record Lease(JobId job, int shard, int attempt, int epoch) {
    public Lease {
        if (shard < 0 || attempt < 0 || epoch < 0) {
            throw new IllegalArgumentException(
                    "shard, attempt and epoch are not negative, found "
                            + shard
                            + ", "
                            + attempt
                            + ", "
                            + epoch);
        }
    }

    @Override
    public String toString() {
        return job + "/" + shard + "/" + attempt + "@" + epoch;
    }
}
