package org.idlefleet.coordinator.adapter.log;

import org.idlefleet.coordinator.Event;
import org.idlefleet.coordinator.adapter.Payloads;
import org.idlefleet.protocol.ItemKind;
import org.idlefleet.protocol.JobId;
import org.idlefleet.protocol.Lease;
import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Payloads in memory, and those of durable jobs in the event log's file, too.
 *
 * <p>The hand-over: doors leave bytes in memory before the loop hears of them ({@link #stage},
 * {@link #returned}), and the loop binds inputs to their job before the flush ({@link #admit}, from
 * {@code Outbox.prepare}). When the log flushes an event that speaks of a durable job's bytes, it
 * takes them from here into the same SQLite transaction. A durable job whose bytes are not here
 * then fails the flush: nothing of it was acknowledged.
 *
 * <p>At the limit {@link #stage} first lets go of inputs that are in the file, oldest first, and
 * then says no. Results are bounded by the leases that are given out, so {@link #returned} always
 * takes them, but they count.
 *
 * <p>What is not in memory is read from the file, inputs by the run in which they lie ({@link
 * PayloadReader}). A durable job that has ended has nothing in memory.
 */
public final class SqlitePayloads implements Payloads {
    private final long bytesMax;
    private final PayloadReader reader;
    private final OpenJobs open;
    private final AtomicLong bytes = new AtomicLong();
    private final Map<Long, List<byte[]>> staged = new ConcurrentHashMap<>();
    private final Map<JobId, HeldJob> jobs = new ConcurrentHashMap<>();

    /** Jobs whose inputs are in memory and in the file, oldest first; some may be gone. */
    private final Queue<JobId> inFile = new ConcurrentLinkedQueue<>();

    SqlitePayloads(long bytesMax, Readers readers, OpenJobs open) {
        this.bytesMax = bytesMax;
        this.reader = new PayloadReader(readers);
        this.open = open;
    }

    /** Bytes held in memory now, each array with 32 more than it has. */
    public long bytes() {
        return bytes.get();
    }

    @Override
    public boolean stage(long request, ItemKind kind, List<byte[]> items) {
        long weight = HeldJob.weight(items);
        while (bytes.addAndGet(weight) > bytesMax) {
            bytes.addAndGet(-weight);
            if (weight > bytesMax || !letGo()) {
                return false;
            }
        }
        release(staged.put(request, List.copyOf(items)));
        return true;
    }

    /** May be called twice; the second time changes nothing. */
    @Override
    public void admit(long request, JobId job) {
        List<byte[]> items = staged.remove(request);
        if (items != null) {
            held(job).admit(items);
        }
    }

    @Override
    public void discard(long request) {
        release(staged.remove(request));
    }

    @Override
    public Optional<List<byte[]>> items(JobId job, int from, int to) {
        List<byte[]> items = itemsInMemory(job);
        if (items != null) {
            return Optional.of(items.subList(from, to));
        }
        return open.isDurable(job) ? reader.items(job, from, to) : Optional.empty();
    }

    @Override
    public void returned(Lease lease, byte[] output) {
        jobs.compute(
                lease.job(),
                (job, known) -> {
                    HeldJob held = known == null ? newJob(job) : known;
                    bytes.addAndGet(held.returned(lease, output));
                    return held;
                });
    }

    @Override
    public Optional<byte[]> output(Lease lease) {
        byte[] output = outputInMemory(lease);
        return output != null
                ? Optional.of(output)
                : open.isDurable(lease.job()) ? reader.output(lease) : Optional.empty();
    }

    @Override
    public void audit(JobId audit, JobId source, int from, int to, Lease claim) {
        Optional<List<byte[]>> items = items(source, from, to);
        Optional<byte[]> claimed =
                claim.job().equals(source) ? output(claim) : claim(source, from, to);
        if (items.isPresent() && claimed.isPresent()) {
            List<byte[]> inputs = List.copyOf(items.get());
            bytes.addAndGet(HeldJob.weight(inputs) + HeldJob.weight(claimed.get()));
            held(audit).audit(inputs, claimed.get());
        }
    }

    @Override
    public Optional<byte[]> claim(JobId audit, int from, int to) {
        HeldJob held = jobs.get(audit);
        return held == null ? Optional.empty() : held.claim(from, to);
    }

    @Override
    public void keep(Lease lease, int from, int to) {
        jobs.computeIfPresent(
                lease.job(),
                (_, held) -> {
                    if (held.isDurable()) {
                        bytes.addAndGet(-held.drop(lease));
                    } else {
                        held.keep(lease, from, to);
                    }
                    return held.isEmpty() ? null : held;
                });
    }

    @Override
    public void drop(Lease lease) {
        jobs.computeIfPresent(
                lease.job(),
                (_, held) -> {
                    bytes.addAndGet(-held.drop(lease));
                    return held.isEmpty() ? null : held;
                });
    }

    @Override
    public List<Kept> kept(JobId job) {
        HeldJob held = jobs.get(job);
        List<Kept> kept = held == null ? List.of() : held.kept();
        return kept.isEmpty() ? reader.kept(job) : kept;
    }

    @Override
    public void forget(JobId job) {
        HeldJob held = jobs.remove(job);
        if (held != null) {
            bytes.addAndGet(-held.weight());
        }
    }

    @Nullable List<byte[]> itemsInMemory(JobId job) {
        HeldJob held = jobs.get(job);
        return held == null ? null : held.items();
    }

    byte @Nullable [] outputInMemory(Lease lease) {
        HeldJob held = jobs.get(lease.job());
        return held == null ? null : held.output(lease);
    }

    /** These events of durable jobs, and the bytes they speak of, are in the file now. */
    void flushed(List<Event.Durable> events) {
        for (Event.Durable event : events) {
            if (event instanceof Event.JobAdmitted admitted) {
                held(admitted.job()).durable();
                inFile.add(admitted.job());
            } else if (event instanceof Event.JobEnded ended) {
                // Nobody computes it again, and its results are read from the file.
                inFile.remove(ended.job());
                forget(ended.job());
            }
        }
    }

    private boolean letGo() {
        for (JobId job = inFile.poll(); job != null; job = inFile.poll()) {
            HeldJob held = jobs.get(job);
            long free = held == null ? 0 : held.dropItems();
            if (free > 0) {
                bytes.addAndGet(-free);
                return true;
            }
        }
        return false;
    }

    private HeldJob held(JobId job) {
        return jobs.computeIfAbsent(job, this::newJob);
    }

    private HeldJob newJob(JobId job) {
        var held = new HeldJob();
        if (open.isDurable(job)) {
            held.durable();
        }
        return held;
    }

    private void release(@Nullable List<byte[]> items) {
        if (items != null) {
            bytes.addAndGet(-HeldJob.weight(items));
        }
    }
}
