package org.idlefleet.coordinator;

import org.idlefleet.coordinator.Command.Compared;
import org.idlefleet.coordinator.Command.ResultReturned;
import org.idlefleet.coordinator.Event.BallotCast;
import org.idlefleet.coordinator.Event.JobAdmitted;
import org.idlefleet.coordinator.Event.JobEnded;
import org.idlefleet.coordinator.Event.LeaseAnswered;
import org.idlefleet.coordinator.Event.LeaseEnd;
import org.idlefleet.coordinator.Event.LeaseEnded;
import org.idlefleet.coordinator.Event.MoreBallotsWanted;
import org.idlefleet.coordinator.Event.ShardSettled;
import org.idlefleet.coordinator.fleet.Fleet;
import org.idlefleet.coordinator.fleet.ParkSession;
import org.idlefleet.coordinator.scheduling.OpenShard;
import org.idlefleet.coordinator.scheduling.OpenShard.Replica;
import org.idlefleet.coordinator.verification.AuditDraw;
import org.idlefleet.coordinator.verification.Ballot;
import org.idlefleet.coordinator.verification.Comparison;
import org.idlefleet.coordinator.verification.Tolerance;
import org.idlefleet.coordinator.verification.Verdict;
import org.idlefleet.coordinator.verification.Voter;
import org.idlefleet.ledger.AccountId;
import org.idlefleet.ledger.Book;
import org.idlefleet.ledger.Money;
import org.idlefleet.ledger.Posting;
import org.idlefleet.ledger.Transaction;
import org.idlefleet.ledger.TransactionId;
import org.idlefleet.protocol.JobId;
import org.idlefleet.protocol.Lease;
import org.idlefleet.protocol.NumericClass;
import org.idlefleet.protocol.OwnerId;
import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Turns results into votes, votes into verdicts, and a verdict into its payment, in one decision.
 */
final class Tally {
    /** So many ballots that can't judge each other are enough to ask a trusted owner. */
    private static final int UNJUDGED_EXTRAS = 1;

    /**
     * A durable job whose work is done waits so long for somebody who could do its audits, and as
     * long after each was opened. Then it ends: the audits go on, and what they find wrong later is
     * paid back, as with requests.
     */
    static final Duration PATIENCE = Duration.ofMinutes(1);

    /** How often it is looked whether somebody is there. */
    private static final Duration LOOK_EVERY = Duration.ofSeconds(15);

    private final Fleet fleet;
    private final Jobs jobs;
    private final Registry registry;
    private final Book book;
    private final Policy policy;
    private final Audits audits;
    private final Convictions convictions;
    private final Ringers ringers;
    private final Blame blame;
    private final Trust trust;
    private final Pay pay;

    Tally(
            Fleet fleet,
            Jobs jobs,
            Registry registry,
            Book book,
            Policy policy,
            Audits audits,
            Convictions convictions,
            Trust trust,
            Pay pay) {
        this.fleet = fleet;
        this.jobs = jobs;
        this.registry = registry;
        this.book = book;
        this.policy = policy;
        this.audits = audits;
        this.ringers = new Ringers(trust, audits, policy);
        this.blame = new Blame(jobs, trust, audits, convictions);
        this.convictions = convictions;
        this.trust = trust;
        this.pay = pay;
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
        Optional<Delivery> delivery = delivery(result, now);
        if (job.needed() == 1 && job.ballots(shard.index()).isEmpty()) {
            var verdict = new Verdict.Agreed(ballot, List.of(ballot), List.of(), List.of());
            return settle(decision, job, shard, verdict, List.of(), newest(delivery, ballot), now)
                    .build();
        }
        return cast(decision, job, shard, ballot, delivery, now).build();
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

    /** The comparison may be out of date: then the votes are compared anew. */
    Decision compared(Compared command, Instant now) {
        Job job = jobs.open(command.job()).orElse(null);
        OpenShard shard = job == null ? null : job.work().shard(command.shard()).orElse(null);
        if (job == null || shard == null) {
            return Decision.NOTHING;
        }
        List<Ballot> ballots = job.ballots(shard.index());
        Comparison comparison = command.comparison();
        if (comparison.ballots() != ballots.size()) {
            return job.toCompare(shard.index()) && comparison.ballots() < ballots.size()
                    ? Decision.send(compare(job, shard, ballots, model(job)))
                    : Decision.NOTHING;
        }
        if (!job.toCompare(shard.index())) {
            return Decision.NOTHING;
        }
        Verdict verdict = judge(job, ballots, comparison);
        if (refereeDue(job, ballots, comparison, verdict)) {
            return Decision.event(referee(job, shard, comparison));
        }
        if (ringers.inDoubt(job, verdict)) {
            return end(job, JobEnd.NO_QUORUM, "the known answer is in doubt", now);
        }
        return switch (verdict) {
            case Verdict.Agreed agreed -> settle(job, shard, ballots, comparison, agreed, now);
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
     * Ends a job: its hold is given back, its running replicas are called off, and a failed job
     * whose client gets nothing costs nothing.
     */
    Decision end(Job job, JobEnd end, String detail, Instant now) {
        return end(new Decision.Builder(), job, end, detail, Money.ZERO, now).build();
    }

    /**
     * After a restart: jobs that lived only as long as their request end. Audits are among them;
     * those of results that durable jobs keep are opened anew, whatever they were opened for. What
     * others had claimed is gone, and so is what requests had that ended with the process.
     */
    void restart(Decision.Builder decision, Instant now) {
        for (Job job : List.copyOf(jobs.open())) {
            job.admitted().audit().ifPresent(audit -> again(decision, audit, now));
            if (!job.admitted().durable()) {
                end(decision, job, JobEnd.RESTART, "", Money.ZERO, now);
            }
        }
    }

    private void again(Decision.Builder decision, AuditOf audit, Instant now) {
        jobs.open(audit.job())
                .filter(audited -> audited.admitted().durable() && audit.kept())
                .filter(audited -> audited.stands(audit.claim(), audit.shard(), audit.from()))
                .ifPresent(audited ->
                        audits.openForAnyone(
                                decision,
                                audited.admitted(),
                                audit,
                                audit.job(),
                                audit.from(),
                                now));
    }

    /** So many replicas of one shard there may be, because so many ballots can be judged. */
    int replicasMax() {
        return Math.min(Voter.BALLOTS_MAX, policy.limits().attempts());
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
                    return settle(job, shard, ballots, comparison, agreed, now);
                }
            }
        }
        if (job.work().done()) {
            return end(job, JobEnd.DONE, "", now);
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
        return end(decision, job, JobEnd.DEADLINE, why, Money.ZERO, now).build();
    }

    /** A durable job that only waits for audits which nobody does and nobody there could do. */
    Optional<Job> abandonedAt(Instant now) {
        return jobs.abandonedAt(now, LOOK_EVERY, job -> abandoned(job, now));
    }

    private boolean abandoned(Job job, Instant now) {
        return job.work().done()
                && !convictions.owes(job)
                && job.openAudits().stream()
                        .flatMap(audit -> jobs.open(audit).stream())
                        .noneMatch(audit ->
                                audit.admitted().at().plus(PATIENCE).isAfter(now)
                                        || audits.served(audit));
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
                && ballots.size() < replicasMax();
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
        boolean hopeless = ballots.size() + planned + missing > replicasMax();
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
            return end(decision, job, JobEnd.NO_QUORUM, "", Money.ZERO, now).build();
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

    private Decision.Builder cast(
            Decision.Builder decision,
            Job job,
            OpenShard shard,
            Ballot ballot,
            Optional<Delivery> delivery,
            Instant now) {
        decision.event(
                new BallotCast(
                        job.admitted().job(),
                        shard.index(),
                        shard.from(),
                        shard.to(),
                        ballot,
                        delivery,
                        now));
        List<Ballot> all = job.ballotsWith(shard.index(), ballot);
        if (all.size() < job.needed()) {
            return decision;
        }
        // The claim's digest is of the whole result: it says nothing about a part.
        boolean whole =
                job.admitted().audit().isEmpty()
                        || shard.to() - shard.from() == job.work().units().items();
        if (!whole || !same(all)) {
            return decision.send(compare(job, shard, all, model(job)));
        }
        var agreed = new Verdict.Agreed(all.getFirst(), all, List.of(), List.of());
        Comparison equal = Comparison.equal(all.size());
        return refereeDue(job, all, equal, agreed)
                ? decision.event(referee(job, shard, equal))
                : settle(decision, job, shard, agreed, List.of(), newest(delivery, ballot), now);
    }

    private static boolean same(List<Ballot> ballots) {
        for (Ballot ballot : ballots) {
            if (!ballot.output().equals(ballots.getFirst().output())) {
                return false;
            }
        }
        return true;
    }

    /**
     * How far each ballot is from the canonical one, in the order in which the verdict has them.
     */
    private static List<Double> distances(
            List<Ballot> ballots, Comparison comparison, Verdict.Agreed verdict) {
        int canonical = ballots.indexOf(verdict.canonical());
        return verdict.ballots().stream()
                .map(ballot -> comparison.between(ballots.indexOf(ballot), canonical))
                .toList();
    }

    /** Settles by votes whose distances were measured; how each came in, the job knows. */
    private Decision settle(
            Job job,
            OpenShard shard,
            List<Ballot> ballots,
            Comparison comparison,
            Verdict.Agreed agreed,
            Instant now) {
        return settle(
                        new Decision.Builder(),
                        job,
                        shard,
                        agreed,
                        distances(ballots, comparison, agreed),
                        Optional.empty(),
                        now)
                .build();
    }

    private Decision.Builder settle(
            Decision.Builder decision,
            Job job,
            OpenShard shard,
            Verdict.Agreed verdict,
            List<Double> distances,
            Optional<Delivery.Newest> newest,
            Instant now) {
        Lease canonical = verdict.canonical().lease();
        Pay.Settled paid = payment(job, shard, verdict, newest, now);
        Money charged = paid.payment().charged();
        int ppm = audits.ppm(job.admitted(), verdict.canonical(), now);
        AuditDraw.Draw draw =
                audits.draw(job.admitted().job(), shard.index(), verdict.canonical(), ppm, now);
        decision.event(
                new ShardSettled(
                        job.admitted().job(),
                        shard.index(),
                        shard.from(),
                        shard.to(),
                        canonical,
                        verdict.agreeing(),
                        verdict.inconclusive(),
                        verdict.dissenting(),
                        paid.first(),
                        ppm,
                        draw,
                        distances,
                        paid.further(),
                        paid.contributors(),
                        job.cameAt(canonical).filter(at -> at.isBefore(now)).orElse(now),
                        now));
        if (draw.audited()) {
            audit(decision, job, shard, verdict.canonical(), draw, now);
        }
        blame.consequences(decision, job, shard, verdict, charged, now);
        ringers.after(decision, job, shard, verdict, now);
        boolean kept = job.admitted().audit().isEmpty();
        if (kept) {
            decision.send(new Send.Keep(canonical, shard.from(), shard.to()));
        }
        for (Ballot ballot : verdict.ballots()) {
            boolean needed = kept && ballot.lease().equals(canonical);
            if (!needed && ballot.lease().job().equals(job.admitted().job())) {
                decision.send(new Send.Drop(ballot.lease()));
            }
        }
        for (Replica other : shard.running()) {
            if (verdictLacks(verdict, other)) {
                decision.send(new Send.Cancel(other.session(), other.lease()));
            }
        }
        int items = shard.to() - shard.from();
        if (job.work().settledItems() + items == job.work().units().items()
                && !awaitsAudits(decision, job)) {
            end(decision, job, JobEnd.DONE, "", charged, now);
        }
        return decision;
    }

    /** Opens the audit of a result that was drawn, by a trusted owner if that was drawn, too. */
    private void audit(
            Decision.Builder decision,
            Job job,
            OpenShard shard,
            Ballot claim,
            AuditDraw.Draw draw,
            Instant now) {
        JobAdmitted admitted = job.admitted();
        AuditOf audit =
                audits.of(
                        admitted.job(),
                        shard.index(),
                        shard.from(),
                        shard.to(),
                        claim,
                        draw.trusted() && audits.trustedFree(admitted, claim),
                        AuditOf.Cause.DRAWN,
                        draw.reviewed(),
                        true);
        audits.openDrawn(decision, admitted, audit, now);
    }

    /** Whether a durable job's results may still change: it has not ended then. */
    private boolean awaitsAudits(Decision.Builder decision, Job job) {
        if (!job.admitted().durable()) {
            return false;
        }
        JobId id = job.admitted().job();
        int change = 0;
        for (Event event : decision.soFar()) {
            if (event instanceof JobAdmitted opened) {
                change +=
                        opened.audit().filter(audit -> audit.job().equals(id)).isPresent() ? 1 : 0;
            } else if (event instanceof JobEnded closed) {
                change -= checks(closed.job(), id) ? 1 : 0;
            }
        }
        return job.openAudits().size() + change > 0 || convictions.owes(job);
    }

    private boolean checks(JobId auditor, JobId audited) {
        return jobs.open(auditor)
                .flatMap(job -> job.admitted().audit())
                .filter(audit -> audit.job().equals(audited))
                .isPresent();
    }

    private static boolean verdictLacks(Verdict.Agreed verdict, Replica replica) {
        for (Ballot ballot : verdict.ballots()) {
            if (ballot.lease().equals(replica.lease())) {
                return false;
            }
        }
        return true;
    }

    /**
     * The client pays the quorum it bought. All whose results were within tolerance share it alike,
     * so an extra vote that was needed costs the client nothing.
     *
     * @param newest how the newest result came in, which the job does not know yet
     */
    private Pay.Settled payment(
            Job job,
            OpenShard shard,
            Verdict.Agreed verdict,
            Optional<Delivery.Newest> newest,
            Instant now) {
        if (verdict.ballots().size() == 1) {
            return pay.pay(job, model(job), shard, verdict.agreeing(), newest, now);
        }
        var paid = new TreeMap<OwnerId, Ballot>();
        for (List<Ballot> counting : List.of(verdict.agreeing(), verdict.inconclusive())) {
            for (Ballot ballot : counting) {
                if (ballot.lease().job().equals(job.admitted().job())) {
                    paid.putIfAbsent(ballot.owner(), ballot);
                }
            }
        }
        return pay.pay(job, model(job), shard, List.copyOf(paid.values()), newest, now);
    }

    private Decision.Builder end(
            Decision.Builder decision,
            Job job,
            JobEnd end,
            String detail,
            Money lastPayment,
            Instant now) {
        String id = job.admitted().job().toString();
        String client = job.admitted().client().value();
        boolean refunded =
                !job.admitted().durable()
                        && job.admitted().audit().isEmpty()
                        && end != JobEnd.DONE
                        && end != JobEnd.CANCELLED
                        && job.paid().isPositive();
        decision.event(
                new JobEnded(
                        job.admitted().job(),
                        end,
                        detail,
                        end == JobEnd.DONE ? rest(id, client, lastPayment) : book.voiding(id),
                        refunded
                                ? Optional.of(
                                        Transaction.fund(
                                                TransactionId.refund(client, id), job.paid()))
                                : Optional.empty(),
                        now));
        if (end != JobEnd.DONE) {
            for (OpenShard shard : job.work().shards()) {
                shard.running()
                        .forEach(replica ->
                                decision.send(new Send.Cancel(replica.session(), replica.lease())));
            }
        }
        boolean audit = job.admitted().audit().isPresent();
        int results = job.results();
        int drawn = job.audits().drawn();
        for (Event event : decision.soFar()) {
            if (event instanceof ShardSettled last && last.job().equals(job.admitted().job())) {
                results++;
                drawn += last.draw().audited() ? 1 : 0;
            }
        }
        decision.send(
                new Send.Ended(
                        job.admitted().job(),
                        end,
                        detail,
                        audit,
                        results,
                        drawn,
                        job.admitted().assurance()));
        job.admitted()
                .audit()
                .flatMap(of -> jobs.open(of.job()))
                .ifPresent(audited -> {
                    if (audited.work().done() && !awaitsAudits(decision, audited)) {
                        end(decision, audited, JobEnd.DONE, "", Money.ZERO, now);
                    }
                });
        return decision;
    }

    /**
     * What the hold will still have once the last shard is paid; a hold paid out whole ends by
     * itself.
     */
    private Optional<Transaction> rest(String job, String client, Money lastPayment) {
        return book.hold(job)
                .map(hold -> hold.rest().minus(lastPayment))
                .filter(Money::isPositive)
                .map(rest ->
                        new Transaction(
                                TransactionId.voiding(job),
                                List.of(
                                        new Posting(AccountId.hold(client), rest.negate()),
                                        new Posting(AccountId.prepaid(client), rest))));
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
