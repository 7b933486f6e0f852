package org.idlefleet.coordinator;

import org.idlefleet.coordinator.scheduling.OpenShard;
import org.idlefleet.coordinator.verification.Ballot;
import org.idlefleet.coordinator.verification.Verdict;
import org.idlefleet.ledger.Money;

import java.time.Instant;
import java.util.Optional;

/**
 * What a verdict means for those it contradicts: suspicion by vote, conviction and retraction by
 * the word of a trusted owner.
 */
final class Blame {
    private final Jobs jobs;
    private final Trust trust;
    private final Audits audits;
    private final Convictions convictions;

    Blame(Jobs jobs, Trust trust, Audits audits, Convictions convictions) {
        this.jobs = jobs;
        this.trust = trust;
        this.audits = audits;
        this.convictions = convictions;
    }

    /**
     * Whoever was voted down is a suspect, and a trusted owner decides. A claim that an audit found
     * wrong is retracted. Whoever a trusted owner found wrong is convicted, auditors too.
     */
    void consequences(
            Decision.Builder decision,
            Job job,
            OpenShard shard,
            Verdict.Agreed verdict,
            Money cost,
            Instant now) {
        if (verdict.dissenting().isEmpty()) {
            return;
        }
        AuditOf audit = job.admitted().audit().orElse(null);
        boolean certain = audit != null && byTrusted(verdict, audit.claim());
        for (Ballot wrong : verdict.dissenting()) {
            boolean claim = false;
            if (audit != null && wrong.equals(audit.claim())) {
                if (audit.ringer()) {
                    continue;
                }
                claim = true;
                retract(decision, job, audit, shard, verdict.canonical(), now);
            }
            boolean blamed = certain && (claim || !trust.trusted(wrong.owner()));
            if (blamed && trust.spares(wrong.owner(), wrong.node())) {
                convictions.turnAway(decision, wrong, job.admitted().job(), now);
            } else if (blamed) {
                convictions.convict(decision, wrong, job.admitted().job(), cost, now);
            } else {
                suspect(decision, job, shard, wrong, false, AuditOf.Cause.OUTVOTED, now);
            }
        }
        Ballot accuser = verdict.canonical();
        if (!certain && (audit == null || !accuser.equals(audit.claim()))) {
            suspect(decision, job, shard, accuser, audit == null, AuditOf.Cause.DISPUTED, now);
        }
    }

    /** Whether a trusted owner, other than the one whose claim it is, agrees with the verdict. */
    boolean byTrusted(Verdict.Agreed verdict, Ballot claim) {
        return trust.word(verdict.agreeing(), claim).isPresent();
    }

    /**
     * Has a trusted owner decide about a ballot on this shard, if one is there.
     *
     * @param stands whether the ballot's result is what the client gets
     */
    void suspect(
            Decision.Builder decision,
            Job job,
            OpenShard shard,
            Ballot ballot,
            boolean stands,
            AuditOf.Cause cause,
            Instant now) {
        AuditOf within = job.admitted().audit().orElse(null);
        Job of = within == null ? job : jobs.any(within.job()).orElse(job);
        if (within != null && of == job
                || trust.convicted(ballot.owner())
                || trust.trusted(ballot.owner())
                || !audits.judgeThere(of.admitted(), ballot)) {
            return;
        }
        int first = within == null ? 0 : within.from();
        boolean whole =
                within == null
                        || within.kept()
                                && ballot.equals(within.claim())
                                && shard.to() - shard.from() == within.to() - within.from();
        AuditOf audit =
                audits.of(
                        of.admitted().job(),
                        within == null ? shard.index() : within.shard(),
                        first + shard.from(),
                        first + shard.to(),
                        ballot,
                        true,
                        cause,
                        false,
                        stands && whole);
        audits.open(decision, of.admitted(), audit, job.admitted().job(), shard.from(), now);
    }

    /**
     * The claim is wrong: an open job gets the right result, the client of an ended one its money.
     */
    private void retract(
            Decision.Builder decision,
            Job auditor,
            AuditOf audit,
            OpenShard shard,
            Ballot right,
            Instant now) {
        Job job = jobs.any(audit.job()).orElse(null);
        if (job == null) {
            return;
        }
        boolean open = job.admitted().durable() && jobs.open(audit.job()).isPresent();
        int from = audit.from() + shard.from();
        int to = audit.from() + shard.to();
        if (job.stands(audit.claim(), audit.shard(), from)) {
            decision.event(
                    new Event.ResultRetracted(
                            audit.job(),
                            audit.shard(),
                            from,
                            to,
                            audit.claim(),
                            auditor.admitted().job(),
                            open ? Optional.of(right.lease()) : Optional.empty(),
                            open
                                    ? Optional.empty()
                                    : Optional.of(audits.refund(job, audit.shard(), from, to)),
                            now));
        }
    }
}
