package org.idlefleet.coordinator;

import org.idlefleet.coordinator.Event.LeaseEnd;
import org.idlefleet.coordinator.Event.LeaseEnded;
import org.idlefleet.coordinator.Event.LeaseGranted;
import org.idlefleet.coordinator.View.ReplicaFate;
import org.idlefleet.coordinator.fleet.Fleet;
import org.idlefleet.coordinator.fleet.ParkSession;
import org.idlefleet.coordinator.fleet.ParkSession.Grant;
import org.idlefleet.coordinator.scheduling.OpenShard;
import org.idlefleet.protocol.Lease;
import org.idlefleet.protocol.NodeMessage.RefuseReason;
import org.idlefleet.protocol.OwnerId;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Leases from when they are granted until they end, and what follows for node and job if one ends
 * badly.
 */
final class Leases {
    /** So many owners who say that an input can't be taken are believed, if there are as many. */
    private static final int INPUT_REFUSERS = 2;

    /** So many owners must have failed a job before it is given up, if there are as many. */
    private static final int FAILERS = 3;

    private final Fleet fleet;
    private final Jobs jobs;
    private final Trust trust;
    private final Endings endings;
    private final Availability availability;
    private final Policy policy;

    Leases(
            Fleet fleet,
            Jobs jobs,
            Trust trust,
            Endings endings,
            Availability availability,
            Policy policy) {
        this.fleet = fleet;
        this.jobs = jobs;
        this.trust = trust;
        this.endings = endings;
        this.availability = availability;
        this.policy = policy;
    }

    /** Ends a lease that is running; any other is late or made up. */
    private Decision ended(Lease lease, long session, LeaseEnd end, String detail, Instant now) {
        Job job = jobs.open(lease.job()).orElse(null);
        boolean running =
                job != null
                        && job.work()
                                .shard(lease.shard())
                                .flatMap(shard -> shard.running(lease))
                                .filter(replica -> replica.session() == session)
                                .isPresent();
        return running
                ? Decision.event(new LeaseEnded(lease, session, end, detail, now))
                : Decision.NOTHING;
    }

    Decision released(Command.LeaseReleased released, Instant now) {
        return ended(
                released.lease(), released.session(), LeaseEnd.RELEASED, released.reason(), now);
    }

    Decision refused(Command.LeaseRefused refused, Instant now) {
        String detail = refused.reason() + ": " + refused.detail();
        Decision ended = ended(refused.lease(), refused.session(), LeaseEnd.REFUSED, detail, now);
        return refused.reason() == RefuseReason.INPUT ? refusedInput(ended, refused, now) : ended;
    }

    /** Two owners who say that an item can't be taken, or the only one there is, are believed. */
    private Decision refusedInput(Decision ended, Command.LeaseRefused refused, Instant now) {
        Optional<Job> job = jobs.open(refused.lease().job());
        if (ended.events().isEmpty() || job.isEmpty()) {
            return ended;
        }
        int barred = job.get().barred();
        int believed = Math.max(1, owners(job.get(), INPUT_REFUSERS + barred) - barred);
        if (refuser(refused.session()).map(job.get()::inputRefusersWith).orElse(0) < believed) {
            return ended;
        }
        return new Decision.Builder()
                .all(ended)
                .all(endings.end(job.get(), JobEnd.INPUT, refused.detail(), now))
                .build();
    }

    /** Ends those of the node whose results are overdue by far. */
    Decision overrun(long session, Instant now) {
        var decision = new Decision.Builder();
        for (Grant grant : fleet.session(session).map(ParkSession::held).orElse(List.of())) {
            Duration limit = grant.expected().multipliedBy(4).plus(policy.pace().overrun());
            if (grant.at().plus(limit).isBefore(now)) {
                String why = "no result " + limit.toSeconds() + " s after it was given out";
                decision.event(new LeaseEnded(grant.lease(), session, LeaseEnd.OVERRUN, why, now));
                decision.send(new Send.Cancel(session, grant.lease()));
            }
        }
        return decision.build();
    }

    /** After too many failures in a row a node must pause, and a job fails. */
    Decision consequences(Decision decision, Instant now) {
        var failures = new ArrayList<LeaseEnded>(0);
        for (Event event : decision.events()) {
            if (event instanceof LeaseEnded ended && ended.end() != LeaseEnd.RELEASED) {
                failures.add(ended);
            }
        }
        if (failures.isEmpty()) {
            return decision;
        }
        var more = new Decision.Builder().all(decision);
        LeaseEnded last = failures.getLast();
        pause(more, last, failures.size(), now);
        jobs.open(last.lease().job())
                .filter(job -> hopeless(job, last))
                .filter(_ -> decision.events().stream().noneMatch(Event.JobEnded.class::isInstance))
                .map(job -> endings.end(job, JobEnd.ATTEMPTS, last.detail(), now))
                .ifPresent(more::all);
        return more.build();
    }

    private boolean hopeless(Job job, LeaseEnded last) {
        int owners = owners(job, FAILERS);
        return refuser(last.session())
                .filter(owner -> job.failsTooOften(owner, policy.limits().attempts(), owners))
                .isPresent();
    }

    /** Owners who may run the job, counted up to {@code enough}. */
    private int owners(Job job, int enough) {
        return trust.owners(fleet, job.admitted().manifest(), job.admitted().assurance(), enough);
    }

    private Optional<OwnerId> refuser(long session) {
        return fleet.session(session).map(ParkSession::owner);
    }

    private void pause(Decision.Builder more, LeaseEnded last, int faults, Instant now) {
        fleet.session(last.session())
                .filter(_ -> !isInput(last))
                .filter(session -> session.faultsInRow() + faults >= policy.limits().faults())
                .ifPresent(session -> {
                    String reason =
                            policy.limits().faults()
                                    + " shards failed in a row, the last: "
                                    + last.detail();
                    more.event(new Event.SessionClosed(session.number(), reason, now));
                    more.send(new Send.Dismiss(session.number(), reason, policy.pace().pause()));
                });
    }

    private static boolean isInput(LeaseEnded ended) {
        return ended.detail().startsWith(RefuseReason.INPUT + ":");
    }

    void granted(LeaseGranted granted) {
        ParkSession session = fleet.session(granted.session()).orElseThrow();
        Job job = jobs.open(granted.lease().job()).orElseThrow();
        long units = job.work().units().between(granted.from(), granted.to());
        fleet.grant(
                granted.session(),
                new Grant(
                        granted.lease(),
                        job.admitted().manifest(),
                        units,
                        granted.expected(),
                        granted.at()));
        job.work()
                .place(
                        new OpenShard.Replica(
                                granted.lease(),
                                granted.session(),
                                session.node(),
                                session.owner()),
                        granted.from(),
                        granted.to());
        jobs.queue(job.admitted().manifest()).serve(job.work(), units);
        jobs.refresh(job);
        if (job.work().urgent()) {
            Duration twice = granted.expected().multipliedBy(2);
            Duration late =
                    policy.pace().hedge().compareTo(twice) > 0 ? policy.pace().hedge() : twice;
            jobs.hedgeAt(granted.at().plus(late), job.admitted().job(), granted.lease().shard());
        }
    }

    void answered(Event.LeaseAnswered answered) {
        fleet.session(answered.session())
                .ifPresent(session ->
                        session.held(answered.lease())
                                .ifPresent(grant ->
                                        trust.answered(
                                                session.owner(),
                                                grant.expected(),
                                                answered.computeTime())));
        fleet.answered(answered.session(), answered.lease(), answered.computeTime(), answered.at());
    }

    void ended(LeaseEnded ended) {
        Optional<ParkSession> session = fleet.session(ended.session());
        boolean input = isInput(ended);
        boolean failure = ended.end() != LeaseEnd.RELEASED;
        session.map(ParkSession::owner).ifPresent(owner -> remember(ended.end(), owner));
        session.ifPresent(from -> giveBack(ended.lease(), from, word(ended)));
        fleet.end(ended.session(), ended.lease(), failure && !input);
        if (failure && !input) {
            session.ifPresent(from -> availability.failedInPassing(from.node(), ended.at()));
        }
        if (failure) {
            session.ifPresent(from ->
                    jobs.open(ended.lease().job())
                            .ifPresent(job -> job.failed(input, from.owner(), ended.detail())));
        }
    }

    private void remember(LeaseEnd end, OwnerId owner) {
        switch (end) {
            case RELEASED -> trust.released(owner);
            case OVERRUN -> trust.lost(owner);
            case REFUSED, MALFORMED -> trust.refused(owner);
        }
    }

    void closed(Event.SessionClosed closed) {
        fleet.session(closed.session())
                .ifPresent(session -> {
                    for (Grant grant : fleet.close(closed.session(), closed.at())) {
                        trust.lost(session.owner());
                        giveBack(grant.lease(), session, "connection ended: " + closed.reason());
                    }
                });
    }

    private void giveBack(Lease lease, ParkSession from, String fate) {
        jobs.open(lease.job())
                .ifPresent(job -> {
                    job.work().withdraw(lease);
                    job.fate(
                            lease.shard(), new ReplicaFate(lease, from.node(), from.owner(), fate));
                    jobs.refresh(job);
                });
    }

    private static String word(LeaseEnded ended) {
        return switch (ended.end()) {
            case RELEASED -> "released: " + ended.detail();
            case REFUSED -> "refused: " + ended.detail();
            case MALFORMED -> "malformed: " + ended.detail();
            case OVERRUN -> "overrun: " + ended.detail();
        };
    }
}
