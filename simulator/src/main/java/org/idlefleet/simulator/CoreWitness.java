package org.idlefleet.simulator;

import org.idlefleet.coordinator.AuditOf;
import org.idlefleet.coordinator.Event;
import org.idlefleet.coordinator.Event.JobAdmitted;
import org.idlefleet.coordinator.Event.ShardSettled;
import org.idlefleet.coordinator.JobEnd;
import org.idlefleet.coordinator.Policy;
import org.idlefleet.protocol.JobId;
import org.idlefleet.protocol.Lease;
import org.idlefleet.protocol.OwnerId;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Reads off the events of a {@link CoreRun} what became of audits, convictions and wrong results.
 */
final class CoreWitness {
    private final Policy policy;
    private final Predicate<OwnerId> hostile;
    private final Map<JobId, Instant> openClients = new HashMap<>();
    private final Map<JobId, Instant> endedClients = new HashMap<>();
    private final Map<JobId, Instant> openAudits = new HashMap<>();
    private final Set<JobId> openRingers = new HashSet<>();
    private final Map<OwnerId, List<Part>> unchecked = new HashMap<>();
    private final Map<Part, Instant> owed = new HashMap<>();
    private final Set<Lease> lies = new HashSet<>();
    private final Set<Lease> standing = new HashSet<>();
    private final List<Double> latencies = new ArrayList<>();
    private long shards;
    private long auditsUnchecked;
    private int wrongSettled;
    private int hostileConvicted;
    private int honestConvicted;
    private long ringers;
    private long ringersFailed;
    private long ringersSettled;
    private long unfinal;
    private Duration retraction = Duration.ZERO;

    CoreWitness(Policy policy, Predicate<OwnerId> hostile) {
        this.policy = policy;
        this.hostile = hostile;
    }

    /** A result, by where it lies. */
    private record Part(JobId job, int shard) {}

    /** Counts anew; what is open stays so. */
    void begin() {
        shards = 0;
        latencies.clear();
        ringersSettled = 0;
        auditsUnchecked = 0;
    }

    int openJobs() {
        return openClients.size() + openAudits.size() + openRingers.size();
    }

    /** The result under this lease will be wrong. */
    void wrong(Lease lease) {
        lies.add(lease);
    }

    void accept(Event event) {
        switch (event) {
            case JobAdmitted admitted -> admitted(admitted);
            case ShardSettled settled -> settled(settled);
            case Event.JobEnded ended -> ended(ended);
            case Event.OwnerConvicted convicted -> convicted(convicted);
            case Event.ResultRetracted retracted -> {
                standing.remove(retracted.wrong().lease());
                paid(new Part(retracted.job(), retracted.shard()), retracted.at());
            }
            default -> {}
        }
    }

    /** Whether the open job is a ringer, which nobody can tell from a client's. */
    boolean isRinger(JobId job) {
        return openRingers.contains(job);
    }

    private void admitted(JobAdmitted admitted) {
        if (admitted.audit().filter(AuditOf::ringer).isPresent()) {
            openRingers.add(admitted.job());
            ringers++;
        } else if (admitted.audit().isPresent()) {
            openAudits.put(admitted.job(), admitted.at());
            paid(
                    new Part(admitted.audit().get().job(), admitted.audit().get().shard()),
                    admitted.at());
        } else {
            openClients.put(admitted.job(), admitted.at());
        }
    }

    private void settled(ShardSettled settled) {
        Instant opened = openAudits.get(settled.job());
        if (opened != null) {
            latencies.add(Duration.between(opened, settled.at()).toMillis() / 1e3);
            return;
        }
        if (openRingers.contains(settled.job())) {
            ringersSettled++;
            ringersFailed += settled.dissenting().isEmpty() ? 0 : 1;
            return;
        }
        shards++;
        if (lies.contains(settled.canonical())) {
            wrongSettled++;
            standing.add(settled.canonical());
        }
        OwnerId owner = settled.agreeing().getFirst().owner();
        if (!settled.draw().audited() && hostile.test(owner)) {
            unchecked
                    .computeIfAbsent(owner, _ -> new ArrayList<>())
                    .add(new Part(settled.job(), settled.shard()));
        }
    }

    private void ended(Event.JobEnded ended) {
        if (openAudits.remove(ended.job()) != null) {
            auditsUnchecked += ended.end() == JobEnd.DONE ? 0 : 1;
        } else if (!openRingers.remove(ended.job())) {
            openClients.remove(ended.job());
            endedClients.put(ended.job(), ended.at());
        }
    }

    private void convicted(Event.OwnerConvicted convicted) {
        if (hostile.test(convicted.owner())) {
            hostileConvicted++;
        } else {
            honestConvicted++;
        }
        Instant since = convicted.at().minus(policy.pace().finality());
        for (Part part : unchecked.getOrDefault(convicted.owner(), List.of())) {
            Instant end = endedClients.get(part.job());
            if (end == null || !end.isBefore(since)) {
                unfinal++;
                owed.put(part, convicted.at());
            }
        }
    }

    private void paid(Part part, Instant at) {
        Instant since = owed.remove(part);
        if (since != null) {
            Duration took = Duration.between(since, at);
            retraction = took.compareTo(retraction) > 0 ? took : retraction;
        }
    }

    CoreReport report(List<Event.Durable> log, long hostileOwners) {
        var draws = new Draws(policy.auditSecret());
        var known = new ReferenceRingers(draws, policy.checks().ringersPpm(), trusted(log));
        long drawn = 0;
        long differing = 0;
        var jobs = new HashMap<JobId, JobAdmitted>();
        for (Event.Durable event : log) {
            if (event instanceof ShardSettled settled && settled.auditPpm() > 0) {
                drawn++;
                differing += draws.again(settled).equals(settled.draw()) ? 0 : 1;
            } else if (event instanceof ShardSettled settled) {
                Optional.ofNullable(jobs.get(settled.job()))
                        .ifPresent(job -> known.settled(settled, job));
            }
            if (event instanceof JobAdmitted admitted) {
                jobs.put(admitted.job(), admitted);
                admitted.audit().ifPresent(known::opened);
            }
        }
        latencies.sort(null);
        return new CoreReport(
                shards,
                latencies.size(),
                latencies.size() + ringersSettled,
                quantile(0.5),
                quantile(0.99),
                auditsUnchecked,
                drawn,
                differing,
                ringers,
                ringers + known.left(),
                ringersFailed,
                hostileOwners,
                hostileConvicted,
                honestConvicted,
                wrongSettled,
                standing.size(),
                unfinal,
                owed.isEmpty() ? retraction.toMillis() / 1e3 : Double.POSITIVE_INFINITY);
    }

    private static Set<OwnerId> trusted(List<Event.Durable> log) {
        var trusted = new HashSet<OwnerId>();
        for (Event.Durable event : log) {
            if (event instanceof Event.OwnerTrusted choice && choice.trusted()) {
                trusted.add(choice.owner());
            }
        }
        return trusted;
    }

    private double quantile(double share) {
        return latencies.isEmpty()
                ? 0
                : latencies.get((int) Math.min(latencies.size() - 1, share * latencies.size()));
    }
}
