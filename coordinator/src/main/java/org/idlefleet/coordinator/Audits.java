package org.idlefleet.coordinator;

import org.idlefleet.coordinator.Event.JobAdmitted;
import org.idlefleet.coordinator.fleet.Fleet;
import org.idlefleet.coordinator.fleet.ParkSession;
import org.idlefleet.coordinator.scheduling.WorkUnits;
import org.idlefleet.coordinator.verification.Assurance;
import org.idlefleet.coordinator.verification.AuditDraw;
import org.idlefleet.coordinator.verification.Ballot;
import org.idlefleet.ledger.AccountId;
import org.idlefleet.ledger.Book;
import org.idlefleet.ledger.Conviction;
import org.idlefleet.ledger.Money;
import org.idlefleet.ledger.Posting;
import org.idlefleet.ledger.Transaction;
import org.idlefleet.ledger.TransactionId;
import org.idlefleet.protocol.ClientId;
import org.idlefleet.protocol.JobId;
import org.idlefleet.protocol.NodeId;
import org.idlefleet.protocol.NumericClass;
import org.idlefleet.protocol.OwnerId;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * Checks results after they were committed to. An audit is an internal job over the same items,
 * paid by the platform, whose first vote is the claim that it checks.
 */
final class Audits {
    /** Who pays for audits; no client may be called so. */
    static final ClientId PAYER = new ClientId("platform-audits");

    /** Results of one convicted owner that are computed again at once; more than it can hold. */
    private static final int RECHECKED_MAX = 2_000;

    private final Fleet fleet;
    private final Jobs jobs;
    private final Registry registry;
    private final Trust trust;
    private final Judges judges;
    private final Book book;
    private final Policy policy;
    private final Pay pay;
    private final AuditDraw draw;

    Audits(
            Fleet fleet,
            Jobs jobs,
            Registry registry,
            Trust trust,
            Judges judges,
            Book book,
            Policy policy,
            Pay pay) {
        this.fleet = fleet;
        this.judges = judges;
        this.jobs = jobs;
        this.registry = registry;
        this.trust = trust;
        this.book = book;
        this.policy = policy;
        this.pay = pay;
        this.draw = new AuditDraw(policy.auditSecret().raw());
    }

    /** How many of a million results like this one are audited. */
    int ppm(JobAdmitted job, Ballot result, Instant now) {
        Assurance asked = job.audit().isPresent() ? Assurance.QUORUM : job.assurance();
        if (!asked.audited()) {
            return 0;
        }
        boolean all =
                trust.device(result.owner(), result.node())
                                .warmingUp(job.manifest(), result.numericClass())
                        || watch(result.owner(), now).isPresent();
        return all
                ? AuditDraw.ALL
                : trust.standing(result.owner(), now).auditPpm(asked, trust.alarm(now), now);
    }

    /** The owner convicted within the last day in whose enrolment cohort this one is. */
    Optional<OwnerId> watch(OwnerId owner, Instant now) {
        return trust.convictedOfLate(now).stream()
                .filter(convict -> registry.oneCohort(owner, convict))
                .findFirst();
    }

    AuditDraw.Draw draw(JobId job, int shard, Ballot result, int ppm, Instant now) {
        return draw.draw(job, shard, result.commit(), ppm, now);
    }

    /**
     * Adds the opening of an audit, if there is somebody who could do it.
     *
     * @param source the job whose items and results the audit takes
     * @param from the first of those items, counted within {@code source}
     */
    void open(
            Decision.Builder decision,
            JobAdmitted audited,
            AuditOf audit,
            JobId source,
            int from,
            Instant now) {
        if (jobs.open().size() >= policy.limits().openJobs() || !possible(audited, audit)) {
            return;
        }
        WorkUnits units = audited.units().slice(audit.from(), audit.to());
        ModelSpec model = registry.model(audited.manifest()).orElseThrow();
        // The platform pays itself no surge.
        var price = new Price(pay.price(model).micros(), 0);
        Money ceiling = price.ceiling(units.total());
        long opened = decision.soFar().stream().filter(JobAdmitted.class::isInstance).count();
        var job = new JobId(jobs.lastJob() + 1 + opened);
        decision.event(new Event.Booked(funding(decision, job, ceiling), now));
        decision.event(
                new JobAdmitted(
                        job,
                        PAYER,
                        audited.model(),
                        audited.manifest(),
                        audited.kind(),
                        units,
                        1,
                        // Nothing waits for a ringer: it takes what audits leave of their share.
                        audit.ringer() ? Tier.BATCH : Tier.INTERACTIVE,
                        now.plus(policy.pace().audit()),
                        false,
                        Transaction.hold(job.toString(), PAYER.value(), ceiling),
                        audit.trusted() ? Assurance.TRUSTED_ONLY : Assurance.VERIFIED,
                        Optional.of(audit),
                        Optional.of(price),
                        "",
                        now));
        int to = from + audit.to() - audit.from();
        decision.send(new Send.Audit(job, source, from, to, audit.claim().lease()));
    }

    /** Whether anybody is there who may do it. */
    private boolean possible(JobAdmitted audited, AuditOf audit) {
        return audit.ringer()
                ? judges.novice(audited.manifest(), audit)
                : audit.trusted()
                        ? judgeThere(audited, audit.claim())
                        : judges.peer(
                                audited.manifest(), audit.claim().owner(), numericClass(audit));
    }

    private static NumericClass numericClass(AuditOf audit) {
        return audit.claim().numericClass();
    }

    /** Whether a trusted owner who is not the suspect could decide about its result now. */
    boolean judgeThere(JobAdmitted audited, Ballot suspect) {
        return judges.trusted(audited.manifest(), suspect.owner(), suspect.numericClass());
    }

    /** An audit of this claim, away from the network that its node is on now. */
    AuditOf of(
            JobId job,
            int shard,
            int from,
            int to,
            Ballot claim,
            boolean trusted,
            AuditOf.Cause cause,
            boolean reviewed) {
        String network = fleet.session(claim.node()).map(ParkSession::network).orElse("");
        return new AuditOf(
                job,
                shard,
                from,
                to,
                claim,
                network,
                trusted,
                cause,
                reviewed && !trusted,
                List.of());
    }

    /**
     * Money for an audit: from the verification reserve as far as it reaches, the rest granted by
     * the platform.
     */
    private Transaction funding(Decision.Builder decision, JobId job, Money amount) {
        Money spent = Money.ZERO;
        for (Event event : decision.soFar()) {
            if (event instanceof Event.Booked booked) {
                spent = spent.plus(booked.transaction().change(AccountId.VERIFICATION));
            }
        }
        Money reserve = book.balance(AccountId.VERIFICATION).plus(spent);
        Money fromReserve =
                !reserve.isPositive()
                        ? Money.ZERO
                        : reserve.compareTo(amount) < 0 ? reserve : amount;
        Money granted = amount.minus(fromReserve);
        var postings = new ArrayList<Posting>();
        postings.add(new Posting(AccountId.prepaid(PAYER.value()), amount));
        if (fromReserve.isPositive()) {
            postings.add(new Posting(AccountId.VERIFICATION, fromReserve.negate()));
        }
        if (granted.isPositive()) {
            postings.add(new Posting(AccountId.ISSUED, granted.negate()));
        }
        return new Transaction(TransactionId.fund(PAYER.value(), job.toString()), postings);
    }

    /**
     * Adds a conviction and all that follows: the owner's nodes go, its unpaid earnings are lost,
     * and its results that are not final are computed again.
     */
    void convict(Decision.Builder decision, OwnerId owner, JobId audit, Money cost, Instant now) {
        if (trust.convicted(owner)) {
            return;
        }
        String reason = "audit " + audit + ": a trusted owner computed something else";
        Optional<Transaction> forfeit =
                new Conviction(owner.value(), audit.toString(), new TreeMap<>(), cost)
                        .forfeit(
                                book.balance(AccountId.escrow(owner.value())),
                                book.balance(AccountId.payable(owner.value())));
        decision.event(new Event.OwnerConvicted(owner, audit, reason, forfeit, now));
        dismiss(decision, session -> session.owner().equals(owner), reason, now);
        recheck(decision, ballot -> ballot.owner().equals(owner), audit, now);
    }

    /**
     * Adds the turning away of a faulty device and what follows: its sessions end and its results
     * that are not final are computed again.
     */
    void turnAway(Decision.Builder decision, Ballot wrong, JobId audit, Instant now) {
        NodeId node = wrong.node();
        if (trust.device(wrong.owner(), node).faulty()) {
            return;
        }
        String reason =
                "audit "
                        + audit
                        + ": a trusted owner computed something else, and the owner's other devices"
                        + " compute right";
        decision.event(new Event.DeviceTurnedAway(node, wrong.owner(), audit, reason, now));
        dismiss(decision, session -> session.node().equals(node), Trust.faulty(node), now);
        recheck(decision, ballot -> ballot.node().equals(node), audit, now);
    }

    private void dismiss(
            Decision.Builder decision, Predicate<ParkSession> whom, String reason, Instant now) {
        for (ParkSession session : fleet.sessions()) {
            if (whom.test(session)) {
                decision.event(new Event.SessionClosed(session.number(), reason, now));
                decision.send(new Send.Dismiss(session.number(), reason, policy.pace().pause()));
            }
        }
    }

    private void recheck(
            Decision.Builder decision, Predicate<Ballot> whose, JobId audit, Instant now) {
        int left = RECHECKED_MAX;
        for (Job job : jobs.recent(now.minus(policy.pace().finality()))) {
            for (View.Shard shard : left > 0 ? job.unchecked(whose) : List.<View.Shard>of()) {
                left--;
                recheck(decision, job, shard, whose, audit, now);
            }
        }
    }

    private void recheck(
            Decision.Builder decision,
            Job job,
            View.Shard shard,
            Predicate<Ballot> whose,
            JobId audit,
            Instant now) {
        JobAdmitted admitted = job.admitted();
        Ballot claim =
                shard.votes().stream()
                        .map(View.Vote::ballot)
                        .filter(whose)
                        .findFirst()
                        .orElseThrow();
        if (jobs.open(admitted.job()).isPresent() && admitted.durable()) {
            AuditOf again =
                    of(
                            admitted.job(),
                            shard.shard(),
                            shard.from(),
                            shard.to(),
                            claim,
                            false,
                            AuditOf.Cause.CONVICTION,
                            false);
            open(decision, admitted, again, admitted.job(), shard.from(), now);
        } else if (!admitted.durable()) {
            decision.event(
                    new Event.ResultRetracted(
                            admitted.job(),
                            shard.shard(),
                            shard.from(),
                            shard.to(),
                            claim,
                            audit,
                            Optional.empty(),
                            Optional.of(refund(job, shard.shard(), shard.from(), shard.to())),
                            now));
        }
    }

    /** What the client of an ended job paid for these items. */
    Transaction refund(Job job, int shard, int from, int to) {
        JobAdmitted admitted = job.admitted();
        ModelSpec model = registry.model(admitted.manifest()).orElseThrow();
        Money agreed = job.price(model).of(admitted.units().between(from, to) * admitted.quorum());
        return Transaction.fund(
                admitted.client().value(),
                "retracted-" + admitted.job() + "-" + shard + "-" + from,
                job.charged(shard, from, to).filter(Money::isPositive).orElse(agreed));
    }
}
