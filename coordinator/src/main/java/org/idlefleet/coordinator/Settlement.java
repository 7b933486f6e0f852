package org.idlefleet.coordinator;

import org.idlefleet.coordinator.Event.JobAdmitted;
import org.idlefleet.coordinator.Event.ShardSettled;
import org.idlefleet.coordinator.scheduling.OpenShard;
import org.idlefleet.coordinator.scheduling.OpenShard.Replica;
import org.idlefleet.coordinator.verification.AuditDraw;
import org.idlefleet.coordinator.verification.Ballot;
import org.idlefleet.coordinator.verification.Comparison;
import org.idlefleet.coordinator.verification.Verdict;
import org.idlefleet.ledger.AccountId;
import org.idlefleet.ledger.Money;
import org.idlefleet.protocol.Lease;
import org.idlefleet.protocol.OwnerId;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/** Turns a verdict into its payment and all that follows from it, in one decision. */
final class Settlement {
    private final Registry registry;
    private final Audits audits;
    private final Ringers ringers;
    private final Blame blame;
    private final Pay pay;
    private final CheckFund fund;
    private final Endings endings;

    Settlement(
            Registry registry,
            Audits audits,
            Ringers ringers,
            Blame blame,
            Pay pay,
            CheckFund fund,
            Endings endings) {
        this.registry = registry;
        this.audits = audits;
        this.ringers = ringers;
        this.blame = blame;
        this.pay = pay;
        this.fund = fund;
        this.endings = endings;
    }

    /** Settles by votes whose distances were measured; how each came in, the job knows. */
    Decision settle(
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

    /**
     * Settles as a part of what was decided so far.
     *
     * @param distances from the canonical ballot, in the verdict's order; none where all are equal
     * @param newest how the newest result came in, which the job does not know yet
     */
    Decision.Builder settle(
            Decision.Builder decision,
            Job job,
            OpenShard shard,
            Verdict.Agreed verdict,
            List<Double> distances,
            Optional<Delivery.Newest> newest,
            Instant now) {
        Lease canonical = verdict.canonical().lease();
        if (job.payer().equals(AccountId.CHECKS)) {
            Money price = pay.ceiling(job, model(job), shard);
            fund.fill(decision, job.admitted().job(), shard.index(), price, now);
        }
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
                && !endings.awaitsAudits(decision, job)) {
            endings.end(decision, job, JobEnd.DONE, "", charged, now);
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

    private static boolean verdictLacks(Verdict.Agreed verdict, Replica replica) {
        for (Ballot ballot : verdict.ballots()) {
            if (ballot.lease().equals(replica.lease())) {
                return false;
            }
        }
        return true;
    }

    private ModelSpec model(Job job) {
        return registry.model(job.admitted().manifest()).orElseThrow();
    }
}
