package org.idlefleet.coordinator;

import org.idlefleet.coordinator.Command.Compared;
import org.idlefleet.coordinator.Command.ResultReturned;
import org.idlefleet.coordinator.Event.BallotCast;
import org.idlefleet.coordinator.Event.LeaseAnswered;
import org.idlefleet.coordinator.Event.LeaseEnd;
import org.idlefleet.coordinator.Event.LeaseEnded;
import org.idlefleet.coordinator.Event.MoreBallotsWanted;
import org.idlefleet.coordinator.fleet.Fleet;
import org.idlefleet.coordinator.fleet.ParkSession;
import org.idlefleet.coordinator.scheduling.OpenShard;
import org.idlefleet.coordinator.scheduling.OpenShard.Replica;
import org.idlefleet.coordinator.verification.Ballot;
import org.idlefleet.coordinator.verification.Comparison;
import org.idlefleet.coordinator.verification.Tolerance;
import org.idlefleet.coordinator.verification.Verdict;
import org.idlefleet.coordinator.verification.Voter;
import org.idlefleet.ledger.Money;
import org.idlefleet.protocol.Lease;
import org.idlefleet.protocol.NumericClass;
import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Turns results into votes and votes into verdicts, and has them settled in the same decision. */
final class Tally {
    /** So many ballots that can't judge each other are enough to ask a trusted owner. */
    private static final int UNJUDGED_EXTRAS = 1;

    private final Fleet fleet;
    private final Jobs jobs;
    private final Registry registry;
    private final Trust trust;
    private final Policy policy;
    private final Audits audits;
    private final Ringers ringers;
    private final Blame blame;
    private final Settlement settlement;
    private final Endings endings;

    Tally(
            Fleet fleet,
            Jobs jobs,
            Registry registry,
            Trust trust,
            Policy policy,
            Audits audits,
            Ringers ringers,
            Blame blame,
            Settlement settlement,
            Endings endings) {
        this.fleet = fleet;
        this.jobs = jobs;
        this.registry = registry;
        this.trust = trust;
        this.policy = policy;
        this.audits = audits;
        this.ringers = ringers;
        this.blame = blame;
        this.settlement = settlement;
        this.endings = endings;
    }

    /**
     * A result that comes under no running lease is late, repeated or made up: it changes nothing.
     */
    Decision returned(ResultReturned result, Instant now) {
        Lease lease = result.lease();
        Job job = jobs.open(lease.job()).orElse(null);
        OpenShard shard = job == null ? null : job.work().shard(lease.shard()).orElse(null);
        Replica replica = shard == null ? null : shard.running(lease).orElse(null);
        if (job == null
                || shard == null
                || replica == null
                || replica.session() != result.session()) {
            return strayed(job, replica, lease);
        }
        ModelSpec model = model(job);
        long expected = (long) (shard.to() - shard.from()) * model.outputBytesPerItem();
        if (!result.sound() || result.bytes() != expected) {
            String why =
                    result.sound()
                            ? "expected " + expected + " bytes, found " + result.bytes()
                            : "commit or numbers are broken";
            return new Decision.Builder()
                    .event(new LeaseEnded(lease, result.session(), LeaseEnd.MALFORMED, why, now))
                    .send(new Send.Drop(lease))
                    .build();
        }
        var ballot =
                new Ballot(
                        lease,
                        replica.node(),
                        replica.owner(),
                        result.commit(),
                        result.output(),
                        fleet.session(replica.session())
                                .map(session -> countsIn(session, job, shard))
                                .orElse(NumericClass.UNKNOWN),
                        result.evidence());
        var decision =
                new Decision.Builder()
                        .event(
                                new LeaseAnswered(
                                        lease,
                                        result.session(),
                                        result.computeTime(),
                                        result.batteryJoules(),
                                        now));
        return count(decision, job, shard, ballot, delivery(result, now), now).build();
    }

    /** A vote that settles its shard at once stands in the settlement only. */
    private Decision.Builder count(
            Decision.Builder decision,
            Job job,
            OpenShard shard,
            Ballot ballot,
            Optional<Delivery> delivery,
            Instant now) {
        List<Ballot> all = job.ballotsWith(shard.index(), ballot);
        boolean equal = equal(job, shard, all);
        if (equal) {
            var agreed = new Verdict.Agreed(all.getFirst(), all, List.of(), List.of());
            if (!refereeDue(job, all, Comparison.equal(all.size()), agreed)) {
                return settlement.settle(
                        decision, job, shard, agreed, List.of(), newest(delivery, ballot), now);
            }
        }
        decision.event(
                new BallotCast(
                        job.admitted().job(),
                        shard.index(),
                        shard.from(),
                        shard.to(),
                        ballot,
                        delivery,
                        now));
        if (equal) {
            decision.event(referee(job, shard, Comparison.equal(all.size())));
        } else if (all.size() >= job.needed()) {
            decision.send(compare(job, shard, all, model(job)));
        }
        return decision;
    }

    private static Optional<Delivery.Newest> newest(Optional<Delivery> delivery, Ballot ballot) {
        return delivery.map(known -> new Delivery.Newest(ballot.lease(), known));
    }

    private Optional<Delivery> delivery(ResultReturned result, Instant now) {
        return fleet.session(result.session())
                .flatMap(session -> session.held(result.lease()))
                .map(grant ->
                        new Delivery(
                                Duration.between(grant.at(), now),
                                result.computeTime(),
                                result.batteryJoules()));
    }

    /**
     * The bytes under a lease that somebody else holds, or under which a vote was cast, are still
     * needed; any others are not.
     */
    private static Decision strayed(@Nullable Job job, @Nullable Replica replica, Lease lease) {
        boolean counted =
                job != null
                        && job.ballots(lease.shard()).stream()
                                .anyMatch(ballot -> ballot.lease().equals(lease));
        return counted || replica != null ? Decision.NOTHING : Decision.send(new Send.Drop(lease));
    }

    /** A comparison without the newest vote is out of date: one with it is on its way. */
    Decision compared(Compared command, Instant now) {
        Job job = jobs.open(command.job()).orElse(null);
        OpenShard shard = job == null ? null : job.work().shard(command.shard()).orElse(null);
        if (job == null || shard == null) {
            return Decision.NOTHING;
        }
        List<Ballot> ballots = job.ballots(shard.index());
        Comparison comparison = command.comparison();
        if (comparison.ballots() != ballots.size() || !job.toCompare(shard.index())) {
            return Decision.NOTHING;
        }
        Verdict verdict = judge(job, ballots, comparison);
        if (refereeDue(job, ballots, comparison, verdict)) {
            return Decision.event(referee(job, shard, comparison));
        }
        if (ringers.inDoubt(job, verdict)) {
            return endings.end(job, JobEnd.NO_QUORUM, "the known answer is in doubt", now);
        }
        return switch (verdict) {
            case Verdict.Agreed agreed ->
                    settlement.settle(job, shard, ballots, comparison, agreed, now);
            case Verdict.Open open -> more(job, shard, open, comparison, now);
        };
    }

    /**
     * The comparisons that a restarted process owes: votes of durable jobs that nobody held against
     * each other.
     */
    List<Send> owed() {
        var owed = new ArrayList<Send>();
        for (Job job : jobs.open()) {
            if (!job.admitted().durable()) {
                continue;
            }
            job.work()
                    .shards()
                    .forEach(shard -> {
                        if (job.toCompare(shard.index())) {
                            owed.add(compare(job, shard, job.ballots(shard.index()), model(job)));
                        }
                    });
        }
        return owed;
    }

    /**
     * Ends a job whose deadline has passed. If it is an audit for which no trusted owner had time,
     * the vote counts that there is: a shard at a time.
     */
    Decision late(Job job, Instant now) {
        if (job.admitted().audit().isPresent()) {
            for (OpenShard shard : job.work().shards()) {
                List<Ballot> ballots = job.ballots(shard.index());
                Comparison comparison = job.comparison(shard.index()).orElse(null);
                if (comparison != null
                        && comparison.ballots() == ballots.size()
                        && judge(job, ballots, comparison) instanceof Verdict.Agreed agreed) {
                    return settlement.settle(job, shard, ballots, comparison, agreed, now);
                }
            }
        }
        if (job.work().done()) {
            return endings.end(job, JobEnd.DONE, "", now);
        }
        var decision = new Decision.Builder();
        AuditOf audit = job.admitted().audit().orElse(null);
        String why = "";
        if (audit != null && job.work().shards().isEmpty()) {
            if (audits.served(job)) {
                why = "nobody had time for it";
            } else {
                why = "nobody was there to do it";
                audits.waitOn(decision, job, audit, now);
            }
        }
        return endings.end(decision, job, JobEnd.DEADLINE, why, Money.ZERO, now).build();
    }

    /**
     * The numeric class of a vote: the one that its node counts as, unless an earlier vote, or the
     * claim that is audited, was cast in just what this node has shown. Then what others show was
     * not settled yet, and the two computed alike.
     */
    private static NumericClass countsIn(ParkSession session, Job job, OpenShard shard) {
        NumericClass shown = session.shown();
        if (shown.equals(session.numericClass())) {
            return shown;
        }
        boolean alike =
                job.admitted().audit().stream().anyMatch(audit -> in(shown, audit.claim()))
                        || job.ballots(shard.index()).stream().anyMatch(vote -> in(shown, vote));
        return alike ? shown : session.numericClass();
    }

    private static boolean in(NumericClass numericClass, Ballot vote) {
        return vote.numericClass().equals(numericClass);
    }

    /** Where a trusted owner audits, its word counts and no vote is taken. */
    private Verdict judge(Job job, List<Ballot> ballots, Comparison comparison) {
        Tolerance tolerance = model(job).tolerance();
        int trusted = job.admitted().audit().isPresent() ? trusted(ballots) : 0;
        return trusted > 0
                ? Voter.judgeBy(trusted, ballots, comparison, tolerance)
                : Voter.judge(ballots, comparison, tolerance, job.needed());
    }

    /** The place of the last vote of a trusted owner on an audit; 0, the claim's, if none voted. */
    private int trusted(List<Ballot> ballots) {
        int place = ballots.size() - 1;
        while (place > 0 && !trust.trusted(ballots.get(place).owner())) {
            place--;
        }
        return place;
    }

    /**
     * Whether a trusted owner has to decide an audit: it was drawn for a review, or the votes would
     * blame somebody. Votes convict nobody and clear nobody, since friends vote for each other.
     */
    private boolean refereeDue(
            Job job, List<Ballot> ballots, Comparison comparison, Verdict verdict) {
        AuditOf audit = job.admitted().audit().orElse(null);
        return audit != null
                && trusted(ballots) == 0
                && (audit.reviewed() || blames(job, ballots, comparison, verdict))
                && audits.judgeThere(job.admitted(), audit.claim())
                && ballots.size() < policy.limits().replicas();
    }

    private boolean blames(Job job, List<Ballot> ballots, Comparison comparison, Verdict verdict) {
        if (verdict instanceof Verdict.Agreed agreed) {
            return !agreed.dissenting().isEmpty();
        }
        Tolerance tolerance = model(job).tolerance();
        for (int high = 1; high < ballots.size(); high++) {
            for (int low = 0; low < high; low++) {
                double reach = 2 * tolerance.between(ballots.get(high), ballots.get(low));
                if (!Double.isNaN(reach) && !(comparison.between(high, low) <= reach)) {
                    return true;
                }
            }
        }
        return false;
    }

    private static Event referee(Job job, OpenShard shard, Comparison comparison) {
        return new MoreBallotsWanted(
                job.admitted().job(), shard.index(), shard.forTrusted() ? 0 : 1, comparison, true);
    }

    private Decision more(
            Job job, OpenShard shard, Verdict.Open open, Comparison comparison, Instant now) {
        List<Ballot> ballots = job.ballots(shard.index());
        int planned = shard.running().size() + shard.wanted();
        int missing = Math.max(0, open.missing() - planned);
        boolean unjudged =
                ballots.size() >= job.needed() + UNJUDGED_EXTRAS && unjudged(job, ballots);
        AuditOf audit = job.admitted().audit().orElse(null);
        boolean hopeless = ballots.size() + planned + missing > policy.limits().replicas();
        if ((hopeless || unjudged)
                && audit != null
                && !shard.forTrusted()
                && audits.judgeThere(job.admitted(), audit.claim())) {
            return Decision.event(referee(job, shard, comparison));
        }
        if (hopeless || unjudged && audit != null) {
            var decision = new Decision.Builder();
            if (audit != null && !audit.trusted()) {
                AuditOf.Cause cause = unjudged ? AuditOf.Cause.UNJUDGED : AuditOf.Cause.DISPUTED;
                blame.suspect(decision, job, shard, audit.claim(), true, cause, now);
            }
            return endings.end(decision, job, JobEnd.NO_QUORUM, "", Money.ZERO, now).build();
        }
        return Decision.event(
                new MoreBallotsWanted(
                        job.admitted().job(), shard.index(), missing, comparison, unjudged));
    }

    /** Whether two of the ballots are of numeric classes that nobody held against each other. */
    private boolean unjudged(Job job, List<Ballot> ballots) {
        Tolerance tolerance = model(job).tolerance();
        return ballots.stream()
                .anyMatch(one ->
                        ballots.stream()
                                .anyMatch(other -> Double.isNaN(tolerance.between(one, other))));
    }

    /**
     * Whether these are enough, and the same to the bit: then nothing has to be compared. A claim's
     * digest is of the whole result and says nothing about a part.
     */
    private static boolean equal(Job job, OpenShard shard, List<Ballot> ballots) {
        boolean whole =
                job.admitted().audit().isEmpty()
                        || shard.to() - shard.from() == job.work().units().items();
        return whole && ballots.size() >= job.needed() && same(ballots);
    }

    private static boolean same(List<Ballot> ballots) {
        for (Ballot ballot : ballots) {
            if (!ballot.output().equals(ballots.getFirst().output())) {
                return false;
            }
        }
        return true;
    }

    private static Send compare(Job job, OpenShard shard, List<Ballot> ballots, ModelSpec model) {
        return new Send.Compare(
                job.admitted().job(),
                shard.index(),
                shard.from(),
                shard.to(),
                ballots.stream().map(Ballot::lease).toList(),
                model);
    }

    private ModelSpec model(Job job) {
        return registry.model(job.admitted().manifest()).orElseThrow();
    }
}
