package org.idlefleet.coordinator;

import org.idlefleet.coordinator.Event.LeaseEnd;
import org.idlefleet.coordinator.Event.LeaseEnded;
import org.idlefleet.coordinator.Event.LeaseGranted;
import org.idlefleet.coordinator.View.ReplicaFate;
import org.idlefleet.coordinator.fleet.Fleet;
import org.idlefleet.coordinator.fleet.ParkSession;
import org.idlefleet.coordinator.fleet.ParkSession.Grant;
import org.idlefleet.coordinator.scheduling.OpenShard;
import org.idlefleet.ledger.AccountId;
import org.idlefleet.ledger.Book;
import org.idlefleet.ledger.Money;
import org.idlefleet.ledger.policy.PayPolicy;
import org.idlefleet.protocol.CoordinatorMessage;
import org.idlefleet.protocol.Lease;
import org.idlefleet.protocol.NodeMessage.RefuseReason;
import org.idlefleet.protocol.NodeMessage.WarmModel;
import org.idlefleet.protocol.OwnerId;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The whole state of a coordinator and the only place where it changes. {@link #decide} only reads,
 * {@link #apply} alone writes; the same events in the same order give the same state. One thread.
 */
public final class Coordinator {
    /** So many owners who say that an input can't be taken are believed, if there are as many. */
    private static final int INPUT_REFUSERS = 2;

    /** So many owners must have failed a job before it is given up, if there are as many. */
    private static final int FAILERS = 3;

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
    private final Tally tally;
    private final Admission admission;
    private final Looks looks;
    private final Availability availability;
    private final Repeats repeats = new Repeats();
    private int epoch;

    public Coordinator(Policy policy) {
        this.policy = policy;
        trust = new Trust();
        fleet = new Fleet(policy.pace().lease(), trust::trusted);
        jobs = new Jobs(policy.limits().finishedJobs());
        book = new Book();
        pay = new Pay(policy.pay());
        var judges = new Judges(fleet, registry, trust);
        placement = new Placement(fleet, jobs, registry, trust, judges, policy);
        var audits = new Audits(fleet, jobs, registry, trust, judges, book, policy, pay);
        convictions = new Convictions(fleet, jobs, trust, holds, audits, book, policy);
        tally = new Tally(fleet, jobs, registry, book, policy, audits, convictions, trust, pay);
        admission = new Admission(fleet, jobs, registry, trust, book, policy, pay, repeats);
        availability = new Availability(policy, fleet, trust, book, pay);
        looks = new Looks(fleet, jobs, registry, trust, audits, book, pay);
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
            case Command.BanNode ban -> ban(ban, now);
            case Command.NodeArrived arrived -> arrived(arrived, now);
            case Command.NodeGone gone ->
                    fleet.session(gone.session()).isPresent()
                            ? Decision.event(
                                    new Event.SessionClosed(gone.session(), gone.reason(), now))
                            : Decision.NOTHING;
            case Command.NodeOffered offered -> offered(offered, now);
            case Command.NodeBeat beat -> consequences(beat(beat, now), now);
            case Command.ResultReturned result -> consequences(tally.returned(result, now), now);
            case Command.LeaseReleased released ->
                    ended(
                            released.lease(),
                            released.session(),
                            LeaseEnd.RELEASED,
                            released.reason(),
                            now);
            case Command.LeaseRefused refused -> consequences(refused(refused, now), now);
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
            case Event.ResultRetracted retracted -> {
                retracted.refund().ifPresent(book::apply);
                jobs.any(retracted.job())
                        .ifPresent(job -> {
                            job.retract(retracted);
                            jobs.owes(job);
                        });
            }
            case Event.PolicySet set -> {
                pay.apply(set);
                availability.policySet(set.at());
            }
            case Event.OwnerTermsSet set -> pay.apply(set);
            case Event.Booked booked -> book.apply(booked.transaction());
            case Event.JobAdmitted admitted -> {
                book.apply(admitted.hold());
                jobs.admit(admitted);
                repeats.apply(admitted);
                opened(admitted);
            }
            case Event.RepeatsRestored restored -> repeats.apply(restored);
            case Event.BallotCast cast -> cast(cast);
            case Event.ShardSettled settled -> settled(settled);
            case Event.JobEnded ended -> ended(ended);
            case Event.BookRestored restored -> {
                book.restore(restored.state());
                jobs.lastJob(restored.lastJob());
            }
            case Event.JobRestored restored -> {
                Job job = jobs.admit(restored.admitted());
                job.restore(restored);
                opened(restored.admitted());
                jobs.settled(job.work().settledItems());
                jobs.condemn(job, trust::condemned);
                jobs.refresh(job);
                if (job.admitted().durable() && job.work().done()) {
                    jobs.lookAt(restored.admitted().at(), restored.admitted().job());
                }
            }
            case Event.SessionOpened opened ->
                    fleet.open(
                            opened.session(),
                            opened.node(),
                            opened.owner(),
                            opened.network(),
                            opened.numericClass(),
                            opened.memoryBytes(),
                            opened.at());
            case Event.SessionClosed closed -> closed(closed);
            case Event.Offered offered ->
                    fleet.offer(
                            offered.session(),
                            offered.slots(),
                            offered.parkTimeLeft(),
                            offered.models(),
                            offered.at());
            case Event.BeatSeen beat -> fleet.seen(beat.session(), beat.at());
            case Event.LeaseGranted granted -> granted(granted);
            case Event.LeaseEnded ended -> leaseEnded(ended);
            case Event.LeaseAnswered answered -> answered(answered);
            case Event.HedgeWanted hedge ->
                    jobs.open(hedge.job())
                            .ifPresent(job -> {
                                job.work().hedge(hedge.shard());
                                jobs.refresh(job);
                            });
            case Event.MoreBallotsWanted more ->
                    jobs.open(more.job())
                            .ifPresent(job -> {
                                job.compared(more.shard(), more.comparison());
                                if (more.trusted()) {
                                    job.work().wantTrusted(more.shard());
                                }
                                job.work().want(more.shard(), more.missing());
                                jobs.refresh(job);
                            });
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
        for (Job job : jobs.open()) {
            events.add(
                    new Event.JobRestored(
                            job.admitted(),
                            job.paid(),
                            job.work().nextShard(),
                            job.settledRanges(),
                            job.audits(),
                            job.unchecked(),
                            job.results()));
            for (OpenShard shard : job.work().shards()) {
                job.ballots(shard.index()).stream()
                        .filter(ballot -> ballot.lease().job().equals(job.admitted().job()))
                        .forEach(ballot ->
                                events.add(
                                        new Event.BallotCast(
                                                job.admitted().job(),
                                                shard.index(),
                                                shard.from(),
                                                shard.to(),
                                                ballot,
                                                job.delivery(ballot.lease()),
                                                job.cameAt(ballot.lease()).orElse(now))));
            }
        }
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
        tally.restart(decision, now);
        tally.owed().forEach(decision::send);
        return decision.build();
    }

    private Decision cancel(Command.CancelJob cancel, Instant now) {
        Optional<Job> job =
                jobs.open(cancel.job())
                        .filter(open -> open.admitted().client().equals(cancel.client()));
        if (job.isEmpty()) {
            return Decision.send(
                    new Send.Reply(
                            cancel.request(),
                            new Answer.Refused(new Refusal.UnknownJob(cancel.job()))));
        }
        // One that only waits for its audits has its results.
        JobEnd how = job.get().work().done() ? JobEnd.DONE : JobEnd.CANCELLED;
        return new Decision.Builder()
                .all(tally.end(job.get(), how, "", now))
                .send(new Send.Reply(cancel.request(), new Answer.Done()))
                .build();
    }

    private Decision arrived(Command.NodeArrived arrived, Instant now) {
        if (fleet.session(arrived.session()).isPresent()) {
            return Decision.NOTHING;
        }
        Optional<Event.NodeBanned> ban = registry.ban(arrived.node());
        if (trust.convicted(arrived.owner())) {
            return Decision.send(
                    new Send.Dismiss(
                            arrived.session(),
                            Trust.turnedAway(arrived.owner()),
                            policy.pace().pause()));
        }
        if (trust.device(arrived.owner(), arrived.node()).faulty()) {
            return Decision.send(
                    new Send.Dismiss(
                            arrived.session(),
                            Trust.faulty(arrived.node()),
                            policy.pace().pause()));
        }
        if (ban.isPresent() || registry.node(arrived.node()).isEmpty()) {
            String reason =
                    ban.map(banned -> "this node is banned: " + banned.reason())
                            .orElse("this coordinator does not know the node; enrol it again");
            return Decision.send(
                    new Send.Dismiss(arrived.session(), reason, policy.pace().pause()));
        }
        var decision = new Decision.Builder();
        fleet.session(arrived.node())
                .ifPresent(older -> {
                    String reason = "the node has connected anew";
                    decision.event(new Event.SessionClosed(older.number(), reason, now));
                    decision.send(new Send.Dismiss(older.number(), reason, Duration.ZERO));
                });
        return decision.event(
                        new Event.SessionOpened(
                                arrived.session(),
                                arrived.node(),
                                arrived.owner(),
                                arrived.network(),
                                arrived.numericClass(),
                                arrived.memoryBytes(),
                                now))
                .send(
                        new Send.Welcome(
                                arrived.session(),
                                epoch,
                                policy.pace().heartbeat(),
                                registry.models()))
                .build();
    }

    /** Models that are not served here, or need more memory than the node has, do not count. */
    private Decision offered(Command.NodeOffered offered, Instant now) {
        Optional<ParkSession> session = fleet.session(offered.session());
        if (session.isEmpty()) {
            return Decision.NOTHING;
        }
        List<WarmModel> able =
                offered.models().stream()
                        .filter(warm ->
                                registry.model(warm.manifest())
                                        .filter(model ->
                                                model.memoryBytes() <= session.get().memoryBytes())
                                        .isPresent())
                        .toList();
        return Decision.event(
                new Event.Offered(
                        offered.session(), offered.slots(), offered.parkTimeLeft(), able, now));
    }

    private Decision ban(Command.BanNode ban, Instant now) {
        var decision =
                new Decision.Builder().event(new Event.NodeBanned(ban.node(), ban.reason(), now));
        fleet.session(ban.node())
                .ifPresent(session -> {
                    decision.event(new Event.SessionClosed(session.number(), ban.reason(), now));
                    decision.send(
                            new Send.Dismiss(
                                    session.number(),
                                    "this node is banned: " + ban.reason(),
                                    policy.pace().pause()));
                });
        return decision.send(new Send.Reply(ban.request(), new Answer.Done())).build();
    }

    private Decision beat(Command.NodeBeat beat, Instant now) {
        Optional<ParkSession> session = fleet.session(beat.session());
        if (session.isEmpty()) {
            return Decision.NOTHING;
        }
        var decision = new Decision.Builder().event(new Event.BeatSeen(beat.session(), now));
        OwnerId owner = session.get().owner();
        decision.send(
                new Send.Earnings(
                        beat.session(),
                        new CoordinatorMessage.Earnings(
                                book.balance(AccountId.escrow(owner.value())).millionths(),
                                book.balance(AccountId.payable(owner.value())).millionths(),
                                Optional.of(trust.told(owner, now)))));
        for (Grant grant : session.get().held()) {
            Duration limit = grant.expected().multipliedBy(4).plus(policy.pace().overrun());
            if (grant.at().plus(limit).isBefore(now)) {
                String why = "no result " + limit.toSeconds() + " s after it was given out";
                decision.event(
                        new LeaseEnded(grant.lease(), beat.session(), LeaseEnd.OVERRUN, why, now));
                decision.send(new Send.Cancel(beat.session(), grant.lease()));
            }
        }
        return decision.build();
    }

    private Decision refused(Command.LeaseRefused refused, Instant now) {
        String detail = refused.reason() + ": " + refused.detail();
        Decision ended = ended(refused.lease(), refused.session(), LeaseEnd.REFUSED, detail, now);
        return refused.reason() == RefuseReason.INPUT ? refusedInput(ended, refused, now) : ended;
    }

    /** Two owners who say that an item can't be taken, or the only one there is, are believed. */
    private Decision refusedInput(Decision ended, Command.LeaseRefused refused, Instant now) {
        Optional<Job> job = jobs.open(refused.lease().job());
        if (ended.events().isEmpty() || job.isEmpty()) {
            return ended;
        }
        int barred = job.get().barred();
        int believed = Math.max(1, owners(job.get(), INPUT_REFUSERS + barred) - barred);
        if (refuser(refused.session()).map(job.get()::inputRefusersWith).orElse(0) < believed) {
            return ended;
        }
        return new Decision.Builder()
                .all(ended)
                .all(tally.end(job.get(), JobEnd.INPUT, refused.detail(), now))
                .build();
    }

    /** After too many failures in a row a node must pause, and a job fails. */
    private Decision consequences(Decision decision, Instant now) {
        var failures = new ArrayList<LeaseEnded>(0);
        for (Event event : decision.events()) {
            if (event instanceof LeaseEnded ended && ended.end() != LeaseEnd.RELEASED) {
                failures.add(ended);
            }
        }
        if (failures.isEmpty()) {
            return decision;
        }
        var more = new Decision.Builder().all(decision);
        LeaseEnded last = failures.getLast();
        pause(more, last, failures.size(), now);
        jobs.open(last.lease().job())
                .filter(job -> hopeless(job, last))
                .filter(_ -> decision.events().stream().noneMatch(Event.JobEnded.class::isInstance))
                .map(job -> tally.end(job, JobEnd.ATTEMPTS, last.detail(), now))
                .ifPresent(more::all);
        return more.build();
    }

    private boolean hopeless(Job job, LeaseEnded last) {
        int owners = owners(job, FAILERS);
        return refuser(last.session())
                .filter(owner -> job.failsTooOften(owner, policy.limits().attempts(), owners))
                .isPresent();
    }

    /** Owners who may run the job, counted up to {@code enough}. */
    private int owners(Job job, int enough) {
        return trust.owners(fleet, job.admitted().manifest(), job.admitted().assurance(), enough);
    }

    private Optional<OwnerId> refuser(long session) {
        return fleet.session(session).map(ParkSession::owner);
    }

    private void pause(Decision.Builder more, LeaseEnded last, int faults, Instant now) {
        fleet.session(last.session())
                .filter(_ -> !isInput(last))
                .filter(session -> session.faultsInRow() + faults >= policy.limits().faults())
                .ifPresent(session -> {
                    String reason =
                            policy.limits().faults()
                                    + " shards failed in a row, the last: "
                                    + last.detail();
                    more.event(new Event.SessionClosed(session.number(), reason, now));
                    more.send(new Send.Dismiss(session.number(), reason, policy.pace().pause()));
                });
    }

    private static boolean isInput(LeaseEnded ended) {
        return ended.detail().startsWith(RefuseReason.INPUT + ":");
    }

    /** Ends a lease that is running; any other is late or made up. */
    private Decision ended(Lease lease, long session, LeaseEnd end, String detail, Instant now) {
        Job job = jobs.open(lease.job()).orElse(null);
        boolean running =
                job != null
                        && job.work()
                                .shard(lease.shard())
                                .flatMap(shard -> shard.running(lease))
                                .filter(replica -> replica.session() == session)
                                .isPresent();
        return running
                ? Decision.event(new LeaseEnded(lease, session, end, detail, now))
                : Decision.NOTHING;
    }

    private Decision wake(Instant now) {
        if (convictions.isUnfinished()) {
            return convictions.rest(now);
        }
        Optional<Job> late = jobs.lateAt(now);
        if (late.isPresent()) {
            return tally.late(late.get(), now);
        }
        Optional<Job> abandoned = tally.abandonedAt(now);
        if (abandoned.isPresent()) {
            return tally.end(abandoned.get(), JobEnd.DONE, "", now);
        }
        Optional<ParkSession> silent = fleet.silentAt(now);
        if (silent.isPresent()) {
            String reason = "silent for " + policy.pace().lease().toSeconds() + " s";
            return new Decision.Builder()
                    .event(new Event.SessionClosed(silent.get().number(), reason, now))
                    .send(new Send.Dismiss(silent.get().number(), reason, Duration.ZERO))
                    .build();
        }
        Decision available = availability.wake(now);
        if (!available.events().isEmpty()) {
            return available;
        }
        return jobs.hedgeAt(now, policy.pace().hedge(), tally.replicasMax())
                .map(due -> Decision.event(new Event.HedgeWanted(due.job(), due.shard())))
                .orElse(Decision.NOTHING);
    }

    private void cast(Event.BallotCast cast) {
        jobs.open(cast.job())
                .ifPresent(job -> {
                    job.work()
                            .answer(
                                    cast.ballot().lease(),
                                    cast.ballot().owner(),
                                    cast.from(),
                                    cast.to());
                    job.cast(cast);
                    jobs.refresh(job);
                });
    }

    private void settled(Event.ShardSettled settled) {
        settled.payments().forEach(book::apply);
        Job job = jobs.open(settled.job()).orElseThrow();
        pay.settled(settled, job.holdAccount());
        job.work().shard(settled.shard()).ifPresent(shard -> callOff(shard, settled));
        settled.dissenting().forEach(ballot -> availability.failed(ballot.node(), settled.at()));
        job.settle(settled, job.alone().isPresent() ? number(settled) : 0);
        trust.settled(settled, job.admitted().manifest(), job.admitted().audit());
        job.work().settle(settled.shard(), settled.from(), settled.to());
        jobs.settled(settled.to() - settled.from());
        jobs.refresh(job);
        if (job.admitted().durable() && job.work().done()) {
            jobs.lookAt(settled.at().plus(Tally.PATIENCE), settled.job());
        }
    }

    /** Ends what still runs; the result that settled it has ended its own lease. */
    private void callOff(OpenShard shard, Event.ShardSettled settled) {
        for (OpenShard.Replica other : shard.running()) {
            if (!other.lease().equals(settled.canonical())) {
                fleet.end(other.session(), other.lease(), false);
            }
        }
    }

    private void ended(Event.JobEnded ended) {
        ended.voided().ifPresent(book::apply);
        ended.refund().ifPresent(book::apply);
        Job job = jobs.open(ended.job()).orElseThrow();
        for (OpenShard shard : job.work().shards()) {
            shard.running().forEach(other -> fleet.end(other.session(), other.lease(), false));
        }
        job.end(ended.end(), ended.detail(), ended.at());
        job.cleared().ifPresent(right -> trust.cleared(right, ended.at()));
        Instant since = ended.at().minus(policy.pace().finality());
        jobs.end(job, other -> other.isUnfinal(since, holds));
        job.admitted()
                .audit()
                .filter(audit -> !audit.ringer())
                .ifPresent(audit -> auditEnded(job, audit));
    }

    private void opened(Event.JobAdmitted admitted) {
        admitted.audit()
                .filter(audit -> !audit.ringer())
                .ifPresent(audit -> {
                    holds.opened(audit.claim().node(), admitted.job());
                    jobs.any(audit.job())
                            .ifPresent(audited -> {
                                audited.auditOpened(admitted.job(), audit);
                                jobs.owes(audited);
                            });
                });
    }

    private void auditEnded(Job job, AuditOf audit) {
        holds.closed(audit.claim().node(), job.admitted().job());
        jobs.any(audit.job()).ifPresent(audited -> audited.auditClosed(job));
    }

    /** The number of a result among those of its device that nobody audits. */
    private long number(Event.ShardSettled settled) {
        return settled.draw().audited() ? 0 : holds.settled(settled.result().node());
    }

    private void answered(Event.LeaseAnswered answered) {
        fleet.session(answered.session())
                .ifPresent(session ->
                        session.held(answered.lease())
                                .ifPresent(grant ->
                                        trust.answered(
                                                session.owner(),
                                                grant.expected(),
                                                answered.computeTime())));
        fleet.answered(answered.session(), answered.lease(), answered.computeTime(), answered.at());
    }

    private void closed(Event.SessionClosed closed) {
        fleet.session(closed.session())
                .ifPresent(session -> {
                    for (Grant grant : fleet.close(closed.session(), closed.at())) {
                        trust.lost(session.owner());
                        giveBack(grant.lease(), session, "connection ended: " + closed.reason());
                    }
                });
    }

    private void granted(LeaseGranted granted) {
        ParkSession session = fleet.session(granted.session()).orElseThrow();
        Job job = jobs.open(granted.lease().job()).orElseThrow();
        long units = job.work().units().between(granted.from(), granted.to());
        fleet.grant(
                granted.session(),
                new Grant(
                        granted.lease(),
                        job.admitted().manifest(),
                        units,
                        granted.expected(),
                        granted.at()));
        job.work()
                .place(
                        new OpenShard.Replica(
                                granted.lease(),
                                granted.session(),
                                session.node(),
                                session.owner()),
                        granted.from(),
                        granted.to());
        jobs.queue(job.admitted().manifest()).serve(job.work(), units);
        jobs.refresh(job);
        if (job.work().urgent()) {
            Duration twice = granted.expected().multipliedBy(2);
            Duration late =
                    policy.pace().hedge().compareTo(twice) > 0 ? policy.pace().hedge() : twice;
            jobs.hedgeAt(granted.at().plus(late), job.admitted().job(), granted.lease().shard());
        }
    }

    private void leaseEnded(LeaseEnded ended) {
        Optional<ParkSession> session = fleet.session(ended.session());
        boolean input = isInput(ended);
        boolean failure = ended.end() != LeaseEnd.RELEASED;
        session.map(ParkSession::owner).ifPresent(owner -> remember(ended.end(), owner));
        session.ifPresent(from -> giveBack(ended.lease(), from, word(ended)));
        fleet.end(ended.session(), ended.lease(), failure && !input);
        if (failure && !input) {
            session.ifPresent(from -> availability.failedInPassing(from.node(), ended.at()));
        }
        if (failure) {
            session.ifPresent(from ->
                    jobs.open(ended.lease().job())
                            .ifPresent(job -> job.failed(input, from.owner(), ended.detail())));
        }
    }

    private void remember(LeaseEnd end, OwnerId owner) {
        switch (end) {
            case RELEASED -> trust.released(owner);
            case OVERRUN -> trust.lost(owner);
            case REFUSED, MALFORMED -> trust.refused(owner);
        }
    }

    private void giveBack(Lease lease, ParkSession from, String fate) {
        jobs.open(lease.job())
                .ifPresent(job -> {
                    job.work().withdraw(lease);
                    job.fate(
                            lease.shard(), new ReplicaFate(lease, from.node(), from.owner(), fate));
                    jobs.refresh(job);
                });
    }

    private static String word(LeaseEnded ended) {
        return switch (ended.end()) {
            case RELEASED -> "released: " + ended.detail();
            case REFUSED -> "refused: " + ended.detail();
            case MALFORMED -> "malformed: " + ended.detail();
            case OVERRUN -> "overrun: " + ended.detail();
        };
    }
}
