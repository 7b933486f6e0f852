package org.idlefleet.coordinator;

import org.idlefleet.coordinator.verification.Assurance;
import org.idlefleet.protocol.CoordinatorMessage;
import org.idlefleet.protocol.Digest;
import org.idlefleet.protocol.ItemKind;
import org.idlefleet.protocol.JobId;
import org.idlefleet.protocol.Lease;

import java.time.Duration;
import java.util.List;

/** A message that leaves the core after the facts behind it are durable. */
public sealed interface Send {
    /** The answer to a {@link Command.Asked}. */
    record Reply(long request, Answer answer) implements Send {}

    /** A shard for a node: items {@code from} up to {@code to} of the lease's job. */
    record Assign(
            long session,
            Lease lease,
            Digest manifest,
            ItemKind kind,
            int from,
            int to,
            Duration timeLeft)
            implements Send {}

    /** The node's work under this lease is no longer wanted. */
    record Cancel(long session, Lease lease) implements Send {}

    /** The node shall stay away for a while, or for good; its connection ends. */
    record Dismiss(long session, String reason, Duration away) implements Send {}

    /** Answers a node's arrival. */
    record Welcome(
            long session, int epoch, Duration heartbeat, Duration rest, List<ModelSpec> models)
            implements Send {}

    /** What the node's owner has earned so far, and how it stands. */
    record Earnings(long session, CoordinatorMessage.Earnings earnings) implements Send {}

    /** All nodes shall know of this model. */
    record Announce(ModelSpec model) implements Send {}

    /**
     * The results under these leases, for items {@code from} up to {@code to} of the job, shall be
     * compared; answered by {@link Command.Compared}. A lease of another job stands for the claim
     * that this job audits.
     */
    record Compare(JobId job, int shard, int from, int to, List<Lease> leases, ModelSpec model)
            implements Send {}

    /**
     * The new job {@code audit} computes items {@code from} up to {@code to} of {@code source}
     * again, and will be compared with the result under {@code claim}: both are still needed when
     * {@code source} has ended.
     */
    record Audit(JobId audit, JobId source, int from, int to, Lease claim) implements Send {}

    /** The result under this lease answers items {@code from} up to {@code to} of its job. */
    record Keep(Lease lease, int from, int to) implements Send {}

    /** The result under this lease is not needed any more. */
    record Drop(Lease lease) implements Send {}

    /**
     * The job has ended; whoever waits for it can be answered.
     *
     * @param audit whether nobody waits, because it was an audit
     * @param results settled shards
     * @param drawn how many of them are audited, or were
     * @param assurance what it ran under
     */
    record Ended(
            JobId job,
            JobEnd end,
            String detail,
            boolean audit,
            int results,
            int drawn,
            Assurance assurance)
            implements Send {}
}
