package org.idlefleet.coordinator;

import org.idlefleet.coordinator.fleet.Fleet;
import org.idlefleet.coordinator.fleet.ParkSession;
import org.idlefleet.ledger.AccountId;
import org.idlefleet.ledger.Book;
import org.idlefleet.protocol.CoordinatorMessage;
import org.idlefleet.protocol.NodeMessage.WarmModel;
import org.idlefleet.protocol.OwnerId;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Who connects, what he offers, and who is sent away again. */
final class ParkSessions {
    private final Fleet fleet;
    private final Jobs jobs;
    private final Registry registry;
    private final Trust trust;
    private final Book book;
    private final Policy policy;

    ParkSessions(Fleet fleet, Jobs jobs, Registry registry, Trust trust, Book book, Policy policy) {
        this.fleet = fleet;
        this.jobs = jobs;
        this.registry = registry;
        this.trust = trust;
        this.book = book;
        this.policy = policy;
    }

    Decision arrived(Command.NodeArrived arrived, int epoch, Instant now) {
        if (fleet.session(arrived.session()).isPresent()) {
            return Decision.NOTHING;
        }
        Optional<Event.NodeBanned> ban = registry.ban(arrived.node());
        if (trust.convicted(arrived.owner())) {
            return Decision.send(
                    new Send.Dismiss(
                            arrived.session(),
                            trust.turnedAway(arrived.owner()),
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
                                policy.pace().rest(),
                                registry.models()))
                .build();
    }

    /** Models that are not served here, or need more memory than the node has, do not count. */
    Decision offered(Command.NodeOffered offered, Instant now) {
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

    Decision ban(Command.BanNode ban, Instant now) {
        if (registry.node(ban.node()).isEmpty()) {
            return Admission.refuse(ban, new Refusal.UnknownNode(ban.node()));
        }
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

    Decision gone(Command.NodeGone gone, Instant now) {
        return fleet.session(gone.session()).isPresent()
                ? Decision.event(new Event.SessionClosed(gone.session(), gone.reason(), now))
                : Decision.NOTHING;
    }

    /** The node is there still, and hears what its owner has earned. */
    Decision beat(Command.NodeBeat beat, Instant now) {
        Optional<ParkSession> session = fleet.session(beat.session());
        if (session.isEmpty()) {
            return Decision.NOTHING;
        }
        OwnerId owner = session.get().owner();
        return new Decision.Builder()
                .event(new Event.BeatSeen(beat.session(), now))
                .send(
                        new Send.Earnings(
                                beat.session(),
                                new CoordinatorMessage.Earnings(
                                        book.balance(AccountId.escrow(owner.value())).millionths(),
                                        book.balance(AccountId.payable(owner.value())).millionths(),
                                        Optional.of(
                                                trust.told(owner, jobs.drawnOpenOf(owner), now)))))
                .build();
    }

    /** One that has said nothing for too long is over; {@link Decision#NOTHING} if none is. */
    Decision silent(Instant now) {
        Optional<ParkSession> silent = fleet.silentAt(now);
        if (silent.isEmpty()) {
            return Decision.NOTHING;
        }
        long number = silent.get().number();
        Duration silence = Duration.between(silent.get().lastSeen(), now);
        String reason = "silent for " + silence.toSeconds() + " s";
        return new Decision.Builder()
                .event(new Event.SessionClosed(number, reason, now))
                .send(new Send.Dismiss(number, reason, Duration.ZERO))
                .build();
    }
}
