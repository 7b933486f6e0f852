package org.idlefleet.coordinator.adapter.api;

import org.idlefleet.coordinator.adapter.Payloads;
import org.idlefleet.protocol.ItemKind;
import org.idlefleet.protocol.JobId;
import org.idlefleet.protocol.Lease;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Payloads in memory that keep to the contract and can be told to be full. */
final class FakePayloads implements Payloads {
    final Map<Long, List<byte[]>> staged = new ConcurrentHashMap<>();
    final Map<JobId, List<byte[]>> admitted = new ConcurrentHashMap<>();
    final Map<JobId, List<Kept>> kept = new ConcurrentHashMap<>();
    volatile boolean full;

    @Override
    public boolean stage(long request, ItemKind kind, List<byte[]> items) {
        if (full) {
            return false;
        }
        staged.put(request, items);
        return true;
    }

    List<byte[]> items(JobId job) {
        return admitted.getOrDefault(job, List.of());
    }

    @Override
    public void admit(long request, JobId job) {
        admitted.put(job, Objects.requireNonNull(staged.remove(request)));
    }

    @Override
    public void discard(long request) {
        staged.remove(request);
    }

    @Override
    public Optional<List<byte[]>> items(JobId job, int from, int to) {
        return Optional.ofNullable(admitted.get(job)).map(items -> items.subList(from, to));
    }

    @Override
    public void returned(Lease lease, byte[] output) {}

    @Override
    public Optional<byte[]> output(Lease lease) {
        return Optional.empty();
    }

    @Override
    public void audit(JobId audit, JobId source, int from, int to, Lease claim) {}

    @Override
    public Optional<byte[]> claim(JobId audit, int from, int to) {
        return Optional.empty();
    }

    @Override
    public void keep(Lease lease, int from, int to) {}

    @Override
    public void drop(Lease lease) {}

    @Override
    public List<Kept> kept(JobId job) {
        return kept.getOrDefault(job, List.of());
    }

    @Override
    public void forget(JobId job) {
        admitted.remove(job);
        kept.remove(job);
    }
}
