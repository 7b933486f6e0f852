package org.idlefleet.simulator;

import org.idlefleet.coordinator.Event;
import org.idlefleet.coordinator.scheduling.WorkUnits;
import org.idlefleet.protocol.EmbeddingOutput;
import org.idlefleet.protocol.JobId;
import org.idlefleet.protocol.Lease;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * What the node and client doors keep outside the core: payloads in memory, and on a simulated disk
 * for durable jobs: there they become durable with the event that speaks of them. The first result
 * under a lease counts; later ones are ignored.
 */
final class SimPayloads {
    private final Map<Long, List<byte[]>> staged = new HashMap<>();
    private final IdentityHashMap<WorkUnits, List<byte[]>> stagedByUnits = new IdentityHashMap<>();
    private final Map<JobId, Stored> memory = new HashMap<>();
    private final Map<JobId, Stored> disk = new HashMap<>();
    private final Set<JobId> durable = new HashSet<>();
    private final Map<JobId, List<byte[]>> forChecking = new HashMap<>();

    /** What is known of one job. */
    private static final class Stored {
        private @Nullable List<byte[]> inputs;
        private byte @Nullable [] claim;
        private final Map<Lease, byte[]> outputs = new HashMap<>();
        private final TreeMap<Integer, Kept> kept = new TreeMap<>();
    }

    /** A result that answers items {@code from} up to {@code to}. */
    record Kept(int from, int to, byte[] output) {}

    /** The units say, beside the request, which admitted job the inputs are of. */
    void stage(long request, WorkUnits units, List<byte[]> items) {
        staged.put(request, items);
        stagedByUnits.put(units, items);
    }

    void admit(long request, JobId job) {
        in(memory, job).inputs = staged.remove(request);
    }

    void discard(long request) {
        staged.remove(request);
    }

    /** The event is becoming durable, and with it the bytes of a durable job. */
    void written(Event.Durable event) {
        switch (event) {
            case Event.JobAdmitted admitted -> {
                List<byte[]> inputs = stagedByUnits.remove(admitted.units());
                if (inputs != null) {
                    forChecking.put(admitted.job(), inputs);
                }
                if (admitted.durable()) {
                    durable.add(admitted.job());
                    in(disk, admitted.job()).inputs = inputs;
                }
            }
            case Event.BallotCast cast -> {
                if (durable.contains(cast.job())) {
                    Lease lease = cast.ballot().lease();
                    in(disk, cast.job()).outputs.put(lease, expected(lease));
                }
            }
            case Event.ShardSettled settled -> {
                if (durable.contains(settled.job())) {
                    byte[] output = expected(settled.canonical());
                    in(disk, settled.job())
                            .kept
                            .put(settled.from(), new Kept(settled.from(), settled.to(), output));
                }
            }
            case Event.ResultRetracted retracted -> {
                Lease by = retracted.by().orElse(null);
                if (by != null) {
                    replace(retracted, expected(by));
                }
            }
            case Event.JobEnded ended -> {
                Stored onDisk = disk.get(ended.job());
                if (onDisk != null) {
                    onDisk.inputs = null;
                    onDisk.outputs.clear();
                }
            }
            case Event.LifeBegan _,
                    Event.ModelRegistered _,
                    Event.ApiKeyCreated _,
                    Event.ApiKeyRevoked _,
                    Event.TokenIssued _,
                    Event.NodeEnrolled _,
                    Event.NodeBanned _,
                    Event.PolicySet _,
                    Event.OwnerTermsSet _,
                    Event.AvailabilityPaid _,
                    Event.AvailabilityCounted _,
                    Event.AvailabilityRestored _,
                    Event.RepeatsRestored _,
                    Event.Booked _,
                    Event.OwnerTrusted _,
                    Event.OwnerConvicted _,
                    Event.OwnerReinstated _,
                    Event.StandingRestored _,
                    Event.TermsSet _,
                    Event.DeviceTurnedAway _,
                    Event.DeviceRestored _,
                    Event.AlarmRestored _,
                    Event.BookRestored _,
                    Event.JobRestored _ -> {}
        }
    }

    /** The right result takes the place of the wrong one within what is kept. */
    private void replace(Event.ResultRetracted event, byte[] right) {
        TreeMap<Integer, Kept> kept = in(disk, event.job()).kept;
        Kept wrong = kept.floorEntry(event.from()).getValue();
        byte[] output = wrong.output().clone();
        EmbeddingOutput.read(output, Truth.DIMENSIONS)
                .replace(
                        event.from() - wrong.from(), EmbeddingOutput.read(right, Truth.DIMENSIONS));
        kept.put(wrong.from(), new Kept(wrong.from(), wrong.to(), output));
    }

    /** The audit takes inputs and claim over, before its source lets go of them. */
    void audit(JobId audit, JobId source, int from, int to, Lease claim) {
        Optional<List<byte[]>> items = items(source, from, to);
        Optional<byte[]> claimed =
                claim.job().equals(source)
                        ? output(claim).or(() -> keptOf(source, from, to))
                        : claim(source, from, to);
        if (items.isPresent() && claimed.isPresent()) {
            Stored stored = in(memory, audit);
            stored.inputs = List.copyOf(items.get());
            stored.claim = claimed.get();
            forChecking.put(audit, stored.inputs);
        }
    }

    private Optional<byte[]> keptOf(JobId job, int from, int to) {
        return kept(job).stream()
                .filter(kept -> kept.from() == from && kept.to() == to)
                .map(Kept::output)
                .findFirst();
    }

    /** What an audit checks, for its items {@code from} up to {@code to}. */
    Optional<byte[]> claim(JobId audit, int from, int to) {
        Stored stored = memory.get(audit);
        if (stored == null || stored.claim == null || stored.inputs == null) {
            return Optional.empty();
        }
        return Optional.of(
                EmbeddingOutput.read(stored.claim, Truth.DIMENSIONS).slice(from, to).raw());
    }

    private byte[] expected(Lease lease) {
        return output(lease)
                .orElseThrow(
                        () -> new Broken("the bytes of " + lease + " are gone, but it counts"));
    }

    Optional<List<byte[]>> items(JobId job, int from, int to) {
        List<byte[]> inputs = inputs(job);
        return inputs == null ? Optional.empty() : Optional.of(inputs.subList(from, to));
    }

    private @Nullable List<byte[]> inputs(JobId job) {
        Stored inMemory = memory.get(job);
        Stored onDisk = disk.get(job);
        return inMemory != null && inMemory.inputs != null
                ? inMemory.inputs
                : onDisk == null ? null : onDisk.inputs;
    }

    void returned(Lease lease, byte[] output) {
        in(memory, lease.job()).outputs.putIfAbsent(lease, output);
    }

    Optional<byte[]> output(Lease lease) {
        Stored inMemory = memory.get(lease.job());
        Stored onDisk = disk.get(lease.job());
        byte[] output = inMemory == null ? null : inMemory.outputs.get(lease);
        return Optional.ofNullable(
                output != null || onDisk == null ? output : onDisk.outputs.get(lease));
    }

    void keep(Lease lease, int from, int to) {
        Stored inMemory = in(memory, lease.job());
        byte[] output = inMemory.outputs.remove(lease);
        if (output != null && !durable.contains(lease.job())) {
            inMemory.kept.put(from, new Kept(from, to, output));
        }
        dropOnDisk(lease);
    }

    void drop(Lease lease) {
        Stored inMemory = memory.get(lease.job());
        if (inMemory != null) {
            inMemory.outputs.remove(lease);
            if (inMemory.inputs == null && inMemory.outputs.isEmpty() && inMemory.kept.isEmpty()) {
                memory.remove(lease.job());
            }
        }
        dropOnDisk(lease);
    }

    private void dropOnDisk(Lease lease) {
        Stored onDisk = disk.get(lease.job());
        if (onDisk != null) {
            onDisk.outputs.remove(lease);
        }
    }

    List<Kept> kept(JobId job) {
        Stored stored = durable.contains(job) ? disk.get(job) : memory.get(job);
        return stored == null ? List.of() : new ArrayList<>(stored.kept.values());
    }

    void forget(JobId job) {
        memory.remove(job);
        forChecking.remove(job);
    }

    /** What was put in, for those who check the answer; it is no part of what is stored. */
    List<byte[]> inputsForChecking(JobId job) {
        return forChecking.getOrDefault(job, List.of());
    }

    /** The process died. */
    void lose() {
        staged.clear();
        stagedByUnits.clear();
        memory.clear();
    }

    /** How many jobs still have bytes that nobody will ask for once they have ended. */
    long leftOver() {
        return staged.size()
                + memory.size()
                + disk.values().stream()
                        .filter(stored -> stored.inputs != null || !stored.outputs.isEmpty())
                        .count();
    }

    private static Stored in(Map<JobId, Stored> where, JobId job) {
        return where.computeIfAbsent(job, _ -> new Stored());
    }
}
