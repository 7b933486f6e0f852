package org.idlefleet.coordinator;

import org.idlefleet.coordinator.Event.JobAdmitted;
import org.idlefleet.coordinator.Event.JobEnded;
import org.idlefleet.coordinator.Event.ShardSettled;
import org.idlefleet.coordinator.scheduling.OpenShard;
import org.idlefleet.ledger.AccountId;
import org.idlefleet.ledger.Book;
import org.idlefleet.ledger.Money;
import org.idlefleet.ledger.Posting;
import org.idlefleet.ledger.Transaction;
import org.idlefleet.ledger.TransactionId;
import org.idlefleet.protocol.JobId;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Ends jobs: because their work is done, because it can't be, or because nobody is there for it.
 */
final class Endings {
    /**
     * A durable job whose work is done waits so long for somebody who could do its audits, and as
     * long after each was opened. Then it ends: the audits go on, and what they find wrong later is
     * paid back, as with requests.
     */
    static final Duration PATIENCE = Duration.ofMinutes(1);

    /** How often it is looked whether somebody is there. */
    private static final Duration LOOK_EVERY = Duration.ofSeconds(15);

    private final Jobs jobs;
    private final Book book;
    private final Audits audits;
    private final Convictions convictions;

    Endings(Jobs jobs, Book book, Audits audits, Convictions convictions) {
        this.jobs = jobs;
        this.book = book;
        this.audits = audits;
        this.convictions = convictions;
    }

    /**
     * Ends a job: its hold is given back, its running replicas are called off, and a failed job
     * whose client gets nothing costs nothing.
     */
    Decision end(Job job, JobEnd end, String detail, Instant now) {
        return end(new Decision.Builder(), job, end, detail, Money.ZERO, now).build();
    }

    /**
     * The same as a part of what was decided so far.
     *
     * @param lastPayment what that takes of the job's hold
     */
    Decision.Builder end(
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

    /** Whether a durable job's results may still change: it has not ended then. */
    boolean awaitsAudits(Decision.Builder decision, Job job) {
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
}
