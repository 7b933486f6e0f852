package org.idlefleet.coordinator.adapter.node;

import org.idlefleet.coordinator.Answer;
import org.idlefleet.coordinator.Command;
import org.idlefleet.coordinator.Inbox;
import org.idlefleet.coordinator.ModelSpec;
import org.idlefleet.coordinator.Send;
import org.idlefleet.coordinator.adapter.ModelStore;
import org.idlefleet.coordinator.adapter.Payloads;
import org.idlefleet.coordinator.adapter.api.Desk;
import org.idlefleet.coordinator.verification.Evidence;
import org.idlefleet.coordinator.workload.EmbeddingComparator;
import org.idlefleet.protocol.CoordinatorMessage;
import org.idlefleet.protocol.CoordinatorMessage.ModelNotice;
import org.idlefleet.protocol.Digest;
import org.idlefleet.protocol.EmbeddingOutput;
import org.idlefleet.protocol.Lease;
import org.idlefleet.protocol.ModelManifest.Task;
import org.idlefleet.protocol.NodeId;
import org.idlefleet.protocol.NodeMessage;
import org.idlefleet.protocol.NodeMessage.FetchChunk;
import org.idlefleet.protocol.NodeMessage.FetchManifest;
import org.idlefleet.protocol.NodeSignature;
import org.idlefleet.protocol.OwnerId;
import org.idlefleet.protocol.ResultStatement;
import org.idlefleet.protocol.adapter.DeviceKeys;
import org.idlefleet.protocol.adapter.EnrolmentAnswer;
import org.idlefleet.protocol.adapter.EnrolmentDesk;
import org.idlefleet.protocol.adapter.NodeServer;
import org.idlefleet.protocol.adapter.NodeSession;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.net.InetAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongFunction;

/**
 * Translates between the node wire and the core: what nodes say becomes commands, sends become
 * messages. Network threads call the handler's side, the loop's thread the sending side.
 */
public final class NodeDesk implements NodeServer.Handler, EnrolmentDesk {
    private static final Logger LOG = LoggerFactory.getLogger(NodeDesk.class);

    /** Largest piece of a model's file that is sent at a time. */
    private static final int CHUNK_MAX = 1 << 20;

    private final Inbox inbox;
    private final Desk desk;
    private final Payloads payloads;
    private final ModelStore models;
    private final Checkpoints checkpoints;
    private final Promises promises;
    private final Executor files;
    private final Map<Long, Guest> guests = new ConcurrentHashMap<>();
    private final Map<Long, List<CoordinatorMessage>> gathered = new HashMap<>();

    /**
     * @param files runs what reads model files or proofs, so that no network thread waits for a
     *     disk
     */
    public NodeDesk(
            Inbox inbox,
            Desk desk,
            Payloads payloads,
            ModelStore models,
            Checkpoints checkpoints,
            Promises promises,
            Executor files) {
        this.inbox = inbox;
        this.desk = desk;
        this.payloads = payloads;
        this.models = models;
        this.checkpoints = checkpoints;
        this.promises = promises;
        this.files = files;
    }

    /**
     * A session with the leases its node holds, and results that come in parts.
     *
     * @param told entries of the checkpoint that it was sent last; -1 before the first
     * @param due the checkpoint that leaves with the next answer to a heartbeat
     */
    private record Guest(
            NodeSession session,
            byte[] key,
            Map<Lease, Expected> held,
            Map<Lease, Parts> parts,
            AtomicLong told,
            AtomicReference<CoordinatorMessage.@Nullable Checkpoint> due) {}

    /** What a result must look like, and what it is about. */
    private record Expected(int bytes, int dimensions, Digest input) {}

    @Override
    public void opened(NodeSession session) {
        guests.put(
                session.number(),
                new Guest(
                        session,
                        DeviceKeys.point(session.publicKey()),
                        new ConcurrentHashMap<>(),
                        new ConcurrentHashMap<>(),
                        new AtomicLong(-1),
                        new AtomicReference<>()));
        NodeMessage.Hello hello = session.hello();
        inbox.offer(
                new Command.NodeArrived(
                        session.number(),
                        session.node(),
                        session.owner(),
                        network(session.address()),
                        hello.numericClass(),
                        hello.memoryBytes()));
    }

    @Override
    public void closed(NodeSession session, String reason) {
        Guest guest = guests.remove(session.number());
        if (guest != null) {
            inbox.offer(new Command.NodeGone(session.number(), reason));
        }
    }

    @Override
    public void received(NodeSession session, List<NodeMessage> messages) {
        Guest guest = guests.get(session.number());
        if (guest != null) {
            messages.forEach(message -> received(guest, message));
        }
    }

    private void received(Guest guest, NodeMessage message) {
        long session = guest.session().number();
        switch (message) {
            case NodeMessage.Hello _ -> guest.session().close("hello is said once, at first");
            case NodeMessage.Offer offer ->
                    inbox.offer(
                            new Command.NodeOffered(
                                    session, offer.slots(), offer.parkTimeLeft(), offer.models()));
            case NodeMessage.Heartbeat beat -> {
                checkpoint(guest, beat.pinnedSize());
                inbox.offer(new Command.NodeBeat(session));
            }
            case NodeMessage.Result result -> result(guest, result);
            case NodeMessage.Commit commit ->
                    Optional.ofNullable(guest.held().get(commit.lease()))
                            .ifPresent(expected ->
                                    guest.parts()
                                            .put(
                                                    commit.lease(),
                                                    new Parts(commit, expected.bytes())));
            case NodeMessage.ResultPart part -> part(guest, part);
            case NodeMessage.Partial partial ->
                    LOG.debug(
                            "{} streams {}: nobody listens",
                            guest.session().node(),
                            partial.lease());
            case NodeMessage.Release release -> {
                forget(guest, release.lease());
                inbox.offer(new Command.LeaseReleased(session, release.lease(), release.reason()));
            }
            case NodeMessage.Refuse refuse -> {
                forget(guest, refuse.lease());
                inbox.offer(
                        new Command.LeaseRefused(
                                session, refuse.lease(), refuse.reason(), refuse.detail()));
            }
            case NodeMessage.AskEntries ask ->
                    files.execute(() ->
                            promises.prove(ask, guest.session().owner())
                                    .ifPresent(entries -> guest.session().send(List.of(entries))));
            case FetchChunk fetch -> files.execute(() -> serve(guest.session(), fetch));
            case FetchManifest fetch -> files.execute(() -> serve(guest.session(), fetch));
        }
    }

    /**
     * Sends the newest checkpoint to a node that has not pinned it, once if it pins none: with the
     * answer to the heartbeat, unless its proof is still to be made.
     */
    private void checkpoint(Guest guest, long pinned) {
        long size = checkpoints.size();
        long told = guest.told().get();
        if (size >= 0 && (told < 0 || (pinned > 0 ? pinned : told) != size)) {
            guest.told().set(size);
            checkpoints
                    .made(pinned)
                    .ifPresentOrElse(
                            guest.due()::set,
                            () ->
                                    files.execute(() ->
                                            guest.session()
                                                    .send(List.of(checkpoints.since(pinned)))));
        }
    }

    private void part(Guest guest, NodeMessage.ResultPart part) {
        Parts parts = guest.parts().get(part.lease());
        if (parts == null) {
            return;
        }
        if (!parts.add(part.bytes())) {
            guest.session().close("the result of " + part.lease() + " is longer than it can be");
        } else if (part.last()) {
            result(
                    guest,
                    new NodeMessage.Result(
                            part.lease(),
                            parts.commit().commit(),
                            parts.commit().nonce(),
                            parts.bytes(),
                            part.computeTime(),
                            parts.commit().signature(),
                            part.batteryJoules()));
        }
    }

    /**
     * A result under a lease that the node does not hold is dropped before its bytes cost anything.
     */
    private void result(Guest guest, NodeMessage.Result result) {
        Expected expected = forget(guest, result.lease());
        if (expected == null) {
            return;
        }
        byte[] output = result.output();
        boolean sound =
                Digest.of(result.nonce(), output).equals(result.commit())
                        && output.length == expected.bytes()
                        && EmbeddingComparator.broken(
                                        EmbeddingOutput.read(output, expected.dimensions()))
                                .isEmpty();
        if (sound) {
            payloads.returned(result.lease(), output);
        }
        inbox.offer(
                new Command.ResultReturned(
                        guest.session().number(),
                        result.lease(),
                        result.commit(),
                        Digest.of(output),
                        output.length,
                        sound,
                        result.computeTime(),
                        result.batteryJoules(),
                        evidence(guest, expected, result.signature())));
    }

    /** Signatures are checked when somebody asks for a receipt: here they would cost too much. */
    private static Evidence evidence(Guest guest, Expected expected, byte[] signature) {
        return new Evidence(
                Optional.of(expected.input()),
                signature.length == 0
                        ? Optional.empty()
                        : Optional.of(new NodeSignature(guest.key(), signature)));
    }

    private static @Nullable Expected forget(Guest guest, Lease lease) {
        guest.parts().remove(lease);
        return guest.held().remove(lease);
    }

    private void serve(NodeSession session, FetchManifest fetch) {
        try {
            byte[] bytes = models.manifestBytes(fetch.manifest()).orElse(new byte[0]);
            session.send(List.of(new CoordinatorMessage.ManifestBytes(fetch.manifest(), bytes)));
        } catch (RuntimeException e) {
            failed(session, e);
        }
    }

    private void serve(NodeSession session, FetchChunk fetch) {
        try {
            long size = models.size(fetch.file());
            byte[] bytes =
                    size < 0
                            ? new byte[0]
                            : models.read(
                                    fetch.file(),
                                    fetch.offset(),
                                    Math.min(CHUNK_MAX, fetch.length()));
            session.send(
                    List.of(
                            new CoordinatorMessage.Chunk(
                                    fetch.file(), fetch.offset(), size, bytes)));
        } catch (RuntimeException e) {
            failed(session, e);
        }
    }

    private static void failed(NodeSession session, RuntimeException e) {
        LOG.error("node {} asked for a model file", session.node(), e);
        session.close("the coordinator can't read its model store; try again later");
    }

    @Override
    public CompletionStage<EnrolmentAnswer> redeem(Digest token, Digest key) {
        return ask(request -> new Command.RedeemToken(request, token, key));
    }

    @Override
    public CompletionStage<EnrolmentAnswer> renew(NodeId node, OwnerId owner, Digest key) {
        return ask(request -> new Command.RenewNode(request, node, owner, key));
    }

    private CompletionStage<EnrolmentAnswer> ask(LongFunction<Command.Asked> command) {
        return desk.ask(files, command)
                .handle((answer, fault) ->
                        answer == null
                                ? new EnrolmentAnswer.Refused(
                                        "the coordinator is too busy; try again in a minute")
                                : enrolment(answer));
    }

    private static EnrolmentAnswer enrolment(Answer answer) {
        return switch (answer) {
            case Answer.Enrolled enrolled ->
                    new EnrolmentAnswer.Granted(enrolled.owner(), enrolled.node());
            case Answer.Refused refused -> new EnrolmentAnswer.Refused(refused.refusal().text());
            case Answer.Done _, Answer.Admitted _, Answer.Repeated _, Answer.Seen _ ->
                    throw new IllegalStateException("an enrolment was answered by " + answer);
        };
    }

    /** Gives the shard to the node, or hands it back at once if node or inputs are gone. */
    public void assign(Send.Assign assign) {
        Guest guest = guests.get(assign.session());
        Optional<List<byte[]>> items =
                payloads.items(assign.lease().job(), assign.from(), assign.to());
        if (guest == null || items.isEmpty()) {
            inbox.offer(
                    new Command.LeaseReleased(
                            assign.session(), assign.lease(), "the node left before it was told"));
            return;
        }
        int dimensions = dimensions(assign.manifest());
        int bytes = (assign.to() - assign.from()) * EmbeddingOutput.bytesPerItem(dimensions);
        Digest input = ResultStatement.inputOf(assign.kind(), items.get());
        guest.held().put(assign.lease(), new Expected(bytes, dimensions, input));
        gather(
                assign.session(),
                new CoordinatorMessage.Assign(
                        assign.lease(),
                        assign.manifest(),
                        assign.kind(),
                        items.get(),
                        assign.timeLeft()));
    }

    public void cancel(Send.Cancel cancel) {
        Guest guest = guests.get(cancel.session());
        if (guest != null) {
            forget(guest, cancel.lease());
            gather(cancel.session(), new CoordinatorMessage.Cancel(cancel.lease()));
        }
    }

    public void welcome(Send.Welcome welcome) {
        Guest guest = guests.get(welcome.session());
        if (guest != null) {
            gather(
                    welcome.session(),
                    new CoordinatorMessage.Welcome(
                            guest.session().version(),
                            welcome.epoch(),
                            welcome.heartbeat(),
                            welcome.rest(),
                            welcome.models().stream().map(this::notice).toList()));
        }
    }

    public void announce(ModelSpec model) {
        guests.keySet().forEach(session -> gather(session, notice(model)));
    }

    /** Answers a heartbeat. */
    public void earnings(Send.Earnings earnings) {
        gather(earnings.session(), earnings.earnings());
        Guest guest = guests.get(earnings.session());
        CoordinatorMessage.Checkpoint due = guest == null ? null : guest.due().getAndSet(null);
        if (due != null) {
            gather(earnings.session(), due);
        }
    }

    /** Gives nodes the receipts that are due; any thread but always the same. */
    public void promise(Instant now) {
        var here = new HashMap<NodeId, NodeSession>();
        guests.values().forEach(guest -> here.put(guest.session().node(), guest.session()));
        promises.sign(
                now,
                here::containsKey,
                (node, message) -> Objects.requireNonNull(here.get(node)).send(List.of(message)));
        files.execute(() -> promises.look(now));
    }

    public void dismiss(Send.Dismiss dismiss) {
        Guest guest = guests.remove(dismiss.session());
        gathered.remove(dismiss.session());
        if (guest != null) {
            guest.session()
                    .send(List.of(new CoordinatorMessage.Drain(dismiss.reason(), dismiss.away())));
            guest.session().close(dismiss.reason());
        }
    }

    /** Everything gathered leaves, one frame a node. */
    public void flush() {
        gathered.forEach((session, messages) -> {
            Guest guest = guests.get(session);
            if (guest != null) {
                guest.session().send(messages);
            }
        });
        gathered.clear();
    }

    private void gather(long session, CoordinatorMessage message) {
        gathered.computeIfAbsent(session, _ -> new ArrayList<>()).add(message);
    }

    private ModelNotice notice(ModelSpec model) {
        long bytes =
                models.manifest(model.manifest())
                        .map(manifest -> manifest.bytes())
                        .orElse(model.memoryBytes());
        return new ModelNotice(model.model(), model.manifest(), bytes);
    }

    private int dimensions(Digest manifest) {
        return switch (models.manifest(manifest).orElseThrow().task()) {
            case Task.Embedding embedding -> embedding.dimensions();
        };
    }

    /** The part of an address that neighbours share: 24 bits of IPv4, 48 of IPv6. */
    private static String network(InetAddress address) {
        byte[] raw = address.getAddress();
        int shared = raw.length == 4 ? 3 : 6;
        var network = new StringBuilder();
        for (int i = 0; i < shared; i++) {
            network.append(i == 0 ? "" : ".").append(raw[i] & 0xff);
        }
        return network.toString();
    }
}
