package org.idlefleet.coordinator.adapter;

import org.idlefleet.coordinator.AuditCounts;
import org.idlefleet.coordinator.Event;
import org.idlefleet.coordinator.View;
import org.idlefleet.coordinator.View.Vote;
import org.idlefleet.coordinator.adapter.api.JobHistory;
import org.idlefleet.coordinator.adapter.log.SqliteEventLog;
import org.idlefleet.coordinator.verification.Ballot;
import org.idlefleet.ledger.Money;
import org.idlefleet.protocol.JobId;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Ended jobs told from the event log: what was durable of them, for as long as the log is kept. */
final class LogHistory implements JobHistory {
    private final SqliteEventLog log;

    LogHistory(SqliteEventLog log) {
        this.log = log;
    }

    @Override
    public Optional<View.Job> job(JobId job) {
        List<Event.Durable> events = log.ofJob(job);
        for (Event.Durable event : events) {
            if (event instanceof Event.JobAdmitted admitted) {
                return Optional.of(view(admitted, events));
            }
        }
        return Optional.empty();
    }

    @Override
    public List<View.Job> before(long before, int limit) {
        var jobs = new ArrayList<View.Job>();
        for (long number = before - 1; number > 0 && jobs.size() < limit; number--) {
            job(new JobId(number)).ifPresent(jobs::add);
        }
        return jobs;
    }

    private static View.Job view(Event.JobAdmitted admitted, List<Event.Durable> events) {
        Map<Integer, List<Ballot>> ballots = new HashMap<>();
        var shards = new ArrayList<View.Shard>();
        Money paid = Money.ZERO;
        int settled = 0;
        int drawn = 0;
        var retracted = new ArrayList<Event.ResultRetracted>();
        Optional<Event.JobEnded> end = Optional.empty();
        for (Event.Durable event : events) {
            if (event instanceof Event.BallotCast cast) {
                ballots.computeIfAbsent(cast.shard(), _ -> claim(admitted)).add(cast.ballot());
            } else if (event instanceof Event.ShardSettled done) {
                paid = paid.plus(done.charged(admitted.payer()));
                settled += done.to() - done.from();
                drawn += done.draw().audited() ? 1 : 0;
                shards.add(shard(done, ballots.getOrDefault(done.shard(), List.of())));
            } else if (event instanceof Event.ResultRetracted wrong) {
                retracted.add(wrong);
            } else if (event instanceof Event.JobEnded ended) {
                end = Optional.of(ended);
            }
        }
        return new View.Job(
                admitted.job(),
                admitted.client(),
                admitted.model(),
                admitted.manifest(),
                admitted.kind(),
                admitted.units().items(),
                settled,
                admitted.quorum(),
                admitted.tier(),
                admitted.durable(),
                admitted.at(),
                admitted.deadline(),
                admitted.held(),
                paid,
                admitted.assurance(),
                admitted.audit(),
                shards.size(),
                new AuditCounts(drawn, drawn - retracted.size(), retracted.size(), 0),
                0,
                retracted,
                end.map(Event.JobEnded::end),
                end.map(Event.JobEnded::detail).orElse(""),
                end.map(Event.JobEnded::at),
                shards);
    }

    /** The votes on a shard before anybody voted on it: of an audit, what it checks. */
    private static List<Ballot> claim(Event.JobAdmitted admitted) {
        var votes = new ArrayList<Ballot>();
        admitted.audit().ifPresent(audit -> votes.add(audit.claim()));
        return votes;
    }

    private static View.Shard shard(Event.ShardSettled done, List<Ballot> cast) {
        return new View.Shard(
                done.shard(),
                done.from(),
                done.to(),
                Optional.of(done.canonical()),
                Vote.of(done, cast),
                List.of(),
                done.postings());
    }
}
