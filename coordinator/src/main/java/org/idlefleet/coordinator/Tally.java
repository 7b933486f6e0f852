package org.idlefleet.coordinator;

import org.idlefleet.coordinator.Command.Compared;
import org.idlefleet.coordinator.Command.ResultReturned;
import org.idlefleet.coordinator.Event.BallotCast;
import org.idlefleet.coordinator.Event.JobEnded;
import org.idlefleet.coordinator.Event.LeaseAnswered;
import org.idlefleet.coordinator.Event.LeaseEnd;
import org.idlefleet.coordinator.Event.LeaseEnded;
import org.idlefleet.coordinator.Event.MoreBallotsWanted;
import org.idlefleet.coordinator.Event.ShardSettled;
import org.idlefleet.coordinator.scheduling.OpenShard;
import org.idlefleet.coordinator.scheduling.OpenShard.Replica;
import org.idlefleet.coordinator.verification.Ballot;
import org.idlefleet.coordinator.verification.Comparison;
import org.idlefleet.coordinator.verification.Verdict;
import org.idlefleet.coordinator.verification.Voter;
import org.idlefleet.ledger.AccountId;
import org.idlefleet.ledger.Book;
import org.idlefleet.ledger.Money;
import org.idlefleet.ledger.Posting;
import org.idlefleet.ledger.Transaction;
import org.idlefleet.ledger.TransactionId;
import org.idlefleet.protocol.Lease;
import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Turns results into votes, votes into verdicts, and a verdict into its payment, in one decision.
 */
final class Tally {
    private final Jobs jobs;
    private final Registry registry;
    private final Book book;
    private final Policy policy;

    Tally(Jobs jobs, Registry registry, Book book, Policy policy) {
        this.jobs = jobs;
        this.registry = registry;
        this.book = book;
        this.policy = policy;
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
                        lease, replica.node(), replica.owner(), result.commit(), result.output());
        var decision =
                new Decision.Builder()
                        .event(
                                new LeaseAnswered(
                                        lease, result.session(), result.computeTime(), now));
        if (job.work().quorum() == 1 && job.ballots(shard.index()).isEmpty()) {
            var verdict = new Verdict.Agreed(ballot, List.of(ballot), List.of(), List.of());
            return settle(decision, job, shard, verdict, now).build();
        }
        return cast(decision, job, shard, ballot, model, now).build();
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
                    ? Decision.send(compare(job, shard.index(), ballots, model(job)))
                    : Decision.NOTHING;
        }
        if (!job.toCompare(shard.index())) {
            return Decision.NOTHING;
        }
        Verdict verdict = Voter.judge(ballots, comparison, model(job).agree(), job.work().quorum());
        return switch (verdict) {
            case Verdict.Agreed agreed ->
                    settle(new Decision.Builder(), job, shard, agreed, now).build();
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
                            owed.add(
                                    compare(
                                            job,
                                            shard.index(),
                                            job.ballots(shard.index()),
                                            model(job)));
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

    /** So many replicas of one shard there may be, because so many ballots can be judged. */
    int replicasMax() {
        return Math.min(Voter.BALLOTS_MAX, policy.limits().attempts());
    }

    private Decision more(
            Job job, OpenShard shard, Verdict.Open open, Comparison comparison, Instant now) {
        int planned = shard.running().size() + shard.wanted();
        int missing = Math.max(0, open.missing() - planned);
        boolean hopeless = job.ballots(shard.index()).size() + planned + missing > replicasMax();
        return hopeless
                ? end(job, JobEnd.NO_QUORUM, "", now)
                : Decision.event(
                        new MoreBallotsWanted(
                                job.admitted().job(), shard.index(), missing, comparison));
    }

    private Decision.Builder cast(
            Decision.Builder decision,
            Job job,
            OpenShard shard,
            Ballot ballot,
            ModelSpec model,
            Instant now) {
        decision.event(
                new BallotCast(
                        job.admitted().job(),
                        shard.index(),
                        shard.from(),
                        shard.to(),
                        ballot,
                        now));
        List<Ballot> all =
                Stream.concat(job.ballots(shard.index()).stream(), Stream.of(ballot)).toList();
        if (all.size() < job.work().quorum()) {
            return decision;
        }
        boolean same = all.stream().allMatch(other -> other.output().equals(ballot.output()));
        return same
                ? settle(
                        decision,
                        job,
                        shard,
                        new Verdict.Agreed(all.getFirst(), all, List.of(), List.of()),
                        now)
                : decision.send(compare(job, shard.index(), all, model));
    }

    private Decision.Builder settle(
            Decision.Builder decision,
            Job job,
            OpenShard shard,
            Verdict.Agreed verdict,
            Instant now) {
        Lease canonical = verdict.canonical().lease();
        Transaction payment = payment(job, shard, verdict);
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
                        payment,
                        now));
        decision.send(new Send.Keep(canonical, shard.from(), shard.to()));
        Stream.of(verdict.agreeing(), verdict.inconclusive(), verdict.dissenting())
                .flatMap(List::stream)
                .filter(ballot -> !ballot.lease().equals(canonical))
                .forEach(ballot -> decision.send(new Send.Drop(ballot.lease())));
        for (Replica other : shard.running()) {
            if (verdictLacks(verdict, other)) {
                decision.send(new Send.Cancel(other.session(), other.lease()));
            }
        }
        int items = shard.to() - shard.from();
        if (job.work().settledItems() + items == job.work().units().items()) {
            Money cost = Money.ofMillionths(price(job, shard));
            end(decision, job, JobEnd.DONE, "", cost, now);
        }
        return decision;
    }

    private static boolean verdictLacks(Verdict.Agreed verdict, Replica replica) {
        return Stream.of(verdict.agreeing(), verdict.inconclusive(), verdict.dissenting())
                .flatMap(List::stream)
                .noneMatch(ballot -> ballot.lease().equals(replica.lease()));
    }

    /**
     * The client pays the quorum it bought. All whose results were within tolerance share it alike,
     * so an extra vote that was needed costs the client nothing.
     */
    private Transaction payment(Job job, OpenShard shard, Verdict.Agreed verdict) {
        List<String> owners =
                Stream.concat(verdict.agreeing().stream(), verdict.inconclusive().stream())
                        .map(ballot -> ballot.owner().value())
                        .distinct()
                        .toList();
        return policy.revenue()
                .settlement(
                        job.admitted().job().toString(),
                        Integer.toString(shard.index()),
                        job.admitted().client().value(),
                        Money.ofMillionths(price(job, shard)),
                        owners);
    }

    private long price(Job job, OpenShard shard) {
        long units = job.work().units().between(shard.from(), shard.to());
        return units * model(job).priceMicrosPerWorkUnit() * job.work().quorum();
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
                                ? Optional.of(Transaction.fund(client, "refund-" + id, job.paid()))
                                : Optional.empty(),
                        now));
        if (end != JobEnd.DONE) {
            for (OpenShard shard : job.work().shards()) {
                shard.running()
                        .forEach(replica ->
                                decision.send(new Send.Cancel(replica.session(), replica.lease())));
            }
        }
        return decision.send(new Send.Ended(job.admitted().job(), end, detail));
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

    private static Send compare(Job job, int shard, List<Ballot> ballots, ModelSpec model) {
        return new Send.Compare(
                job.admitted().job(), shard, ballots.stream().map(Ballot::lease).toList(), model);
    }

    private ModelSpec model(Job job) {
        return registry.model(job.admitted().manifest()).orElseThrow();
    }
}
