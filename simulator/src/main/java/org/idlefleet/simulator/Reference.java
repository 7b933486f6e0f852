package org.idlefleet.simulator;

import org.idlefleet.coordinator.Answer;
import org.idlefleet.coordinator.AuditOf;
import org.idlefleet.coordinator.Event;
import org.idlefleet.coordinator.JobEnd;
import org.idlefleet.coordinator.Policy;
import org.idlefleet.coordinator.Send;
import org.idlefleet.coordinator.verification.Assurance;
import org.idlefleet.coordinator.verification.Ballot;
import org.idlefleet.ledger.Money;
import org.idlefleet.protocol.ClientId;
import org.idlefleet.protocol.JobId;
import org.idlefleet.protocol.Lease;
import org.idlefleet.protocol.NodeId;
import org.idlefleet.protocol.OwnerId;

import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * A second, naive account of what the events say. It complains as soon as an event breaks a
 * promise, and as soon as the coordinator's state says something else than the events did.
 */
final class Reference {
    private final Policy policy;
    private final Corners corners;
    private final ReferenceBook book = new ReferenceBook();
    private final ReferenceFund fund = new ReferenceFund();
    private final ReferencePay pay;
    private final ReferenceAvailability availability;

    /** When each vote was cast. */
    private final Map<Lease, Instant> came = new HashMap<>();

    private final TreeMap<JobId, ReferenceJob> open = new TreeMap<>();
    private final TreeMap<JobId, JobEnd> ended = new TreeMap<>();
    private final TreeSet<NodeId> banned = new TreeSet<>();
    private final TreeSet<OwnerId> convicted = new TreeSet<>();
    private final TreeSet<OwnerId> trusted = new TreeSet<>();
    private final TreeMap<ClientId, Assurance> floors = new TreeMap<>();
    private final TreeSet<OwnerId> spared = new TreeSet<>();
    private final Records records = new Records();
    private final TreeSet<OwnerId> refuted = new TreeSet<>();
    private final Draws draws;
    private final ReferenceRingers ringers;
    private final Predicate<OwnerId> liars;
    private final ReferenceSessions sessions = new ReferenceSessions();
    private final List<Event.Durable> registry = new ArrayList<>();
    private final Map<JobId, Integer> quorums = new HashMap<>();
    private final TreeSet<JobId> carriedOver = new TreeSet<>();
    private int epoch;
    private boolean replaying;

    /**
     * @param liars owners whose results may be wrong
     */
    Reference(Policy policy, Corners corners, Predicate<OwnerId> liars) {
        this.policy = policy;
        this.liars = liars;
        this.draws = new Draws(policy.auditSecret());
        this.ringers = new ReferenceRingers(draws, policy.checks().ringersPpm(), trusted);
        this.corners = corners;
        this.pay = new ReferencePay(policy.pay());
        this.availability = new ReferenceAvailability(policy.pace().availability());
    }

    /** What these durable events say, and nothing else. */
    static Reference of(
            Policy policy, Corners corners, Predicate<OwnerId> liars, List<Event.Durable> history) {
        var reference = new Reference(policy, corners, liars);
        reference.replaying = true;
        history.forEach(reference::accept);
        reference.carriedOver.addAll(reference.open.keySet());
        reference.replaying = false;
        return reference;
    }

    /** An event of the running process. */
    void live(Event event) {
        accept(event);
    }

    int openJobs() {
        return open.size();
    }

    Map<JobId, ReferenceJob> open() {
        return open;
    }

    /** Also of jobs that have ended. */
    int quorumOf(JobId job) {
        return quorums.getOrDefault(job, 0);
    }

    ReferenceBook book() {
        return book;
    }

    private void accept(Event event) {
        switch (event) {
            case Event.LifeBegan began -> {
                Broken.unless(began.epoch() > epoch, "epochs rise", began, epoch);
                epoch = began.epoch();
                sessions.began();
                availability.began();
            }
            case Event.NodeEnrolled enrolled -> {
                registry.add(enrolled);
                records.enrolled(enrolled.owner(), enrolled.at());
            }
            case Event.ModelRegistered _,
                    Event.ApiKeyCreated _,
                    Event.ApiKeyRevoked _,
                    Event.TokenIssued _ ->
                    registry.add((Event.Durable) event);
            case Event.NodeBanned ban -> {
                banned.add(ban.node());
                met(Corner.NODE_BANNED);
            }
            case Event.TermsSet set -> floors.put(set.client(), set.terms().floor());
            case Event.OwnerTrusted choice -> {
                if (choice.trusted()) {
                    trusted.add(choice.owner());
                } else {
                    trusted.remove(choice.owner());
                }
            }
            case Event.DeviceTurnedAway turned -> {
                Broken.unless(
                        liars.test(turned.owner()), "no honest device is turned away", turned);
                Broken.unless(
                        spared.add(turned.owner()) && !convicted.contains(turned.owner()),
                        "an owner is spared once",
                        turned);
                refuted.remove(turned.owner());
                records.turnedAway(turned.node());
                met(Corner.DEVICE_TURNED_AWAY);
            }
            case Event.OwnerConvicted convicted -> {
                Broken.unless(
                        liars.test(convicted.owner()), "no honest owner is convicted", convicted);
                this.convicted.add(convicted.owner());
                records.convicted(convicted);
                convicted.forfeit().ifPresent(book::book);
                met(Corner.OWNER_CONVICTED);
            }
            case Event.OwnerReinstated again -> {
                convicted.remove(again.owner());
                records.reinstated(again.owner());
                again.restored().ifPresent(book::book);
            }
            case Event.ResultRetracted retracted -> {
                retracted.refund().ifPresent(book::book);
                if (open.containsKey(retracted.job())) {
                    job(retracted.job()).unchecked().remove(retracted.shard());
                }
                met(retracted.by().isPresent() ? Corner.RESULT_REPLACED : Corner.RESULT_RETRACTED);
            }
            case Event.PolicySet set -> {
                pay.set(set);
                met(Corner.POLICY_SET);
            }
            case Event.OwnerTermsSet set -> pay.set(set);
            case Event.AvailabilityCounted counted ->
                    availability.counted(
                            counted,
                            pay.policy(),
                            owner -> !convicted.contains(owner) && records.warmedUp(owner),
                            replaying);
            case Event.AvailabilityPaid paid -> {
                availability
                        .paid(
                                paid,
                                pay.policy(),
                                book.of("platform:revenue").millionths(),
                                convicted::contains)
                        .forEach(this::met);
                paid.stood().forEach(stood -> stood.payment().ifPresent(book::book));
            }
            case Event.Booked booked -> {
                book.book(booked.transaction());
                fund.booked(booked.transaction());
            }
            case Event.JobAdmitted admitted -> {
                admitted.hold().ifPresent(book::book);
                Broken.unless(
                        strength(admitted.assurance())
                                >= strength(
                                        floors.getOrDefault(admitted.client(), Assurance.QUORUM)),
                        "nothing weaker than a client's floor is run",
                        admitted);
                pay.admitted(admitted);
                quorums.put(admitted.job(), admitted.quorum());
                admitted.audit()
                        .ifPresent(audit -> {
                            met(Corner.AUDIT);
                            ringers.opened(audit);
                            ReferenceJob audited = open.get(audit.job());
                            if (audited != null
                                    && audited.unchecked().remove(audit.shard()) != null
                                    && carriedOver.contains(audit.job())
                                    && audit.cause() == AuditOf.Cause.CONVICTION) {
                                met(Corner.UNCHECKED_AFTER_RESTART);
                            }
                        });
                Broken.unless(
                        open.put(admitted.job(), new ReferenceJob(admitted)) == null
                                && !ended.containsKey(admitted.job()),
                        "a job id is used once",
                        admitted.job());
            }
            case Event.BallotCast cast -> cast(cast);
            case Event.ShardSettled settled -> settled(settled);
            case Event.JobEnded end -> ended(end);
            case Event.BookRestored _,
                    Event.JobRestored _,
                    Event.StandingRestored _,
                    Event.DeviceRestored _,
                    Event.AvailabilityRestored _,
                    Event.RepeatsRestored _,
                    Event.AlarmRestored _ ->
                    throw new Broken("only snapshots hold " + event);
            case Event.SessionOpened opened -> opened(opened);
            case Event.SessionClosed closed -> closed(closed);
            case Event.Offered offered -> {
                sessions.guest(offered.session()).offers(offered.slots());
                availability.offered(offered);
            }
            case Event.BeatSeen beat -> sessions.guest(beat.session());
            case Event.LeaseGranted granted -> granted(granted);
            case Event.LeaseEnded end -> leaseEnded(end);
            case Event.LeaseAnswered answered -> {
                pay.answered(answered);
                release(answered.lease(), answered.session());
                sessions.guest(answered.session()).answers();
            }
            case Event.HedgeWanted hedge -> {
                job(hedge.job());
                met(Corner.HEDGE);
            }
            case Event.MoreBallotsWanted more -> {
                ReferenceJob job = job(more.job());
                if (more.trusted() && job.admitted().audit().isPresent()) {
                    job.trustedFrom(more.shard());
                    met(Corner.REFEREE);
                } else if (more.trusted()) {
                    met(Corner.ASKED_A_TRUSTED_OWNER);
                }
                met(Corner.MORE_BALLOTS);
            }
        }
    }

    /** A vote of a running process, before it counts. */
    private void voted(ReferenceJob job, int shard, Ballot ballot) {
        Broken.unless(ballot.lease().epoch() == epoch, "a vote is of this life", ballot, epoch);
        var before = new ArrayList<>(job.ballots().getOrDefault(shard, List.of()));
        job.admitted().audit().ifPresent(audit -> before.add(audit.claim()));
        met(sessions.counts(ballot, before, trusted));
    }

    private static int strength(Assurance assurance) {
        return List.of(
                        Assurance.QUORUM,
                        Assurance.BULK,
                        Assurance.STANDARD,
                        Assurance.STRICT,
                        Assurance.VERIFIED,
                        Assurance.TRUSTED_ONLY)
                .indexOf(assurance);
    }

    private void cast(Event.BallotCast cast) {
        Ballot ballot = cast.ballot();
        ReferenceJob job = job(cast.job());
        if (!replaying) {
            voted(job, cast.shard(), ballot);
        }
        pay.cast(cast);
        job.cast(cast);
        came.put(ballot.lease(), cast.at());
    }

    private void settled(Event.ShardSettled settled) {
        ReferenceJob job = job(settled.job());
        Instant since =
                settled.canonical().job().equals(settled.job())
                        ? came.getOrDefault(settled.canonical(), settled.at())
                        : settled.at();
        Broken.unless(
                settled.effective().equals(since),
                "a payment counts since its result came in",
                settled,
                since);
        if (settled.effective().isBefore(settled.at())) {
            met(Corner.SETTLED_LATER);
        }
        Broken.unless(
                draws.again(settled).equals(settled.draw()), "a draw can be repeated", settled);
        for (ReferenceJob.Live lease : job.live().values()) {
            if (lease.lease().shard() == settled.shard()) {
                sessions.guest(lease.session()).frees();
            }
        }
        if (!replaying) {
            records.checkShare(settled, job.admitted()).ifPresent(this::met);
            for (Ballot ballot : job.castWith(settled)) {
                voted(job, settled.shard(), ballot);
                if (settled.agreeing().size() > 1) {
                    met(Corner.SETTLED_AT_ONCE);
                }
            }
        }
        records.settled(settled, job.admitted().audit());
        ringers.settled(settled, job.admitted()).ifPresent(this::met);
        settled.dissenting().forEach(ballot -> availability.failed(ballot.node(), settled.at()));
        accused(settled, job.admitted());
        job.settle(settled);
        pay.settled(settled, job.admitted(), replaying).forEach(this::met);
        settled.payments().forEach(book::book);
        fund.settled(settled, job.admitted()).ifPresent(this::met);
        judged(settled);
        job.admitted().audit().ifPresent(audit -> decided(settled, audit));
        if (!settled.dissenting().isEmpty()) {
            met(Corner.DISSENT);
        }
        if (!settled.inconclusive().isEmpty()) {
            met(Corner.INCONCLUSIVE);
        }
        if (settled.agreeing().stream().map(Ballot::output).distinct().count() > 1) {
            met(Corner.AGREED_BY_DISTANCE);
        }
    }

    private void accused(Event.ShardSettled settled, Event.JobAdmitted job) {
        AuditOf audit = job.audit().filter(AuditOf::trusted).orElse(null);
        if (audit != null
                && audit.cause() == AuditOf.Cause.DISPUTED
                && settled.dissenting().contains(audit.claim())) {
            met(Corner.ACCUSER_REFUTED);
        }
    }

    /** Nobody is outvoted by somebody whose results can't be held against his. */
    private void judged(Event.ShardSettled settled) {
        for (Ballot accuser : settled.agreeing()) {
            settled.dissenting()
                    .forEach(ballot ->
                            Broken.unless(
                                    comparable(accuser, ballot),
                                    "only those who can judge outvote",
                                    settled));
            if (settled.inconclusive().stream().anyMatch(ballot -> !comparable(accuser, ballot))) {
                met(Corner.COULD_NOT_JUDGE);
            }
        }
    }

    /**
     * Whom a trusted owner contradicts shall be convicted, the author and whoever covered him, but
     * where it is one device of a good owner: that is turned away instead.
     */
    private void decided(Event.ShardSettled settled, AuditOf audit) {
        Ballot claim = audit.claim();
        boolean certain =
                settled.agreeing().stream()
                        .anyMatch(ballot ->
                                !ballot.equals(claim) && trusted.contains(ballot.owner()));
        for (Ballot wrong : settled.dissenting()) {
            if (certain
                    && !trusted.contains(wrong.owner())
                    && !(audit.ringer() && wrong.equals(claim))) {
                refuted.add(wrong.owner());
                met(wrong.equals(claim) ? Corner.AUTHOR_REFUTED : Corner.AUDITOR_REFUTED);
            }
        }
    }

    /** Of one class, or of two that somebody measured. */
    private static boolean comparable(Ballot one, Ballot other) {
        return one.numericClass().equals(other.numericClass())
                || Truth.MANIFEST.comparator().tolerances().stream()
                        .anyMatch(measured ->
                                new HashSet<>(List.of(measured.a(), measured.b()))
                                        .equals(
                                                new HashSet<>(
                                                        List.of(
                                                                one.numericClass(),
                                                                other.numericClass()))));
    }

    private void ended(Event.JobEnded end) {
        ReferenceJob job = job(end.job());
        job.live().values().forEach(lease -> sessions.guest(lease.session()).frees());
        end.voided().ifPresent(book::book);
        end.refund().ifPresent(book::book);
        job.end(end);
        job.admitted().audit().ifPresent(of -> records.ended(of, end.end()));
        job.admitted()
                .audit()
                .filter(of -> of.trusted() && of.cause() == AuditOf.Cause.OUTVOTED)
                .filter(_ -> end.end() == JobEnd.DONE && !job.doubted())
                .ifPresent(of -> {
                    records.cleared(of.claim());
                    met(Corner.OUTVOTE_CLEARED);
                });
        Broken.unless(
                (end.end() == JobEnd.DONE) == job.done(),
                "a job is done when every item is settled",
                end);
        open.remove(end.job());
        ended.put(end.job(), end.end());
        if (end.end() == JobEnd.DONE && carriedOver.contains(end.job())) {
            met(Corner.JOB_RESUMED);
        }
        if (end.refund().isPresent()) {
            met(Corner.REFUND);
        }
        met(
                switch (end.end()) {
                    case DONE -> Corner.JOB_DONE;
                    case CANCELLED -> Corner.JOB_CANCELLED;
                    case DEADLINE -> Corner.JOB_PAST_DEADLINE;
                    case NO_QUORUM -> Corner.JOB_WITHOUT_QUORUM;
                    case INPUT -> Corner.JOB_INPUT_REFUSED;
                    case ATTEMPTS -> Corner.JOB_OUT_OF_ATTEMPTS;
                    case RESTART -> Corner.JOB_LOST_BY_RESTART;
                });
    }

    private void opened(Event.SessionOpened opened) {
        Broken.unless(!banned.contains(opened.node()), "the banned stay out", opened);
        Broken.unless(!convicted.contains(opened.owner()), "the convicted stay out", opened);
        Broken.unless(!records.isFaulty(opened.node()), "faulty devices stay out", opened);
        sessions.opened(opened);
        availability.opened(opened);
    }

    private void closed(Event.SessionClosed closed) {
        ReferenceSessions.Guest guest = sessions.guest(closed.session());
        if (closed.reason().contains("shards failed in a row")) {
            met(Corner.NODE_PAUSED);
            Broken.unless(
                    guest.faultsInRow() >= policy.limits().faults(),
                    "only faults make a node pause",
                    closed,
                    guest.faultsInRow());
        }
        if (closed.reason().startsWith("silent")) {
            met(Corner.NODE_SILENT);
        }
        for (ReferenceJob job : open.values()) {
            if (job.live().values().removeIf(lease -> lease.session() == closed.session())) {
                met(Corner.LEASE_LOST_WITH_NODE);
            }
        }
        sessions.closed(closed.session());
        availability.closed(closed);
    }

    private void granted(Event.LeaseGranted granted) {
        ReferenceSessions.Guest guest = sessions.guest(granted.session());
        Broken.unless(granted.lease().epoch() == epoch, "a lease is of this life", granted);
        guest.takes(granted);
        ReferenceJob job = job(granted.lease().job());
        Broken.unless(
                trusted.contains(guest.owner())
                        || job.admitted().assurance() != Assurance.TRUSTED_ONLY
                                && !job.trustedOnly(granted.lease().shard()),
                "only the trusted get what only they may have",
                granted);
        job.admitted()
                .audit()
                .filter(audit -> audit.ringer() && !job.trustedOnly(granted.lease().shard()))
                .ifPresent(audit -> ringers.granted(audit, guest.owner()));
        pay.granted(granted);
        job.granted(granted, guest.owner());
    }

    private void leaseEnded(Event.LeaseEnded end) {
        if (end.end() != Event.LeaseEnd.RELEASED && !end.detail().startsWith("INPUT:")) {
            availability.failedInPassing(sessions.guest(end.session()).node(), end.at());
        }
        release(end.lease(), end.session());
        switch (end.end()) {
            case RELEASED -> met(Corner.LEASE_RELEASED);
            case REFUSED -> {
                met(Corner.LEASE_REFUSED);
                if (!end.detail().startsWith("INPUT:")) {
                    sessions.guest(end.session()).fails();
                }
            }
            case MALFORMED -> {
                met(Corner.LEASE_MALFORMED);
                sessions.guest(end.session()).fails();
            }
            case OVERRUN -> {
                met(Corner.LEASE_OVERRUN);
                sessions.guest(end.session()).fails();
            }
        }
    }

    /** Only a lease that lives, in the hands of the session it was given to, can end. */
    private void release(Lease lease, long session) {
        ReferenceJob.Live live = job(lease.job()).live().remove(lease);
        Broken.unless(
                live != null && live.session() == session && lease.epoch() == epoch,
                "only a living lease is answered",
                lease,
                session,
                epoch);
        sessions.guest(session).frees();
    }

    private ReferenceJob job(JobId id) {
        ReferenceJob job = open.get(id);
        Broken.unless(job != null, "what happens to a job happens while it is open", id);
        return Objects.requireNonNull(job);
    }

    private void met(Corner corner) {
        if (!replaying) {
            corners.met(corner);
        }
    }

    /**
     * What is told to anybody is durable. The one exception: nodes may work for a request that is
     * still waited for before its job is in the log.
     *
     * @param waiting what a crash would lose now
     */
    void acknowledged(Send send, List<Event.Durable> waiting) {
        for (Event.Durable lost : waiting) {
            Broken.unless(
                    lost instanceof Event.JobAdmitted admitted
                            && !admitted.durable()
                            && !ended.containsKey(admitted.job()),
                    "nobody is told before the log is flushed",
                    send,
                    lost);
        }
        switch (send) {
            case Send.Reply reply -> {
                Broken.unless(
                        waiting.isEmpty() || !(reply.answer() instanceof Answer.Seen),
                        "whoever looks sees what is durable",
                        reply);
                if (reply.answer() instanceof Answer.Admitted(JobId job, _)) {
                    Broken.unless(
                            open.containsKey(job) || ended.containsKey(job),
                            "an admitted job is known",
                            job);
                }
            }
            case Send.Ended end ->
                    Broken.unless(ended.get(end.job()) == end.end(), "an ended job has ended", end);
            case Send.Assign _,
                    Send.Cancel _,
                    Send.Dismiss _,
                    Send.Welcome _,
                    Send.Announce _,
                    Send.Compare _,
                    Send.Earnings _,
                    Send.Audit _,
                    Send.Keep _,
                    Send.Drop _ -> {}
        }
    }

    void afterStep(Money total) {
        Broken.unless(total.isZero(), "the book sums to zero", total);
        Broken.unless(
                convicted.containsAll(refuted),
                "whom a trusted owner contradicts is convicted",
                refuted,
                convicted);
        refuted.clear();
    }

    /** Holds a snapshot of the coordinator against what the events said. */
    void compare(List<Event.Durable> snapshot) {
        var jobs = new TreeMap<JobId, Event.JobRestored>();
        var votes = new TreeMap<JobId, TreeMap<Integer, List<Ballot>>>();
        var bans = new TreeSet<NodeId>();
        for (Event.Durable event : snapshot) {
            switch (event) {
                case Event.LifeBegan began ->
                        Broken.unless(began.epoch() == epoch, "the epoch", began, epoch);
                case Event.BookRestored restored -> compare(restored);
                case Event.JobRestored restored -> jobs.put(restored.admitted().job(), restored);
                case Event.BallotCast cast ->
                        votes.computeIfAbsent(cast.job(), _ -> new TreeMap<>())
                                .computeIfAbsent(cast.shard(), _ -> new ArrayList<>())
                                .add(cast.ballot());
                case Event.NodeBanned ban -> bans.add(ban.node());
                case Event.StandingRestored standing -> {
                    Broken.unless(
                            standing.standing().convicted() == convicted.contains(standing.owner()),
                            "who is convicted",
                            standing);
                    records.compare(standing, spared.contains(standing.owner()));
                }
                case Event.DeviceRestored device -> records.compare(device);
                case Event.AlarmRestored alarm -> records.compare(alarm);
                case Event.OwnerTrusted _ -> {}
                case Event.TermsSet set ->
                        Broken.unless(
                                set.terms().floor() == floors.get(set.client()),
                                "a client's floor",
                                set);
                case Event.PolicySet set -> pay.compare(set);
                case Event.OwnerTermsSet set -> pay.compare(set);
                case Event.AvailabilityRestored day -> availability.compare(day);
                case Event.ModelRegistered _,
                        Event.ApiKeyCreated _,
                        Event.ApiKeyRevoked _,
                        Event.TokenIssued _,
                        Event.NodeEnrolled _ ->
                        Broken.unless(registry.contains(event), "only what was said", event);
                case Event.Booked _,
                        Event.AvailabilityCounted _,
                        Event.AvailabilityPaid _,
                        Event.JobAdmitted _,
                        Event.ShardSettled _,
                        Event.ResultRetracted _,
                        Event.OwnerConvicted _,
                        Event.OwnerReinstated _,
                        Event.DeviceTurnedAway _,
                        Event.RepeatsRestored _,
                        Event.JobEnded _ ->
                        throw new Broken("a snapshot holds no " + event);
            }
        }
        Broken.unless(bans.equals(banned), "the bans", bans, banned);
        Broken.unless(
                jobs.keySet().equals(open.keySet()), "the open jobs", jobs.keySet(), open.keySet());
        open.forEach((id, job) -> {
            Event.JobRestored restored = Objects.requireNonNull(jobs.get(id));
            var settled = new BitSet();
            restored.settled().forEach(range -> settled.set(range.from(), range.to()));
            Broken.unless(settled.equals(job.settled()), "the settled items of", id);
            Broken.unless(restored.paid().equals(job.paid()), "what was paid for", id);
            var unchecked = new TreeMap<Integer, Ballot>();
            restored.unchecked().forEach(result -> unchecked.put(result.shard(), result.result()));
            Broken.unless(
                    unchecked.equals(job.unchecked()),
                    "what stands on one owner's word in",
                    id,
                    unchecked,
                    job.unchecked());
            Broken.unless(
                    votes.getOrDefault(id, new TreeMap<>()).equals(job.ballots()),
                    "the votes on",
                    id,
                    votes,
                    job.ballots());
        });
    }

    private void compare(Event.BookRestored restored) {
        var balances = new TreeMap<String, Long>();
        restored.state()
                .balances()
                .forEach(line -> balances.put(line.account().path(), line.amount().millionths()));
        Broken.unless(balances.equals(book.balances()), "the balances", balances, book.balances());
        var holds = new TreeMap<String, Long>();
        restored.state().holds().forEach(hold -> holds.put(hold.job(), hold.rest().millionths()));
        var expected = new TreeMap<String, Long>();
        open.values()
                .forEach(job -> {
                    long rest = job.admitted().held().minus(job.paid()).millionths();
                    if (job.admitted().hold().isPresent() && rest != 0) {
                        expected.put(job.admitted().job().toString(), rest);
                    }
                });
        Broken.unless(holds.equals(expected), "the open holds", holds, expected);
    }
}
