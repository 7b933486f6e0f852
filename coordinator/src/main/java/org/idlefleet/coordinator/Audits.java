package org.idlefleet.coordinator;

import org.idlefleet.coordinator.Event.JobAdmitted;
import org.idlefleet.coordinator.fleet.Fleet;
import org.idlefleet.coordinator.fleet.ParkSession;
import org.idlefleet.coordinator.scheduling.WorkUnits;
import org.idlefleet.coordinator.verification.Assurance;
import org.idlefleet.coordinator.verification.AuditDraw;
import org.idlefleet.coordinator.verification.Ballot;
import org.idlefleet.ledger.AccountId;
import org.idlefleet.ledger.Money;
import org.idlefleet.ledger.Transaction;
import org.idlefleet.ledger.TransactionId;
import org.idlefleet.protocol.ClientId;
import org.idlefleet.protocol.JobId;
import org.idlefleet.protocol.NumericClass;
import org.idlefleet.protocol.OwnerId;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Checks results after they were committed to. An audit is an internal job over the same items,
 * paid by the platform out of its {@link CheckFund}, whose first vote is the claim that it checks.
 */
final class Audits {
    /** Who pays for audits; no client may be called so. */
    static final ClientId PAYER = new ClientId(AccountId.CHECKS.name());

    /**
     * While checks that only trusted owners may do wait for longer than about so long, audits drawn
     * for them go to anybody: an audit by somebody else is better than one that comes too late.
     */
    private static final Duration TRUSTED_WAIT = Duration.ofSeconds(10);

    /** So long an audit that nobody could do when it was opened waits for somebody who can. */
    static final Duration WAIT = Duration.ofHours(1);

    /**
     * With every so many audits open, half as many of those that nobody can do are opened: they
     * stay few, however many results an owner who is alone returns, and none of his results is sure
     * to be spared.
     */
    private static final int HALVED_BY = 128;

    private final Fleet fleet;
    private final Jobs jobs;
    private final Registry registry;
    private final Trust trust;
    private final Judges judges;
    private final Policy policy;
    private final Pay pay;
    private final AuditDraw draw;

    Audits(
            Fleet fleet,
            Jobs jobs,
            Registry registry,
            Trust trust,
            Judges judges,
            Policy policy,
            Pay pay) {
        this.fleet = fleet;
        this.judges = judges;
        this.jobs = jobs;
        this.registry = registry;
        this.trust = trust;
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
        List<OwnerId> convicts = trust.convictedOfLate(now);
        if (convicts.isEmpty()) {
            return Optional.empty();
        }
        return convicts.stream()
                .filter(convict -> !convict.equals(owner) && registry.oneCohort(owner, convict))
                .findFirst();
    }

    AuditDraw.Draw draw(JobId job, int shard, Ballot result, int ppm, Instant now) {
        return draw.draw(job, shard, result.commit(), ppm, now);
    }

    /**
     * Adds the opening of the audit of a result that was drawn. If nobody is there who could do it,
     * it waits for somebody: else whoever is alone, or among friends, would be unwatched.
     */
    void openDrawn(Decision.Builder decision, JobAdmitted audited, AuditOf audit, Instant now) {
        if (possible(audited, audit)) {
            openForAnyone(decision, audited, audit, audited.job(), audit.from(), now);
        } else if (draw.waits(
                audit.job(), audit.shard(), audit.claim().commit(), waitingPpm(), now)) {
            openFor(WAIT, decision, audited, audit, audited.job(), audit.from(), now);
        }
    }

    private int waitingPpm() {
        return AuditDraw.ALL >> Math.min(Integer.SIZE - 1, jobs.openOf(PAYER) / HALVED_BY);
    }

    /** Lets an audit that is {@link #served} by nobody when its time is over wait longer, once. */
    void waitOn(Decision.Builder decision, Job late, AuditOf audit, Instant now) {
        JobAdmitted admitted = late.admitted();
        boolean waited = !admitted.deadline().isBefore(admitted.at().plus(WAIT));
        if (audit.drawn() && !waited) {
            jobs.any(audit.job())
                    .ifPresent(audited ->
                            openFor(
                                    WAIT,
                                    decision,
                                    audited.admitted(),
                                    audit,
                                    admitted.job(),
                                    0,
                                    now));
        }
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
        if (possible(audited, audit)) {
            openForAnyone(decision, audited, audit, source, from, now);
        }
    }

    /** The same, if nobody is there, too: after a restart everybody has yet to come back. */
    void openForAnyone(
            Decision.Builder decision,
            JobAdmitted audited,
            AuditOf audit,
            JobId source,
            int from,
            Instant now) {
        openFor(policy.pace().audit(), decision, audited, audit, source, from, now);
    }

    private void openFor(
            Duration time,
            Decision.Builder decision,
            JobAdmitted audited,
            AuditOf audit,
            JobId source,
            int from,
            Instant now) {
        if (jobs.open().size() >= policy.limits().openJobs()) {
            return;
        }
        WorkUnits units = audited.units().slice(audit.from(), audit.to());
        ModelSpec model = registry.model(audited.manifest()).orElseThrow();
        // The platform pays itself no surge.
        var price = new Price(pay.price(model).micros(), 0);
        var job = new JobId(jobs.lastJob() + 1 + opened(decision));
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
                        now.plus(time),
                        false,
                        Optional.empty(),
                        audit.trusted() ? Assurance.TRUSTED_ONLY : Assurance.VERIFIED,
                        Optional.of(audit),
                        Optional.of(price),
                        "",
                        Optional.empty(),
                        now));
        int to = from + audit.to() - audit.from();
        decision.send(new Send.Audit(job, source, from, to, audit.claim().lease()));
    }

    /** Whether somebody is at work on this audit, or somebody is there who could be. */
    boolean served(Job audit) {
        return judges.serves(audit);
    }

    /** Whether one more job may be opened. */
    boolean room(Decision.Builder decision) {
        return jobs.open().size() + opened(decision) < policy.limits().openJobs();
    }

    private static int opened(Decision.Builder decision) {
        int opened = 0;
        for (Event event : decision.soFar()) {
            opened += event instanceof JobAdmitted ? 1 : 0;
        }
        return opened;
    }

    /** Whether anybody could look at the results of this one. */
    boolean peer(JobAdmitted job, Results.Author author) {
        return judges.peer(job.manifest(), author.owner(), author.numericClass());
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

    /** The same, and whether one has time for an audit that others could do, too. */
    boolean trustedFree(JobAdmitted audited, Ballot suspect) {
        long waiting = jobs.queue(audited.manifest()).unitsForTrusted();
        long soon = fleet.trustedMilliSpeed(audited.manifest()) * TRUSTED_WAIT.toSeconds();
        return waiting * 1_000 <= soon && judgeThere(audited, suspect);
    }

    /**
     * An audit of this claim, away from the network that its node is on now.
     *
     * @param kept whether the claim is a whole result that its job keeps
     */
    AuditOf of(
            JobId job,
            int shard,
            int from,
            int to,
            Ballot claim,
            boolean trusted,
            AuditOf.Cause cause,
            boolean reviewed,
            boolean kept) {
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
                kept,
                List.of());
    }

    /** What the client of an ended job paid for these items. */
    Transaction refund(Job job, int shard, int from, int to) {
        JobAdmitted admitted = job.admitted();
        ModelSpec model = registry.model(admitted.manifest()).orElseThrow();
        Money agreed = job.price(model).of(admitted.units().between(from, to) * admitted.quorum());
        return Transaction.fund(
                TransactionId.retracted(
                        admitted.client().value(), admitted.job().toString(), shard, from),
                job.charged(shard, from, to).filter(Money::isPositive).orElse(agreed));
    }
}
