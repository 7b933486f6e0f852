package org.idlefleet.coordinator;

import org.idlefleet.coordinator.Event.JobAdmitted;
import org.idlefleet.coordinator.scheduling.OpenShard;
import org.idlefleet.coordinator.scheduling.WorkQueue;
import org.idlefleet.protocol.ClientId;
import org.idlefleet.protocol.Digest;
import org.idlefleet.protocol.JobId;
import org.idlefleet.protocol.OwnerId;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;

/** All open jobs, what is due among them, and the newest ended ones for those who ask. */
final class Jobs {
    /** Deadlines of jobs that ended early are swept out once so many more than needed wait. */
    private static final int DEADLINES_SPARE = 1_024;

    /** Ended jobs whose results may still be withdrawn stay, up to so many times the limit. */
    private static final int UNFINAL_FACTOR = 8;

    /** In the order of their ids, because ids grow with every job and snapshots keep the order. */
    private final LinkedHashMap<JobId, Job> open = new LinkedHashMap<>();

    private final Map<ClientId, Integer> openByClient = new HashMap<>();
    private final TreeMap<OwnerId, Integer> drawnOpen = new TreeMap<>();
    private final TreeMap<Digest, WorkQueue> queues = new TreeMap<>();
    private final PriorityQueue<Due> deadlines = new PriorityQueue<>();
    private final PriorityQueue<Due> hedges = new PriorityQueue<>();
    private final PriorityQueue<Due> looks = new PriorityQueue<>();

    /** Ended ones with results that stand on one owner's word: these can be withdrawn. */
    private final LinkedHashMap<JobId, Job> alone = new LinkedHashMap<>();

    /** All others that ended: apart, because audits end by the thousand and push out the oldest. */
    private final LinkedHashMap<JobId, Job> finished = new LinkedHashMap<>();

    private final TreeSet<JobId> owing = new TreeSet<>();
    private final int finishedMax;
    private long lastJob;
    private long openItems;

    Jobs(int finishedMax) {
        this.finishedMax = finishedMax;
    }

    /** Something to look at, at a time; {@code shard} is -1 where the job as a whole is meant. */
    record Due(Instant at, JobId job, int shard) implements Comparable<Due> {
        @Override
        public int compareTo(Due other) {
            int byTime = at.compareTo(other.at);
            int byJob = byTime != 0 ? byTime : job.compareTo(other.job);
            return byJob != 0 ? byJob : Integer.compare(shard, other.shard);
        }
    }

    Job admit(JobAdmitted event) {
        var job = new Job(event);
        open.put(event.job(), job);
        openByClient.merge(event.client(), 1, Integer::sum);
        event.audit()
                .filter(AuditOf::drawn)
                .ifPresent(audit -> drawnOpen.merge(audit.claim().owner(), 1, Integer::sum));
        lastJob = Math.max(lastJob, event.job().number());
        openItems += event.units().items();
        deadlines.add(new Due(event.deadline(), event.job(), -1));
        refresh(job);
        return job;
    }

    void lastJob(long number) {
        lastJob = Math.max(lastJob, number);
    }

    long lastJob() {
        return lastJob;
    }

    Optional<Job> open(JobId job) {
        return Optional.ofNullable(open.get(job));
    }

    Collection<Job> open() {
        return open.values();
    }

    int openOf(ClientId client) {
        return openByClient.getOrDefault(client, 0);
    }

    /** How many audits of drawn results of this owner are open. */
    int drawnOpenOf(OwnerId owner) {
        return drawnOpen.getOrDefault(owner, 0);
    }

    long openItems() {
        return openItems;
    }

    void settled(int items) {
        openItems -= items;
    }

    /** Open or, if not too long ago, ended. */
    Optional<Job> any(JobId job) {
        Job found = open.get(job);
        if (found != null) {
            return Optional.of(found);
        }
        Job ended = alone.get(job);
        return Optional.ofNullable(ended == null ? finished.get(job) : ended);
    }

    /** All jobs in memory, open or ended, in the order of their ids. */
    Collection<Job> all() {
        var all = new TreeMap<JobId, Job>(open);
        all.putAll(alone);
        all.putAll(finished);
        return all.values();
    }

    /** What these have computed for open durable jobs is owed a second look. */
    void condemn(Predicate<Results.Author> whose) {
        open.values().forEach(job -> condemn(job, whose));
    }

    void condemn(Job job, Predicate<Results.Author> whose) {
        if (job.admitted().durable()) {
            job.alone().ifPresent(results -> results.condemn(whose));
            owes(job);
        }
    }

    /** Something was looked at: perhaps no more is owed. */
    void owes(Job job) {
        JobId id = job.admitted().job();
        boolean more =
                open.containsKey(id)
                        && job.alone().filter(results -> !results.owing().isEmpty()).isPresent();
        if (more) {
            owing.add(id);
        } else {
            owing.remove(id);
        }
    }

    /** Open durable jobs with results of convicted owners that nobody has looked at. */
    Set<JobId> owing() {
        return owing;
    }

    /** The newest jobs that come before the given number, newest first. */
    List<Job> before(long number, int limit) {
        var end = new JobId(number == 0 ? Long.MAX_VALUE : number);
        var newest = new TreeMap<JobId, Job>();
        for (Map<JobId, Job> ended : List.of(alone, finished)) {
            ended.forEach((id, job) -> {
                if (id.compareTo(end) < 0) {
                    newest.put(id, job);
                }
            });
        }
        open.sequencedValues().reversed().stream()
                .filter(job -> job.admitted().job().compareTo(end) < 0)
                .limit(limit)
                .forEach(job -> newest.put(job.admitted().job(), job));
        return newest.descendingMap().values().stream().limit(limit).toList();
    }

    /**
     * @param unfinal whether results of an ended job may still be withdrawn
     */
    void end(Job job, Predicate<Job> unfinal) {
        JobAdmitted admitted = job.admitted();
        open.remove(admitted.job());
        owing.remove(admitted.job());
        if (deadlines.size() > DEADLINES_SPARE + 2 * open.size()) {
            deadlines.removeIf(due -> !open.containsKey(due.job()));
        }
        openItems -= admitted.units().items() - job.work().settledItems();
        oneLess(openByClient, admitted.client());
        admitted.audit()
                .filter(AuditOf::drawn)
                .ifPresent(audit -> oneLess(drawnOpen, audit.claim().owner()));
        WorkQueue queue = queue(admitted.manifest());
        queue.remove(job.work());
        LinkedHashMap<JobId, Job> ended = job.alone().isPresent() ? alone : finished;
        ended.put(admitted.job(), job);
        while (ended.size() > finishedMax) {
            Job oldest = ended.firstEntry().getValue();
            if (ended.size() <= UNFINAL_FACTOR * finishedMax && unfinal.test(oldest)) {
                return;
            }
            ended.pollFirstEntry();
        }
    }

    private static <K> void oneLess(Map<K, Integer> counts, K key) {
        counts.computeIfPresent(key, (_, count) -> count == 1 ? null : count - 1);
    }

    /** Puts the job where its work now belongs. */
    void refresh(Job job) {
        queue(job.admitted().manifest()).refresh(job.work());
    }

    WorkQueue queue(Digest manifest) {
        return queues.computeIfAbsent(manifest, _ -> new WorkQueue());
    }

    /** Queues by model, in a stable order. */
    Map<Digest, WorkQueue> queues() {
        return queues;
    }

    void hedgeAt(Instant at, JobId job, int shard) {
        hedges.add(new Due(at, job, shard));
    }

    /** The first job whose deadline has passed. */
    Optional<Job> lateAt(Instant now) {
        while (!deadlines.isEmpty() && !deadlines.peek().at().isAfter(now)) {
            Job job = open.get(deadlines.peek().job());
            if (job != null) {
                return Optional.of(job);
            }
            deadlines.poll();
        }
        return Optional.empty();
    }

    /**
     * The first shard that has been running for suspiciously long and is not hedged yet. While its
     * job has work that nobody runs, a second run of the same would only be in the way: it is
     * looked at again after {@code pause}.
     *
     * @param replicas most that a shard may have
     */
    Optional<Due> hedgeAt(Instant now, Duration pause, int replicas) {
        while (!hedges.isEmpty() && !hedges.peek().at().isAfter(now)) {
            Due due = hedges.peek();
            Job job = open.get(due.job());
            OpenShard shard = job == null ? null : job.work().shard(due.shard()).orElse(null);
            if (job != null && shard != null && hedgeable(job, shard, replicas)) {
                if (job.work().firstFree().isEmpty()) {
                    return Optional.of(due);
                }
                hedges.add(new Due(now.plus(pause), due.job(), due.shard()));
            }
            hedges.remove(due);
        }
        return Optional.empty();
    }

    /** A durable job's work is done: look then whether anybody is there for its audits. */
    void lookAt(Instant at, JobId job) {
        looks.add(new Due(at, job, -1));
    }

    /** The first of these jobs that is {@code abandoned}; any other is looked at again later. */
    Optional<Job> abandonedAt(Instant now, Duration pause, Predicate<Job> abandoned) {
        while (!looks.isEmpty() && !looks.peek().at().isAfter(now)) {
            Job job = open.get(looks.peek().job());
            if (job != null && abandoned.test(job)) {
                return Optional.of(job);
            }
            looks.poll();
            if (job != null) {
                lookAt(now.plus(pause), job.admitted().job());
            }
        }
        return Optional.empty();
    }

    private static boolean hedgeable(Job job, OpenShard shard, int replicas) {
        int planned = job.ballots(shard.index()).size() + shard.running().size() + shard.wanted();
        return !shard.hedged() && !shard.running().isEmpty() && planned < replicas;
    }

    Optional<Instant> nextDeadline() {
        while (!deadlines.isEmpty() && !open.containsKey(deadlines.peek().job())) {
            deadlines.poll();
        }
        Instant deadline = deadlines.isEmpty() ? Instant.MAX : deadlines.peek().at();
        Instant hedge = hedges.isEmpty() ? Instant.MAX : hedges.peek().at();
        Instant look = looks.isEmpty() ? Instant.MAX : looks.peek().at();
        Instant next = Collections.min(List.of(deadline, hedge, look));
        return next.equals(Instant.MAX) ? Optional.empty() : Optional.of(next);
    }
}
