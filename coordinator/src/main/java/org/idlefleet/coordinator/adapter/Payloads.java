package org.idlefleet.coordinator.adapter;

import org.idlefleet.protocol.ItemKind;
import org.idlefleet.protocol.JobId;
import org.idlefleet.protocol.Lease;

import java.util.List;
import java.util.Optional;

/**
 * The bytes that the core only knows by name: a job's inputs and its shards' results. Thread-safe.
 *
 * <p>Inputs and kept results of a durable job become durable in the same flush as the event that
 * speaks of them; all others live in memory and end with the process. The bytes held in memory have
 * a limit; at the limit {@link #stage} says no.
 */
public interface Payloads {
    /**
     * Leaves the inputs of a job that is about to be submitted under the door's request number.
     *
     * @return false if the limit on bytes is met; nothing was kept then
     */
    boolean stage(long request, ItemKind kind, List<byte[]> items);

    /** The request was admitted as this job: called before any shard of it is assigned. */
    void admit(long request, JobId job);

    /** The request was refused. */
    void discard(long request);

    /** Items {@code from} up to {@code to} of a job; empty if the job is not known any more. */
    Optional<List<byte[]>> items(JobId job, int from, int to);

    /** A result came in; kept until {@link #keep}, {@link #drop} or {@link #forget}. */
    void returned(Lease lease, byte[] output);

    /** The bytes that came in under the lease. */
    Optional<byte[]> output(Lease lease);

    /** The result under the lease answers items {@code from} up to {@code to}. */
    void keep(Lease lease, int from, int to);

    /**
     * The job {@code audit} takes items {@code from} up to {@code to} of {@code source} as its own
     * inputs, and the result under {@code claim} as what it checks. Called before {@code source}
     * lets go of them. If they are not here any more, nothing happens: the audit's nodes will find
     * no input.
     */
    void audit(JobId audit, JobId source, int from, int to, Lease claim);

    /** What an audit checks, for its items {@code from} up to {@code to}. */
    Optional<byte[]> claim(JobId audit, int from, int to);

    /** The result under the lease is not needed. */
    void drop(Lease lease);

    /** The results that answer a job, in the order of its items, durable ones read back. */
    List<Kept> kept(JobId job);

    /** A result that answers items {@code from} up to {@code to}. */
    record Kept(int from, int to, byte[] output) {}

    /** Nobody will ask for this job's bytes in memory any more; durable ones stay readable. */
    void forget(JobId job);
}
