package org.idlefleet.simulator;

import org.idlefleet.coordinator.Event;
import org.idlefleet.coordinator.verification.Ballot;
import org.idlefleet.ledger.AccountId;
import org.idlefleet.ledger.Money;
import org.idlefleet.protocol.Lease;
import org.idlefleet.protocol.OwnerId;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/** What the reference knows of an open job: one bit an item, and every vote and lease. */
final class ReferenceJob {
    private final Event.JobAdmitted admitted;
    private final BitSet settled = new BitSet();
    private final TreeMap<Integer, List<Ballot>> ballots = new TreeMap<>();
    private final TreeMap<Integer, Event.SettledRange> bounds = new TreeMap<>();
    private final Map<Lease, Live> live = new LinkedHashMap<>();
    private final TreeMap<Integer, Ballot> unchecked = new TreeMap<>();
    private final TreeSet<Integer> trustedOnly = new TreeSet<>();
    private Money paid = Money.ZERO;
    private boolean doubted;

    /** A lease that has not ended. */
    record Live(Lease lease, long session, OwnerId owner, int from, int to) {}

    ReferenceJob(Event.JobAdmitted admitted) {
        this.admitted = admitted;
    }

    Event.JobAdmitted admitted() {
        return admitted;
    }

    Money paid() {
        return paid;
    }

    BitSet settled() {
        return settled;
    }

    Map<Integer, List<Ballot>> ballots() {
        return ballots;
    }

    /** The owner's word that each settled shard stands on, until an audit looks at it. */
    Map<Integer, Ballot> unchecked() {
        return unchecked;
    }

    /** Whether some part of the claim that this audits was not found right. */
    boolean doubted() {
        return doubted;
    }

    Map<Lease, Live> live() {
        return live;
    }

    /** From now on only trusted owners may get this shard. */
    void trustedFrom(int shard) {
        trustedOnly.add(shard);
    }

    boolean trustedOnly(int shard) {
        return trustedOnly.contains(shard);
    }

    boolean done() {
        return settled.cardinality() == admitted.units().items();
    }

    void granted(Event.LeaseGranted granted, OwnerId owner) {
        admitted.audit()
                .ifPresent(audit ->
                        Broken.unless(
                                !audit.claim().owner().equals(owner),
                                "nobody audits himself",
                                granted));
        Lease lease = granted.lease();
        Broken.unless(granted.from() < granted.to(), "a shard has an item", granted);
        Broken.unless(granted.to() <= admitted.units().items(), "a shard lies in its job", granted);
        Broken.unless(
                settled.get(granted.from(), granted.to()).isEmpty(),
                "what is settled is not placed again",
                granted);
        Event.SettledRange range = new Event.SettledRange(granted.from(), granted.to());
        ballots.getOrDefault(lease.shard(), List.of())
                .forEach(ballot -> {
                    Broken.unless(
                            !ballot.owner().equals(owner), "an owner votes once", granted, ballot);
                    Broken.unless(
                            range.equals(bounds.get(lease.shard())),
                            "a shard with votes keeps its bounds",
                            granted);
                });
        for (Live other : live.values()) {
            boolean same = other.lease().shard() == lease.shard();
            Broken.unless(
                    !same || !other.owner().equals(owner),
                    "an owner has one replica of a shard",
                    granted,
                    other);
            Broken.unless(
                    same
                            ? other.from() == granted.from() && other.to() == granted.to()
                            : other.to() <= granted.from() || granted.to() <= other.from(),
                    "shards do not overlap",
                    granted,
                    other);
        }
        Broken.unless(
                live.put(
                                lease,
                                new Live(
                                        lease,
                                        granted.session(),
                                        owner,
                                        granted.from(),
                                        granted.to()))
                        == null,
                "a lease is granted once",
                granted);
    }

    void cast(Event.BallotCast cast) {
        List<Ballot> votes = ballots.computeIfAbsent(cast.shard(), _ -> new ArrayList<>());
        for (Ballot vote : votes) {
            Broken.unless(
                    !vote.owner().equals(cast.ballot().owner()), "an owner votes once", vote, cast);
        }
        votes.add(cast.ballot());
        bounds.put(cast.shard(), new Event.SettledRange(cast.from(), cast.to()));
    }

    /** The ballots of a verdict that were not cast before it: the vote that settled the shard. */
    List<Ballot> castWith(Event.ShardSettled event) {
        List<Ballot> before = ballots.getOrDefault(event.shard(), List.of());
        return judged(event).stream().filter(ballot -> !before.contains(ballot)).toList();
    }

    /** All that a verdict judges, without the claim of an audit. */
    private List<Ballot> judged(Event.ShardSettled event) {
        var judged = new ArrayList<Ballot>(event.agreeing());
        judged.addAll(event.inconclusive());
        judged.addAll(event.dissenting());
        admitted.audit()
                .ifPresent(audit ->
                        Broken.unless(
                                judged.remove(audit.claim()), "an audit judges its claim", event));
        return judged;
    }

    void settle(Event.ShardSettled event) {
        Broken.unless(
                settled.get(event.from(), event.to()).isEmpty(), "an item is settled once", event);
        int quorum = admitted.quorum();
        long owners = event.agreeing().stream().map(Ballot::owner).distinct().count();
        Broken.unless(owners >= quorum, "so many owners agree as were bought", event);
        Broken.unless(
                event.agreeing().stream().anyMatch(b -> b.lease().equals(event.canonical())),
                "the canonical result is one of the agreeing",
                event);
        doubted |=
                admitted.audit()
                        .filter(audit -> !event.agreeing().contains(audit.claim()))
                        .isPresent();
        List<Ballot> judged = judged(event);
        List<Ballot> settling = castWith(event);
        List<Ballot> votes = ballots.getOrDefault(event.shard(), List.of());
        Broken.unless(
                judged.size() == votes.size() + settling.size() && judged.containsAll(votes),
                "every vote is judged",
                event);
        Broken.unless(
                judged.stream().map(Ballot::owner).distinct().count() == judged.size(),
                "an owner votes once",
                event);
        Broken.unless(
                settling.isEmpty()
                        || settling.size() == 1
                                && event.inconclusive().isEmpty()
                                && event.dissenting().isEmpty()
                                && event.agreeing().stream().map(Ballot::output).distinct().count()
                                        == 1,
                "only a vote that is equal to all others settles a shard at once",
                event);
        ballots.remove(event.shard());
        bounds.remove(event.shard());
        settled.set(event.from(), event.to());
        if (admitted.assurance().audited() && admitted.audit().isEmpty()) {
            unchecked.put(event.shard(), judged.getFirst());
        }
        AccountId payer = admitted.audit().isPresent() ? AccountId.CHECKS : hold();
        Money price = event.charged(payer);
        for (Ballot liar : event.dissenting()) {
            Broken.unless(
                    event.payments().stream()
                            .allMatch(part ->
                                    part.change(AccountId.escrow(liar.owner().value())).isZero()),
                    "those outvoted are not paid",
                    event);
        }
        paid = paid.plus(price);
        live.values().removeIf(lease -> lease.lease().shard() == event.shard());
    }

    void end(Event.JobEnded event) {
        Money held = admitted.hold().isPresent() ? admitted.held() : paid;
        Money voided = event.voided().map(t -> t.change(hold()).negate()).orElse(Money.ZERO);
        Broken.unless(
                paid.plus(voided).equals(held), "settled and voided make the hold", event, paid);
        Money refunded =
                event.refund()
                        .map(t -> t.change(AccountId.prepaid(admitted.client().value())))
                        .orElse(Money.ZERO);
        Broken.unless(
                refunded.isZero() || refunded.equals(paid), "a refund is what was paid", event);
    }

    private AccountId hold() {
        return AccountId.hold(admitted.client().value());
    }
}
