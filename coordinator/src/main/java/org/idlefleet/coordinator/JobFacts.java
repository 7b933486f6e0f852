package org.idlefleet.coordinator;

import org.idlefleet.coordinator.fleet.Fleet;
import org.idlefleet.coordinator.scheduling.OpenShard;
import org.idlefleet.ledger.Book;
import org.idlefleet.protocol.JobId;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes true what is said of jobs: admitted, voted on, settled, ended, withdrawn. A snapshot says
 * it again of those that are open.
 */
final class JobFacts {
    private final Fleet fleet;
    private final Jobs jobs;
    private final Book book;
    private final Trust trust;
    private final Pay pay;
    private final Holds holds;
    private final Availability availability;
    private final Policy policy;

    JobFacts(
            Fleet fleet,
            Jobs jobs,
            Book book,
            Trust trust,
            Pay pay,
            Holds holds,
            Availability availability,
            Policy policy) {
        this.fleet = fleet;
        this.jobs = jobs;
        this.book = book;
        this.trust = trust;
        this.pay = pay;
        this.holds = holds;
        this.availability = availability;
        this.policy = policy;
    }

    void admitted(Event.JobAdmitted admitted) {
        admitted.hold().ifPresent(book::apply);
        jobs.admit(admitted);
        opened(admitted);
    }

    void restored(Event.JobRestored restored) {
        Job job = jobs.admit(restored.admitted());
        job.restore(restored);
        opened(restored.admitted());
        jobs.settled(job.work().settledItems());
        jobs.condemn(job, trust::condemned);
        jobs.refresh(job);
        if (job.admitted().durable() && job.work().done()) {
            jobs.lookAt(restored.admitted().at(), restored.admitted().job());
        }
    }

    private void opened(Event.JobAdmitted admitted) {
        admitted.audit()
                .filter(audit -> !audit.ringer())
                .ifPresent(audit -> {
                    holds.opened(audit.claim().node(), admitted.job());
                    jobs.any(audit.job())
                            .ifPresent(audited -> {
                                audited.auditOpened(admitted.job(), audit);
                                jobs.owes(audited);
                            });
                });
    }

    void cast(Event.BallotCast cast) {
        jobs.open(cast.job())
                .ifPresent(job -> {
                    job.work()
                            .answer(
                                    cast.ballot().lease(),
                                    cast.ballot().owner(),
                                    cast.from(),
                                    cast.to());
                    job.cast(cast);
                    jobs.refresh(job);
                });
    }

    void hedge(Event.HedgeWanted hedge) {
        jobs.open(hedge.job())
                .ifPresent(job -> {
                    job.work().hedge(hedge.shard());
                    jobs.refresh(job);
                });
    }

    void want(Event.MoreBallotsWanted more) {
        jobs.open(more.job())
                .ifPresent(job -> {
                    job.compared(more.shard(), more.comparison());
                    if (more.trusted()) {
                        job.work().wantTrusted(more.shard());
                    }
                    job.work().want(more.shard(), more.missing());
                    jobs.refresh(job);
                });
    }

    void settled(Event.ShardSettled settled) {
        settled.payments().forEach(book::apply);
        Job job = jobs.open(settled.job()).orElseThrow();
        pay.settled(settled, job.payer());
        job.work().shard(settled.shard()).ifPresent(shard -> callOff(shard, settled));
        settled.dissenting().forEach(ballot -> availability.failed(ballot.node(), settled.at()));
        job.settle(settled, job.alone().isPresent() ? number(settled) : 0);
        trust.settled(settled, job.admitted().manifest(), job.admitted().audit());
        job.work().settle(settled.shard(), settled.from(), settled.to());
        jobs.settled(settled.to() - settled.from());
        jobs.refresh(job);
        if (job.admitted().durable() && job.work().done()) {
            jobs.lookAt(settled.at().plus(Endings.PATIENCE), settled.job());
        }
    }

    /** Ends what still runs; the result that settled it has ended its own lease. */
    private void callOff(OpenShard shard, Event.ShardSettled settled) {
        for (OpenShard.Replica other : shard.running()) {
            if (settled.agreeing().stream().noneMatch(vote -> vote.lease().equals(other.lease()))) {
                fleet.end(other.session(), other.lease(), false);
            }
        }
    }

    /** The number of a result among those of its device that nobody audits. */
    private long number(Event.ShardSettled settled) {
        return settled.draw().audited() ? 0 : holds.settled(settled.result().node());
    }

    void ended(Event.JobEnded ended) {
        ended.voided().ifPresent(book::apply);
        ended.refund().ifPresent(book::apply);
        Job job = jobs.open(ended.job()).orElseThrow();
        for (OpenShard shard : job.work().shards()) {
            shard.running().forEach(other -> fleet.end(other.session(), other.lease(), false));
        }
        job.end(ended.end(), ended.detail(), ended.at());
        job.cleared().ifPresent(right -> trust.cleared(right, ended.at()));
        job.looked().ifPresent(drawn -> trust.audited(drawn, ended.at()));
        Instant since = ended.at().minus(policy.pace().finality());
        jobs.end(job, other -> other.isUnfinal(since, holds));
        job.admitted()
                .audit()
                .filter(audit -> !audit.ringer())
                .ifPresent(audit -> auditEnded(job, audit));
    }

    private void auditEnded(Job job, AuditOf audit) {
        holds.closed(audit.claim().node(), job.admitted().job());
        jobs.any(audit.job()).ifPresent(audited -> audited.auditClosed(job));
    }

    void retracted(Event.ResultRetracted retracted) {
        retracted.refund().ifPresent(book::apply);
        jobs.any(retracted.job())
                .ifPresent(job -> {
                    job.retract(retracted);
                    jobs.owes(job);
                });
    }

    /** Events that rebuild the open jobs, with the votes on shards that have no verdict yet. */
    List<Event.Durable> snapshot(Instant now) {
        var events = new ArrayList<Event.Durable>();
        for (Job job : jobs.open()) {
            events.add(
                    new Event.JobRestored(
                            job.admitted(),
                            job.paid(),
                            job.work().nextShard(),
                            job.settledRanges(),
                            job.audits(),
                            job.unchecked(),
                            job.results()));
            job.work().shards().forEach(shard -> events.addAll(votes(job, shard, now)));
        }
        return events;
    }

    private static List<Event.BallotCast> votes(Job job, OpenShard shard, Instant now) {
        JobId id = job.admitted().job();
        return job.ballots(shard.index()).stream()
                .filter(ballot -> ballot.lease().job().equals(id))
                .map(ballot ->
                        new Event.BallotCast(
                                id,
                                shard.index(),
                                shard.from(),
                                shard.to(),
                                ballot,
                                job.delivery(ballot.lease()),
                                job.cameAt(ballot.lease()).orElse(now)))
                .toList();
    }
}
