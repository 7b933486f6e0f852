package org.idlefleet.coordinator.adapter;

import org.idlefleet.coordinator.Event;
import org.idlefleet.coordinator.adapter.log.SqliteEventLog;
import org.idlefleet.ledger.TransactionId;
import org.idlefleet.ledger.adapter.policy.WorkFacts;
import org.idlefleet.ledger.policy.Contributor;
import org.idlefleet.protocol.JobId;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The event log's knowledge of jobs, for one pass through the ledger. One thread. */
final class LogFacts implements WorkFacts {
    /** Shards of so many jobs may lie between each other without a job being read twice. */
    private static final int JOBS_MAX = 256;

    private final SqliteEventLog log;
    private final Map<String, Optional<Job>> known = new LinkedHashMap<>();

    LogFacts(SqliteEventLog log) {
        this.log = log;
    }

    /** A job with the work units of each settled shard. */
    private record Job(
            Event.JobAdmitted admitted,
            Map<String, Long> units,
            Map<String, List<Contributor>> contributors) {}

    @Override
    public List<Contributor> contributors(TransactionId settlement) {
        return job(settlement)
                .map(job -> job.contributors().getOrDefault(settlement.detail(), List.of()))
                .orElse(List.of());
    }

    @Override
    public Optional<Facts> of(TransactionId transaction) {
        return job(transaction)
                .map(found ->
                        new Facts(
                                found.admitted().model().value(),
                                found.units().getOrDefault(transaction.detail(), 0L),
                                found.admitted().quorum(),
                                found.admitted().key()));
    }

    private Optional<Job> job(TransactionId transaction) {
        Optional<Job> job = known.get(transaction.subject());
        if (job == null) {
            job = read(transaction.subject());
            if (known.size() == JOBS_MAX) {
                known.remove(known.keySet().iterator().next());
            }
            known.put(transaction.subject(), job);
        }
        return job;
    }

    private Optional<Job> read(String subject) {
        JobId id;
        try {
            id = JobId.parse(subject);
        } catch (IllegalArgumentException e) {
            return Optional.empty(); // settled by hand, under a name that is no job of ours
        }
        Event.JobAdmitted admitted = null;
        var units = new TreeMap<String, Long>();
        var contributors = new TreeMap<String, List<Contributor>>();
        for (Event.Durable event : log.ofJob(id)) {
            if (event instanceof Event.JobAdmitted first) {
                admitted = first;
            } else if (event instanceof Event.ShardSettled settled && admitted != null) {
                units.put(
                        settled.payment().id().detail(),
                        admitted.units().between(settled.from(), settled.to()));
                contributors.put(settled.payment().id().detail(), settled.contributors());
            }
        }
        return admitted == null
                ? Optional.empty()
                : Optional.of(new Job(admitted, units, contributors));
    }
}
