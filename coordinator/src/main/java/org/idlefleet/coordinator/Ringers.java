package org.idlefleet.coordinator;

import org.idlefleet.coordinator.scheduling.OpenShard;
import org.idlefleet.coordinator.verification.Ballot;
import org.idlefleet.coordinator.verification.Verdict;
import org.idlefleet.protocol.OwnerId;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Gives out again, as work whose answer is known, a share of the results that a trusted owner found
 * right. Whoever gets one is judged by that answer, which no friend of his can cover up. Each
 * answer is used once, and nobody gets it who has computed the same items before.
 */
final class Ringers {
    private final Trust trust;
    private final Audits audits;
    private final Policy policy;

    Ringers(Trust trust, Audits audits, Policy policy) {
        this.trust = trust;
        this.audits = audits;
        this.policy = policy;
    }

    /**
     * Adds the opening of a ringer, if this verdict of an audit makes its claim a known answer and
     * the draw, from the commit of the trusted owner who found it right, says so.
     */
    void after(
            Decision.Builder decision,
            Job job,
            OpenShard shard,
            Verdict.Agreed verdict,
            Instant now) {
        AuditOf audit = job.admitted().audit().orElse(null);
        int items = job.work().units().items();
        if (audit == null
                || audit.ringer()
                || shard.to() - shard.from() < items
                || !verdict.agreeing().contains(audit.claim())) {
            return;
        }
        Optional<Ballot> word = word(verdict, audit.claim());
        if (word.isEmpty()
                || !audits.draw(
                                job.admitted().job(),
                                shard.index(),
                                word.get(),
                                policy.checks().ringersPpm(),
                                now)
                        .audited()) {
            return;
        }
        var ringer =
                new AuditOf(
                        job.admitted().job(),
                        shard.index(),
                        0,
                        items,
                        audit.claim(),
                        "",
                        false,
                        AuditOf.Cause.RINGER,
                        false,
                        false,
                        seenBy(verdict, audit));
        audits.open(decision, job.admitted(), ringer, job.admitted().job(), 0, now);
    }

    /**
     * Whether a trusted owner who had to decide about a ringer does not agree with the answer that
     * another found right: then nobody is blamed.
     */
    boolean inDoubt(Job job, Verdict verdict) {
        AuditOf audit = job.admitted().audit().orElse(null);
        return audit != null
                && audit.ringer()
                && verdict instanceof Verdict.Agreed agreed
                && word(agreed, audit.claim()).isPresent()
                && !agreed.agreeing().contains(audit.claim());
    }

    private Optional<Ballot> word(Verdict.Agreed verdict, Ballot claim) {
        return trust.word(verdict.agreeing(), claim);
    }

    /** Those who worked on the audit; the trusted among them get no ringers anyway. */
    private List<OwnerId> seenBy(Verdict.Agreed verdict, AuditOf audit) {
        return verdict.ballots().stream()
                .map(Ballot::owner)
                .filter(owner -> !owner.equals(audit.claim().owner()) && !trust.trusted(owner))
                .distinct()
                .sorted()
                .toList();
    }
}
