package org.idlefleet.coordinator;

import org.idlefleet.coordinator.Event.JobAdmitted;
import org.idlefleet.coordinator.fleet.Fleet;
import org.idlefleet.coordinator.fleet.ParkSession;
import org.idlefleet.coordinator.verification.Ballot;
import org.idlefleet.ledger.AccountId;
import org.idlefleet.ledger.Book;
import org.idlefleet.ledger.Conviction;
import org.idlefleet.ledger.Money;
import org.idlefleet.ledger.Transaction;
import org.idlefleet.protocol.JobId;
import org.idlefleet.protocol.NodeId;
import org.idlefleet.protocol.OwnerId;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * What follows when a trusted owner has found somebody wrong: his sessions end, what he has not
 * been paid is lost, and all of his results that are not final are withdrawn. Those of open durable
 * jobs are computed again, the clients of ended jobs get their money back.
 */
final class Convictions {
    /** Results that one decision has computed again; the next decision goes on with the rest. */
    static final int RECHECKED_MAX = 250;

    private final Fleet fleet;
    private final Jobs jobs;
    private final Trust trust;
    private final Holds holds;
    private final Audits audits;
    private final Book book;
    private final Policy policy;

    Convictions(
            Fleet fleet,
            Jobs jobs,
            Trust trust,
            Holds holds,
            Audits audits,
            Book book,
            Policy policy) {
        this.fleet = fleet;
        this.jobs = jobs;
        this.trust = trust;
        this.holds = holds;
        this.audits = audits;
        this.book = book;
        this.policy = policy;
    }

    /**
     * Adds a conviction and all that follows: the owner's nodes go, its unpaid earnings are lost,
     * and its results that are not final are computed again.
     */
    void convict(Decision.Builder decision, Ballot wrong, JobId audit, Money cost, Instant now) {
        OwnerId owner = wrong.owner();
        if (trust.convicted(owner)) {
            return;
        }
        String reason =
                "audit "
                        + audit
                        + ": a trusted owner computed something else for shard "
                        + wrong.lease().shard()
                        + " of "
                        + wrong.lease().job();
        Optional<Transaction> forfeit =
                new Conviction(owner.value(), audit.toString(), new TreeMap<>(), cost)
                        .forfeit(
                                book.balance(AccountId.escrow(owner.value())),
                                book.balance(AccountId.payable(owner.value())));
        decision.event(new Event.OwnerConvicted(owner, audit, reason, forfeit, now));
        dismiss(
                decision,
                session -> session.owner().equals(owner),
                Trust.turnedAway(owner, Optional.of(reason)),
                now);
        withdraw(decision, author -> author.owner().equals(owner), audit, now);
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
        withdraw(decision, author -> author.node().equals(node), audit, now);
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

    private void withdraw(
            Decision.Builder decision, Predicate<Results.Author> whose, JobId audit, Instant now) {
        Instant since = now.minus(policy.pace().finality());
        int left = RECHECKED_MAX;
        for (Job job : jobs.all()) {
            Results results = job.alone().orElse(null);
            if (results == null) {
                continue;
            }
            JobAdmitted admitted = job.admitted();
            boolean open = jobs.open(admitted.job()).isPresent();
            if (open && admitted.durable()) {
                left -= recheck(decision, admitted, results, whose, left, now);
            } else {
                boolean all = !admitted.durable() && !job.endedBefore(since);
                results.unchecked(whose, all ? (_, _) -> true : holds::holds, Integer.MAX_VALUE)
                        .forEach(result -> retract(decision, job, result, audit, now));
            }
        }
    }

    /** Returns how many of these results it has computed again. */
    private int recheck(
            Decision.Builder decision,
            JobAdmitted admitted,
            Results results,
            Predicate<Results.Author> whose,
            int most,
            Instant now) {
        List<Event.Unchecked> some =
                results.unchecked(whose.and(author -> audits.peer(admitted, author)), most);
        for (Event.Unchecked result : some) {
            AuditOf again =
                    audits.of(
                            admitted.job(),
                            result.shard(),
                            result.from(),
                            result.to(),
                            result.result(),
                            false,
                            AuditOf.Cause.CONVICTION,
                            false,
                            true);
            audits.open(decision, admitted, again, admitted.job(), result.from(), now);
        }
        return some.size();
    }

    private void retract(
            Decision.Builder decision, Job job, Event.Unchecked result, JobId audit, Instant now) {
        decision.event(
                new Event.ResultRetracted(
                        job.admitted().job(),
                        result.shard(),
                        result.from(),
                        result.to(),
                        result.result(),
                        audit,
                        Optional.empty(),
                        Optional.of(audits.refund(job, result.shard(), result.from(), result.to())),
                        now));
    }

    /** Whether {@link #rest} would open an audit now. */
    boolean isUnfinished() {
        return audits.room(new Decision.Builder())
                && jobs.owing().stream().anyMatch(job -> owes(jobs.open(job).orElseThrow()));
    }

    /** Whether results of this durable job are owed a second look that somebody could give. */
    boolean owes(Job job) {
        return job.alone()
                .filter(results ->
                        results.owing().stream()
                                .anyMatch(author -> audits.peer(job.admitted(), author)))
                .isPresent();
    }

    /** The next of those results of convicted owners that one decision could not hold. */
    Decision rest(Instant now) {
        var decision = new Decision.Builder();
        int left = RECHECKED_MAX;
        for (JobId id : jobs.owing()) {
            Job job = jobs.open(id).orElseThrow();
            left -=
                    recheck(
                            decision,
                            job.admitted(),
                            job.alone().orElseThrow(),
                            trust::condemned,
                            left,
                            now);
        }
        return decision.build();
    }
}
