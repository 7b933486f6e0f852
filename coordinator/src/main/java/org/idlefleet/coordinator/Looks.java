package org.idlefleet.coordinator;

import org.idlefleet.coordinator.fleet.Fleet;
import org.idlefleet.coordinator.fleet.ParkSession;
import org.idlefleet.ledger.AccountId;
import org.idlefleet.ledger.Book;
import org.idlefleet.ledger.Posting;
import org.idlefleet.protocol.JobId;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Optional;

/** Answers those who ask how things stand; changes nothing. */
final class Looks {
    /** Most jobs in one answer. */
    static final int JOBS_MAX = 500;

    private final Fleet fleet;
    private final Jobs jobs;
    private final Registry registry;
    private final Trust trust;
    private final Audits audits;
    private final Book book;
    private final Pay pay;

    Looks(
            Fleet fleet,
            Jobs jobs,
            Registry registry,
            Trust trust,
            Audits audits,
            Book book,
            Pay pay) {
        this.fleet = fleet;
        this.jobs = jobs;
        this.registry = registry;
        this.trust = trust;
        this.audits = audits;
        this.book = book;
        this.pay = pay;
    }

    Answer look(Query query, Instant now) {
        return switch (query) {
            case Query.OfJob of -> job(of.job());
            case Query.OfJobs of ->
                    new Answer.Seen(
                            new View.Jobs(
                                    jobs
                                            .before(
                                                    of.before(),
                                                    Math.clamp(of.limit(), 1, JOBS_MAX))
                                            .stream()
                                            .map(job -> job.view(false))
                                            .toList()));
            case Query.OfNodes _ ->
                    new Answer.Seen(
                            new View.Nodes(
                                    fleet.sessions().stream()
                                            .sorted(Comparator.comparing(ParkSession::node))
                                            .map(Looks::node)
                                            .toList()));
            case Query.OfModels _ -> new Answer.Seen(new View.Models(registry.models()));
            case Query.OfKeys _ -> new Answer.Seen(new View.ApiKeys(registry.keys()));
            case Query.OfBalances _ -> new Answer.Seen(balances());
            case Query.OfClient of ->
                    new Answer.Seen(
                            new View.Client(
                                    of.client(),
                                    book.balance(AccountId.prepaid(of.client().value())),
                                    book.balance(AccountId.hold(of.client().value())),
                                    registry.terms(of.client())));
            case Query.OfStandings _ ->
                    new Answer.Seen(
                            trust.view(now, owner -> audits.watch(owner, now), jobs::drawnOpenOf));
            case Query.OfPay _ -> new Answer.Seen(pay.view());
            case Query.OfLoad _ -> new Answer.Seen(load());
        };
    }

    private Answer job(JobId job) {
        Optional<Job> found = jobs.any(job);
        return found.isPresent()
                ? new Answer.Seen(found.get().view(true))
                : new Answer.Refused(new Refusal.UnknownJob(job));
    }

    private View.Balances balances() {
        var lines = new ArrayList<Posting>();
        book.balances().forEach((account, balance) -> lines.add(new Posting(account, balance)));
        return new View.Balances(lines);
    }

    private View.Load load() {
        int slots = 0;
        int held = 0;
        for (ParkSession session : fleet.sessions()) {
            slots += session.slots();
            held += session.held().size();
        }
        int owners = (int) fleet.sessions().stream().map(ParkSession::owner).distinct().count();
        return new View.Load(
                fleet.sessions().size(), slots, held, jobs.open().size(), jobs.openItems(), owners);
    }

    private static View.Node node(ParkSession session) {
        return new View.Node(
                session.number(),
                session.node(),
                session.owner(),
                session.numericClass(),
                session.since(),
                session.slots(),
                session.held().size(),
                session.parkTimeLeft(),
                session.models(),
                session.shardsDone());
    }
}
