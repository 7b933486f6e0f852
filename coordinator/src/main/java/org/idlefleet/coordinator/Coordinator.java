package org.idlefleet.coordinator;

import org.idlefleet.coordinator.fleet.Fleet;
import org.idlefleet.ledger.Book;
import org.idlefleet.ledger.Money;
import org.idlefleet.ledger.policy.PayPolicy;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The whole state of a coordinator and the only place where it changes. {@link #decide} only reads,
 * {@link #apply} alone writes; the same events in the same order give the same state. One thread.
 */
public final class Coordinator {
    private final Policy policy;
    private final Fleet fleet;
    private final Jobs jobs;
    private final Registry registry = new Registry();
    private final Book book;
    private final Trust trust;
    private final Pay pay;
    private final Holds holds = new Holds();
    private final Placement placement;
    private final Convictions convictions;
    private final Endings endings;
    private final Tally tally;
    private final Admission admission;
    private final Looks looks;
    private final Availability availability;
    private final ParkSessions sessions;
    private final Leases leases;
    private final JobFacts facts;
    private final Repeats repeats = new Repeats();
    private int epoch;

    public Coordinator(Policy policy) {
        this.policy = policy;
        trust = new Trust();
        fleet =
                new Fleet(
                        policy.pace().lease(),
                        policy.pace().lease().multipliedBy(Policy.Pace.REST),
                        trust::trusted);
        jobs = new Jobs(policy.limits().finishedJobs());
        book = new Book();
        pay = new Pay(policy.pay());
        var judges = new Judges(fleet, registry, trust);
        placement = new Placement(fleet, jobs, registry, trust, judges, policy);
        var audits = new Audits(fleet, jobs, registry, trust, judges, policy, pay);
        convictions = new Convictions(fleet, jobs, trust, holds, audits, book, policy);
        var ringers = new Ringers(trust, audits, policy);
        var blame = new Blame(jobs, trust, audits, convictions);
        endings = new Endings(jobs, book, audits, convictions);
        var fund = new CheckFund(book);
        var settlement = new Settlement(registry, audits, ringers, blame, pay, fund, endings);
        tally =
                new Tally(
                        fleet,
                        jobs,
                        registry,
                        trust,
                        policy,
                        audits,
                        ringers,
                        blame,
                        settlement,
                        endings);
        admission = new Admission(fleet, jobs, registry, trust, book, policy, pay, repeats);
        availability = new Availability(policy, fleet, trust, book, pay);
        looks = new Looks(fleet, jobs, registry, trust, audits, book, pay);
        sessions = new ParkSessions(fleet, jobs, registry, trust, book, policy);
        leases = new Leases(fleet, jobs, trust, endings, availability, policy);
        facts = new JobFacts(fleet, jobs, book, trust, pay, holds, availability, policy);
    }

    /** What the command leads to at {@code now}. Reads only: asked twice it says the same twice. */
    public Decision decide(Command command, Instant now) {
        return switch (command) {
            case Command.Begin _ -> begin(now);
            case Command.SubmitJob submit -> admission.submit(submit, now);
            case Command.CancelJob cancel -> cancel(cancel, now);
            case Command.Look look ->
                    Decision.send(new Send.Reply(look.request(), looks.look(look.query(), now)));
            case Command.RegisterModel register -> admission.register(register, now);
            case Command.CreateApiKey create -> admission.createKey(create, now);
            case Command.RevokeApiKey revoke -> admission.revokeKey(revoke, now);
            case Command.FundClient fund -> admission.fund(fund, now);
            case Command.ChargeBack back -> admission.chargeBack(back, now);
            case Command.Book wish -> admission.book(wish, now);
            case Command.SetPolicy wish -> admission.set(wish, now);
            case Command.SetOwnerTerms wish -> admission.set(wish, now);
            case Command.IssueToken issue -> admission.issueToken(issue, now);
            case Command.RedeemToken redeem -> admission.redeem(redeem, now);
            case Command.RenewNode renew -> admission.renew(renew);
            case Command.SetTerms set -> admission.terms(set, now);
            case Command.TrustOwner trusted -> admission.trust(trusted, now);
            case Command.ReinstateOwner reinstate -> admission.reinstate(reinstate, now);
            case Command.BanNode ban -> sessions.ban(ban, now);
            case Command.NodeArrived arrived -> sessions.arrived(arrived, epoch, now);
            case Command.NodeGone gone -> sessions.gone(gone, now);
            case Command.NodeOffered offered -> sessions.offered(offered, now);
            case Command.NodeBeat beat ->
                    leases.consequences(
                            new Decision.Builder()
                                    .all(sessions.beat(beat, now))
                                    .all(leases.overrun(beat.session(), now))
                                    .build(),
                            now);
            case Command.ResultReturned result ->
                    leases.consequences(tally.returned(result, now), now);
            case Command.LeaseReleased released -> leases.released(released, now);
            case Command.LeaseRefused refused ->
                    leases.consequences(leases.refused(refused, now), now);
            case Command.Compared compared -> tally.compared(compared, now);
            case Command.Wake _ -> wake(now);
        };
    }

    /**
     * One shard for one node, if work and a willing node are there. The loop asks until nothing
     * comes.
     */
    public Decision place(Instant now) {
        return placement.next(epoch, now);
    }

    /** When to send {@link Command.Wake}, if nothing else happens before. */
    public Optional<Instant> nextDeadline() {
        if (convictions.isUnfinished()) {
            return Optional.of(Instant.EPOCH);
        }
        Optional<Instant> job = jobs.nextDeadline();
        return earlier(earlier(job, fleet.nextDeadline()), availability.nextDeadline());
    }

    private static Optional<Instant> earlier(Optional<Instant> one, Optional<Instant> other) {
        return one.isPresent() && (other.isEmpty() || one.get().isBefore(other.get()))
                ? one
                : other;
    }

    /** Makes a fact true. */
    public void apply(Event event) {
        switch (event) {
            case Event.LifeBegan began -> {
                epoch = began.epoch();
                availability.begin(began.at());
            }
            case Event.AvailabilityCounted counted -> availability.apply(counted);
            case Event.AvailabilityPaid paid -> availability.apply(paid);
            case Event.AvailabilityRestored restored -> availability.apply(restored);
            case Event.ModelRegistered registered -> registry.apply(registered);
            case Event.ApiKeyCreated created -> registry.apply(created);
            case Event.ApiKeyRevoked revoked -> registry.apply(revoked);
            case Event.TokenIssued issued -> registry.apply(issued);
            case Event.NodeEnrolled enrolled -> registry.apply(enrolled);
            case Event.NodeBanned banned -> registry.apply(banned);
            case Event.TermsSet set -> registry.apply(set);
            case Event.OwnerTrusted trusted -> {
                trust.apply(trusted);
                fleet.classify();
            }
            case Event.OwnerConvicted convicted -> {
                convicted.forfeit().ifPresent(book::apply);
                boolean wasTrusted = trust.trusted(convicted.owner());
                trust.apply(convicted);
                if (wasTrusted) {
                    fleet.classify();
                }
                jobs.condemn(trust::condemned);
            }
            case Event.OwnerReinstated reinstated -> {
                reinstated.restored().ifPresent(book::apply);
                trust.apply(reinstated);
                jobs.condemn(trust::condemned);
            }
            case Event.StandingRestored restored -> trust.apply(restored);
            case Event.DeviceTurnedAway turned -> {
                trust.apply(turned);
                jobs.condemn(trust::condemned);
            }
            case Event.DeviceRestored restored -> trust.apply(restored);
            case Event.AlarmRestored restored -> trust.apply(restored);
            case Event.ResultRetracted retracted -> facts.retracted(retracted);
            case Event.PolicySet set -> {
                pay.apply(set);
                availability.policySet(set.at());
            }
            case Event.OwnerTermsSet set -> pay.apply(set);
            case Event.Booked booked -> book.apply(booked.transaction());
            case Event.JobAdmitted admitted -> {
                facts.admitted(admitted);
                repeats.apply(admitted);
            }
            case Event.RepeatsRestored restored -> repeats.apply(restored);
            case Event.BallotCast cast -> facts.cast(cast);
            case Event.ShardSettled settled -> facts.settled(settled);
            case Event.JobEnded ended -> facts.ended(ended);
            case Event.BookRestored restored -> {
                book.restore(restored.state());
                jobs.lastJob(restored.lastJob());
            }
            case Event.JobRestored restored -> facts.restored(restored);
            case Event.SessionOpened opened ->
                    fleet.open(
                            opened.session(),
                            opened.node(),
                            opened.owner(),
                            opened.network(),
                            opened.numericClass(),
                            opened.memoryBytes(),
                            opened.at());
            case Event.SessionClosed closed -> leases.closed(closed);
            case Event.Offered offered ->
                    fleet.offer(
                            offered.session(),
                            offered.slots(),
                            offered.parkTimeLeft(),
                            offered.models(),
                            offered.at());
            case Event.BeatSeen beat -> fleet.seen(beat.session(), beat.at());
            case Event.LeaseGranted granted -> leases.granted(granted);
            case Event.LeaseEnded ended -> leases.ended(ended);
            case Event.LeaseAnswered answered -> leases.answered(answered);
            case Event.HedgeWanted hedge -> facts.hedge(hedge);
            case Event.MoreBallotsWanted more -> facts.want(more);
        }
    }

    /**
     * Events that rebuild the present state: what a snapshot holds. Who is connected is not in it.
     */
    public List<Event.Durable> snapshot(Instant now) {
        var events = new ArrayList<Event.Durable>();
        events.add(new Event.LifeBegan(epoch, now));
        events.addAll(registry.snapshot(now));
        events.addAll(trust.snapshot(now));
        events.addAll(pay.snapshot());
        events.addAll(availability.snapshot());
        events.addAll(repeats.snapshot());
        events.add(new Event.BookRestored(book.state(), jobs.lastJob()));
        events.addAll(facts.snapshot(now));
        return events;
    }

    /** How work is paid now. */
    public PayPolicy payPolicy() {
        return pay.policy();
    }

    /** The models on offer, as they were registered. */
    public List<Event.ModelRegistered> models() {
        return registry.registrations();
    }

    /** The sum over all accounts: always zero. */
    public Money bookTotal() {
        return book.total();
    }

    public int epoch() {
        return epoch;
    }

    private Decision begin(Instant now) {
        var decision = new Decision.Builder().event(new Event.LifeBegan(epoch + 1, now));
        endings.restart(decision, now);
        tally.owed().forEach(decision::send);
        return decision.build();
    }

    private Decision cancel(Command.CancelJob cancel, Instant now) {
        Optional<Job> job =
                jobs.open(cancel.job())
                        .filter(open -> open.admitted().client().equals(cancel.client()));
        if (job.isEmpty()) {
            return Admission.refuse(cancel, new Refusal.UnknownJob(cancel.job()));
        }
        // One that only waits for its audits has its results.
        JobEnd how = job.get().work().done() ? JobEnd.DONE : JobEnd.CANCELLED;
        return new Decision.Builder()
                .all(endings.end(job.get(), how, "", now))
                .send(new Send.Reply(cancel.request(), new Answer.Done()))
                .build();
    }

    private Decision wake(Instant now) {
        if (convictions.isUnfinished()) {
            return convictions.rest(now);
        }
        Optional<Job> late = jobs.lateAt(now);
        if (late.isPresent()) {
            return tally.late(late.get(), now);
        }
        Optional<Job> abandoned = endings.abandonedAt(now);
        if (abandoned.isPresent()) {
            return endings.end(abandoned.get(), JobEnd.DONE, "", now);
        }
        Decision silent = sessions.silent(now);
        if (!silent.events().isEmpty()) {
            return silent;
        }
        Decision available = availability.wake(now);
        if (!available.events().isEmpty()) {
            return available;
        }
        return jobs.hedgeAt(now, policy.pace().hedge(), policy.limits().replicas())
                .map(due -> Decision.event(new Event.HedgeWanted(due.job(), due.shard())))
                .orElse(Decision.NOTHING);
    }
}
