package org.idlefleet.coordinator;

import org.idlefleet.coordinator.Event.JobAdmitted;
import org.idlefleet.coordinator.scheduling.WorkQueue;
import org.idlefleet.protocol.ClientId;
import org.idlefleet.protocol.Digest;
import org.idlefleet.protocol.JobId;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.TreeMap;

/** All open jobs, what is due among them, and the newest ended ones for those who ask. */
final class Jobs {
    private final TreeMap<JobId, Job> open = new TreeMap<>();
    private final Map<ClientId, Integer> openByClient = new HashMap<>();
    private final TreeMap<Digest, WorkQueue> queues = new TreeMap<>();
    private final PriorityQueue<Due> deadlines = new PriorityQueue<>();
    private final PriorityQueue<Due> hedges = new PriorityQueue<>();
    private final ArrayDeque<Job> finished = new ArrayDeque<>();
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
        return finished.stream().filter(ended -> ended.admitted().job().equals(job)).findFirst();
    }

    /** The newest jobs that come before the given number, newest first. */
    List<Job> before(long number, int limit) {
        var newest = new TreeMap<>(open);
        finished.forEach(job -> newest.put(job.admitted().job(), job));
        var found = new ArrayList<Job>();
        for (Job job : newest.descendingMap().values()) {
            if (found.size() < limit && (number == 0 || job.admitted().job().number() < number)) {
                found.add(job);
            }
        }
        return found;
    }

    void end(Job job) {
        JobAdmitted admitted = job.admitted();
        open.remove(admitted.job());
        openItems -= admitted.units().items() - job.work().settledItems();
        openByClient.computeIfPresent(
                admitted.client(), (_, count) -> count == 1 ? null : count - 1);
        WorkQueue queue = queue(admitted.manifest());
        queue.remove(job.work());
        finished.addLast(job);
        if (finished.size() > finishedMax) {
            finished.removeFirst();
        }
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

    /** The first shard that has been running for suspiciously long and is not hedged yet. */
    Optional<Due> hedgeAt(Instant now) {
        while (!hedges.isEmpty() && !hedges.peek().at().isAfter(now)) {
            Due due = hedges.peek();
            boolean late =
                    open(due.job())
                            .flatMap(job -> job.work().shard(due.shard()))
                            .filter(shard -> !shard.hedged() && !shard.running().isEmpty())
                            .isPresent();
            if (late) {
                return Optional.of(due);
            }
            hedges.poll();
        }
        return Optional.empty();
    }

    Optional<Instant> nextDeadline() {
        while (!deadlines.isEmpty() && !open.containsKey(deadlines.peek().job())) {
            deadlines.poll();
        }
        Instant deadline = deadlines.isEmpty() ? Instant.MAX : deadlines.peek().at();
        Instant hedge = hedges.isEmpty() ? Instant.MAX : hedges.peek().at();
        Instant next = hedge.isBefore(deadline) ? hedge : deadline;
        return next.equals(Instant.MAX) ? Optional.empty() : Optional.of(next);
    }
}
