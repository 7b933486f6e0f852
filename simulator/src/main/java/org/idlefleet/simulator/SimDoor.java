package org.idlefleet.simulator;

import org.idlefleet.coordinator.Command;
import org.idlefleet.coordinator.ModelSpec;
import org.idlefleet.coordinator.Send;
import org.idlefleet.coordinator.verification.Comparison;
import org.idlefleet.coordinator.verification.Evidence;
import org.idlefleet.coordinator.workload.EmbeddingComparator;
import org.idlefleet.protocol.CoordinatorMessage;
import org.idlefleet.protocol.Digest;
import org.idlefleet.protocol.EmbeddingOutput;
import org.idlefleet.protocol.Lease;
import org.idlefleet.protocol.NodeMessage;
import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * The node door of one life of the coordinator: connections in, commands out, and what the loop
 * sends back to nodes. Comparing happens here too, beside the loop, as in production.
 */
final class SimDoor {
    private static final Duration COMPARE = Duration.ofMillis(5);

    private final CoordinatorProcess process;
    private final Timeline time;
    private final SimPayloads payloads;
    private final SimNetwork network;
    private final Corners corners;
    private final TreeMap<Long, Guest> guests = new TreeMap<>();
    private long sessions;
    private boolean dead;

    private static final class Guest {
        private final SimNode node;
        private final Set<Lease> held = new LinkedHashSet<>();
        private @Nullable Link link;

        Guest(SimNode node) {
            this.node = node;
        }

        void say(CoordinatorMessage message) {
            if (link != null) {
                link.toNode(message);
            }
        }
    }

    SimDoor(
            CoordinatorProcess process,
            Timeline time,
            SimPayloads payloads,
            SimNetwork network,
            Corners corners) {
        this.process = process;
        this.time = time;
        this.payloads = payloads;
        this.network = network;
        this.corners = corners;
    }

    Link accept(SimNode node, Consumer<CoordinatorMessage> atNode, Consumer<String> nodeDown) {
        long session = ++sessions;
        var guest = new Guest(node);
        var link =
                new Link(
                        time,
                        network,
                        message -> received(session, message),
                        reason -> gone(session, reason),
                        atNode,
                        nodeDown);
        guest.link = link;
        guests.put(session, guest);
        return link;
    }

    /** The process is gone, and with it every socket. */
    void died() {
        dead = true;
        guests.values()
                .forEach(guest -> {
                    if (guest.link != null) {
                        guest.link.coordinatorDied();
                    }
                });
        guests.clear();
    }

    private void gone(long session, String reason) {
        if (guests.remove(session) != null) {
            process.offer(new Command.NodeGone(session, reason));
        }
    }

    private void received(long session, NodeMessage message) {
        Guest guest = guests.get(session);
        if (guest == null) {
            return;
        }
        switch (message) {
            case NodeMessage.Hello hello ->
                    process.offer(
                            new Command.NodeArrived(
                                    session,
                                    guest.node.id(),
                                    guest.node.plan().owner(),
                                    guest.node.plan().network(),
                                    hello.numericClass(),
                                    hello.memoryBytes()));
            case NodeMessage.Offer offer ->
                    process.offer(
                            new Command.NodeOffered(
                                    session, offer.slots(), offer.parkTimeLeft(), offer.models()));
            case NodeMessage.Heartbeat _ -> process.offer(new Command.NodeBeat(session));
            case NodeMessage.Result result -> result(session, guest, result);
            case NodeMessage.Release release ->
                    process.offer(
                            new Command.LeaseReleased(session, release.lease(), release.reason()));
            case NodeMessage.Refuse refuse ->
                    process.offer(
                            new Command.LeaseRefused(
                                    session, refuse.lease(), refuse.reason(), refuse.detail()));
            case NodeMessage.FetchManifest fetch ->
                    guest.say(
                            new CoordinatorMessage.ManifestBytes(fetch.manifest(), new byte[] {1}));
            case NodeMessage.FetchChunk _,
                    NodeMessage.AskEntries _,
                    NodeMessage.Commit _,
                    NodeMessage.ResultPart _,
                    NodeMessage.Partial _ -> {}
        }
    }

    /** The command goes in even without a lease: the core must not rely on this door. */
    private void result(long session, Guest guest, NodeMessage.Result result) {
        byte[] output = result.output();
        boolean sound =
                Digest.of(result.nonce(), output).equals(result.commit())
                        && output.length % EmbeddingOutput.bytesPerItem(Truth.DIMENSIONS) == 0
                        && EmbeddingOutput.read(output, Truth.DIMENSIONS).finite();
        if (guest.held.remove(result.lease())) {
            payloads.returned(result.lease(), output);
        } else {
            corners.met(Corner.RESULT_WITHOUT_LEASE);
        }
        process.offer(
                new Command.ResultReturned(
                        session,
                        result.lease(),
                        result.commit(),
                        Digest.of(output),
                        output.length,
                        sound,
                        result.computeTime(),
                        result.batteryJoules(),
                        Evidence.NONE));
        Conduct conduct = guest.node.plan().conduct();
        if (!conduct.truthful() && conduct != Conduct.FAULTY) {
            steal(session, guest, result);
        }
    }

    /** A liar who also claims to have done what others are at. */
    private void steal(long session, Guest thief, NodeMessage.Result result) {
        guests.values().stream()
                .filter(other -> !other.equals(thief))
                .flatMap(other -> other.held.stream())
                .findFirst()
                .ifPresent(lease -> {
                    corners.met(Corner.RESULT_UNDER_ANOTHERS_LEASE);
                    process.offer(
                            new Command.ResultReturned(
                                    session,
                                    lease,
                                    result.commit(),
                                    Digest.of(result.output()),
                                    result.output().length,
                                    true,
                                    result.computeTime()));
                });
    }

    void welcome(Send.Welcome welcome) {
        say(
                welcome.session(),
                new CoordinatorMessage.Welcome(
                        1,
                        welcome.epoch(),
                        welcome.heartbeat(),
                        welcome.rest(),
                        welcome.models().stream().map(SimDoor::notice).toList()));
    }

    void announce(ModelSpec model) {
        guests.keySet().forEach(session -> say(session, notice(model)));
    }

    void earnings(Send.Earnings earnings) {
        say(earnings.session(), earnings.earnings());
    }

    void assign(Send.Assign assign) {
        Guest guest = guests.get(assign.session());
        Optional<List<byte[]>> items =
                payloads.items(assign.lease().job(), assign.from(), assign.to());
        Broken.unless(items.isPresent(), "what is assigned has inputs", assign);
        if (guest == null) {
            process.offer(new Command.LeaseReleased(assign.session(), assign.lease(), "node left"));
            return;
        }
        guest.held.add(assign.lease());
        guest.say(
                new CoordinatorMessage.Assign(
                        assign.lease(),
                        assign.manifest(),
                        assign.kind(),
                        items.orElseThrow(),
                        assign.timeLeft()));
    }

    void cancel(Send.Cancel cancel) {
        Guest guest = guests.get(cancel.session());
        if (guest != null) {
            guest.held.remove(cancel.lease());
            guest.say(new CoordinatorMessage.Cancel(cancel.lease()));
        }
    }

    void dismiss(Send.Dismiss dismiss) {
        Guest guest = guests.remove(dismiss.session());
        if (guest != null) {
            guest.say(new CoordinatorMessage.Drain(dismiss.reason(), dismiss.away()));
            if (guest.link != null) {
                guest.link.closeByCoordinator(dismiss.reason());
            }
        }
    }

    /** Compares beside the loop; results that are gone by then were decided on meanwhile. */
    void compare(Send.Compare compare) {
        time.in(
                COMPARE,
                () -> {
                    if (dead) {
                        return;
                    }
                    var outputs = new ArrayList<byte[]>();
                    compare.leases()
                            .forEach(lease -> output(compare, lease).ifPresent(outputs::add));
                    if (outputs.size() == compare.leases().size()) {
                        Comparison comparison =
                                EmbeddingComparator.compare(outputs, Truth.DIMENSIONS);
                        process.offer(
                                new Command.Compared(compare.job(), compare.shard(), comparison));
                    }
                });
    }

    /** A lease of another job stands for the claim that this one audits. */
    private Optional<byte[]> output(Send.Compare compare, Lease lease) {
        return lease.job().equals(compare.job())
                ? payloads.output(lease)
                : payloads.claim(compare.job(), compare.from(), compare.to());
    }

    private void say(long session, CoordinatorMessage message) {
        Guest guest = guests.get(session);
        if (guest != null) {
            guest.say(message);
        }
    }

    private static CoordinatorMessage.ModelNotice notice(ModelSpec model) {
        return new CoordinatorMessage.ModelNotice(model.model(), model.manifest(), 1);
    }
}
