package org.idlefleet.edge;

import org.idlefleet.protocol.CoordinatorMessage;
import org.idlefleet.protocol.CoordinatorMessage.Assign;
import org.idlefleet.protocol.CoordinatorMessage.Chunk;
import org.idlefleet.protocol.CoordinatorMessage.ManifestBytes;
import org.idlefleet.protocol.CoordinatorMessage.Welcome;
import org.idlefleet.protocol.Digest;
import org.idlefleet.protocol.Lease;
import org.idlefleet.protocol.ModelManifest;
import org.idlefleet.protocol.NodeMessage;
import org.idlefleet.protocol.NodeMessage.Offer;
import org.idlefleet.protocol.NodeMessage.RefuseReason;
import org.idlefleet.protocol.ProtocolVersion;
import org.idlefleet.protocol.ResultStatement;
import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The node's mind: for everything that happens, what to do about it.
 *
 * <p>Owned by one thread; it asks no clock and throws no dice. After each signal it looks at the
 * whole state once ({@code settle}) and starts, offers or ends whatever that state calls for, so no
 * signal needs to know what others left behind. Nothing starts to compute while the gate is closed.
 * Each lease is answered once, by a result, a release or a refusal, unless it was cancelled or its
 * connection ended: then the coordinator places the shard again by itself.
 */
public final class EdgeNode {
    /** A larger output travels as a commit and parts of this many bytes. */
    public static final int PART_BYTES = 1 << 20;

    /** A speed that moved by less is not worth a new offer. */
    static final double SPEED_STEP = 0.1;

    private enum Link {
        IDLE("not connected"),
        WAITING("waiting to connect"),
        GREETING("connected, no welcome yet"),
        WELCOMED("connected"),
        CLOSING("disconnecting");

        final String words;

        Link(String words) {
            this.words = words;
        }
    }

    private final EdgeSettings settings;
    private final Supplier<byte[]> nonces;
    private final Backoff backoff;
    private final Notary notary;
    private final Shards shards = new Shards();
    private final Models models;
    private List<Action> actions = new ArrayList<>();

    private Link link = Link.IDLE;
    private String linkReason = "";
    private int failedAttempts;
    private Instant welcomeBy = Instant.MAX;
    private int epoch;
    private Duration heartbeat = Duration.ZERO;
    private Duration rest = Duration.ZERO;
    private Instant heartbeatAt = Instant.MAX;
    private @Nullable Offer offered;
    private Optional<Instant> offeredUntil = Optional.empty();

    private boolean gateOpen;
    private String gateReason = "no signal yet";
    private Optional<Instant> gateUntil = Optional.empty();

    private boolean finishing;
    private @Nullable Duration away;
    private @Nullable Instant stopBy;
    private boolean exited;

    private long finished;
    private long released;
    private long refused;
    private long lost;
    private long workUnits;
    private long pinnedSize;
    private String ledgerFault = "";
    private EdgeView.Receipts receipts = EdgeView.Receipts.NONE;
    private List<String> unproven = List.of();
    private CoordinatorMessage.Earnings earnings =
            new CoordinatorMessage.Earnings(0, 0, Optional.empty());

    /**
     * @param nonces a stream of 16 fresh bytes each; nobody outside may foresee them
     * @param backoff waits between attempts to connect
     * @param notary vouches for results
     */
    public EdgeNode(
            EdgeSettings settings, Supplier<byte[]> nonces, Backoff backoff, Notary notary) {
        this.settings = settings;
        this.models = new Models(settings.fetchBytesPerSecond());
        this.nonces = nonces;
        this.backoff = backoff;
        this.notary = notary;
    }

    /** A node that does not sign its results. */
    public EdgeNode(EdgeSettings settings, Supplier<byte[]> nonces, Backoff backoff) {
        this(settings, nonces, backoff, Notary.UNSIGNED);
    }

    /** What to do about {@code signal}; times never go back from call to call. */
    public List<Action> react(Signal signal, Instant now) {
        if (exited) {
            return List.of();
        }
        actions = new ArrayList<>();
        take(signal, now);
        settle(now);
        return actions;
    }

    /** When {@link Signal.Tick} is due at the latest; {@link Instant#MAX} if nothing waits. */
    public Instant nextDeadline() {
        if (exited) {
            return Instant.MAX;
        }
        Instant next = link == Link.WELCOMED ? heartbeatAt : welcomeBy;
        if (stopBy != null) {
            return earlier(next, stopBy);
        }
        return gateOpen ? earlier(next, models.nextDeadline(link == Link.WELCOMED)) : next;
    }

    /** Whether any lane computes or loads a model. */
    public boolean busy() {
        return shards.busyLanes() > 0 || models.loading();
    }

    /** What the node does now. */
    public EdgeView view() {
        return new EdgeView(
                link.words,
                linkReason,
                gateOpen ? "open" : "closed",
                gateReason,
                mode(),
                shards.leases(),
                shards.computing(),
                models.view(),
                models.held(),
                new EdgeView.Counts(finished, released, refused, lost, workUnits),
                earnings,
                new EdgeView.Ledger(pinnedSize, ledgerFault, receipts));
    }

    private String mode() {
        if (stopBy != null) {
            return "stopping";
        }
        if (!ledgerFault.isEmpty()) {
            return "taking no work: the ledger contradicts what this node saw of it";
        }
        return finishing ? "finishing" : away != null ? "drained by the coordinator" : "running";
    }

    private void take(Signal signal, Instant now) {
        switch (signal) {
            case Signal.Started _ -> connect(Duration.ZERO);
            case Signal.Tick _ -> {}
            case Signal.LinkUp _ -> greet(now);
            case Signal.LinkDown down -> linkDown(down.reason());
            case Signal.Received received -> receive(received.message(), now);
            case Signal.GateOpened opened -> {
                gateOpen = true;
                gateReason = "";
                gateUntil = opened.until();
            }
            case Signal.GateClosed closed -> closeGate(closed.reason());
            case Signal.FetchHeld held -> models.hold(held.reason());
            case Signal.FetchAllowed _ -> models.letGo();
            case Signal.ShardFinished done -> finish(done);
            case Signal.ShardFailed failed -> fail(failed);
            case Signal.ShardAborted aborted -> abort(aborted.lease());
            case Signal.ModelWants wants -> models.wants(wants.manifest(), wants.want());
            case Signal.ModelFetched fetched -> models.fetched(fetched.manifest());
            case Signal.ModelReady ready ->
                    models.ready(ready.manifest(), ready.content(), ready.workUnitsPerSecond());
            case Signal.ModelFailed failed ->
                    models.failed(failed.manifest(), failed.reason(), failed.again(), now);
            case Signal.EngineEnded ended -> engineEnded(ended.reason(), now);
            case Signal.LedgerPinned pinned -> {
                pinnedSize = pinned.size();
                ledgerFault = "";
            }
            case Signal.LedgerBroken broken -> ledgerFault = broken.reason();
            case Signal.ReceiptsHeld held -> {
                receipts = held.counts();
                unproven = held.ask();
            }
            case Signal.Finish _ -> finishing = true;
            case Signal.Resume _ -> finishing = false;
            case Signal.Shutdown shutdown -> stopBy = earlier(stopBy, now.plus(shutdown.limit()));
        }
    }

    private void receive(CoordinatorMessage message, Instant now) {
        switch (message) {
            case Welcome welcome -> welcome(welcome, now);
            case CoordinatorMessage.ModelNotice notice -> models.notice(notice);
            case Assign shard -> assign(shard);
            case CoordinatorMessage.Cancel cancel -> drop(cancel.lease());
            case CoordinatorMessage.Drain drain -> {
                away = drain.away();
                linkReason = "the coordinator sends this node away: " + drain.reason();
            }
            case ManifestBytes piece -> store(models.ownerOf(piece), piece);
            case Chunk piece -> store(models.ownerOf(piece), piece);
            case CoordinatorMessage.Earnings latest -> earnings = latest;
            case CoordinatorMessage.Checkpoint checkpoint ->
                    actions.add(new Action.PinCheckpoint(checkpoint));
            case CoordinatorMessage.Receipts owed -> actions.add(new Action.KeepReceipts(owed));
            case CoordinatorMessage.Entries entries ->
                    actions.add(new Action.CheckEntries(entries));
            case CoordinatorMessage.Goodbye goodbye ->
                    linkReason = "the coordinator said: " + goodbye.reason();
        }
    }

    /** Whatever the state calls for, whichever signal brought it about. */
    private void settle(Instant now) {
        if (link == Link.GREETING && !now.isBefore(welcomeBy)) {
            disconnect("no welcome within " + settings.welcomeLimit().toSeconds() + " s");
        }
        if (gateOpen && stopBy == null) {
            models.fetch(link == Link.WELCOMED, now, actions);
        }
        if (gateOpen) {
            compute();
        }
        if (link == Link.WELCOMED) {
            offer(now);
            heartbeat(now);
        }
        leave(now);
    }

    private void compute() {
        int free = settings.lanes() - shards.busyLanes() - (models.loading() ? 1 : 0);
        if (free > 0 && models.wantsLane() && !models.loading() && stopBy == null) {
            models.load(actions);
            free--;
        }
        for (; free > 0; free--) {
            Assign shard = shards.start();
            if (shard == null) {
                return;
            }
            actions.add(new Action.StartShard(shard));
        }
    }

    private void offer(Instant now) {
        List<NodeMessage.WarmModel> warm = models.warm();
        boolean willing =
                gateOpen
                        && !finishing
                        && away == null
                        && stopBy == null
                        && ledgerFault.isEmpty()
                        && !warm.isEmpty();
        Optional<Instant> until = willing ? gateUntil.filter(now::isBefore) : Optional.empty();
        Offer current = offered;
        int slots = willing ? settings.slots() : 0;
        if (current == null
                || current.slots() != slots
                || !offeredUntil.equals(until)
                || moved(current.models(), warm)) {
            Duration left = until.map(end -> Duration.between(now, end)).orElse(Duration.ZERO);
            offered = new Offer(slots, left, warm);
            offeredUntil = until;
            actions.add(new Action.Send(offered));
        }
    }

    private static boolean moved(
            List<NodeMessage.WarmModel> before, List<NodeMessage.WarmModel> after) {
        boolean moved = before.size() != after.size();
        for (int i = 0; !moved && i < after.size(); i++) {
            double old = before.get(i).workUnitsPerSecond();
            moved =
                    !before.get(i).manifest().equals(after.get(i).manifest())
                            || Math.abs(after.get(i).workUnitsPerSecond() - old) > SPEED_STEP * old;
        }
        return moved;
    }

    private void heartbeat(Instant now) {
        if (!now.isBefore(heartbeatAt)) {
            actions.add(new Action.Send(new NodeMessage.Heartbeat(pinnedSize)));
            if (!unproven.isEmpty()) {
                actions.add(new Action.Send(new NodeMessage.AskEntries(pinnedSize, unproven)));
            }
            heartbeatAt = now.plus(rests() ? rest : heartbeat);
        } else if (!rests()) {
            heartbeatAt = earlier(heartbeatAt, now.plus(heartbeat));
        }
    }

    /** Whether nobody waits for a word of this node: it offers nothing and holds nothing. */
    private boolean rests() {
        Offer current = offered;
        return shards.held() == 0 && current != null && current.slots() == 0;
    }

    /** Ends the connection or the process once what was held is done, or its time is over. */
    private void leave(Instant now) {
        if (stopBy != null && !now.isBefore(stopBy)) {
            releaseAll("the node shuts down");
        }
        if (shards.held() > 0) {
            return;
        }
        if (stopBy != null) {
            models.abandon(actions);
            if (link == Link.GREETING || link == Link.WELCOMED) {
                actions.add(new Action.Disconnect("the node shuts down"));
            }
            actions.add(new Action.Exit("shut down"));
            exited = true;
        } else if (away != null && link == Link.WELCOMED) {
            disconnect(linkReason);
        }
    }

    private void connect(Duration delay) {
        link = Link.WAITING;
        actions.add(new Action.Connect(delay));
    }

    private void disconnect(String reason) {
        link = Link.CLOSING;
        welcomeBy = Instant.MAX;
        linkReason = reason;
        actions.add(new Action.Disconnect(reason));
    }

    private void greet(Instant now) {
        link = Link.GREETING;
        welcomeBy = now.plus(settings.welcomeLimit());
        actions.add(
                new Action.Send(
                        new NodeMessage.Hello(
                                ProtocolVersion.MIN,
                                ProtocolVersion.MAX,
                                settings.software(),
                                settings.numericClass(),
                                settings.memoryBytes())));
    }

    private void welcome(Welcome welcome, Instant now) {
        if (link != Link.GREETING) {
            return;
        }
        welcomeBy = Instant.MAX;
        if (welcome.version() < ProtocolVersion.MIN || welcome.version() > ProtocolVersion.MAX) {
            disconnect(
                    "the coordinator speaks protocol version "
                            + welcome.version()
                            + ", this node "
                            + ProtocolVersion.MIN
                            + " to "
                            + ProtocolVersion.MAX);
            return;
        }
        link = Link.WELCOMED;
        linkReason = "";
        failedAttempts = 0;
        away = null;
        epoch = welcome.epoch();
        heartbeat = welcome.heartbeat();
        rest = welcome.rest();
        heartbeatAt = now.plus(heartbeat);
        offered = null;
        shards.forgetAnswered();
        welcome.models().forEach(models::notice);
        models.retryAll();
    }

    private void linkDown(String reason) {
        Duration delay = away;
        away = null;
        welcomeBy = Instant.MAX;
        offered = null;
        for (Lease lease : shards.leases()) {
            lost++;
            drop(lease);
        }
        if (linkReason.isEmpty() || link == Link.WAITING) {
            linkReason = reason;
        }
        link = Link.IDLE;
        if (stopBy == null) {
            connect(delay == null ? backoff.delay(++failedAttempts) : delay);
        }
    }

    private void assign(Assign shard) {
        Lease lease = shard.lease();
        if (link != Link.WELCOMED || lease.epoch() != epoch || shards.knows(lease)) {
            return;
        }
        ModelManifest model = models.warm(shard.manifest());
        if (!gateOpen) {
            release(lease, gateReason);
        } else if (stopBy != null || finishing || away != null || !ledgerFault.isEmpty()) {
            release(lease, "the node takes no more work: " + mode());
        } else if (shards.held() >= settings.slots()) {
            release(lease, "all " + settings.slots() + " slots are taken");
        } else if (model == null) {
            refuse(lease, RefuseReason.MODEL, models.whyNot(shard.manifest()));
        } else if (shard.items().isEmpty()) {
            refuse(lease, RefuseReason.INPUT, "the shard has no items");
        } else if (shards.stopping(lease)) {
            release(lease, "an earlier run of it is still being stopped");
        } else {
            shards.queue(shard);
        }
    }

    private void closeGate(String reason) {
        if (gateOpen) {
            actions.add(new Action.StopEngine());
            models.unload();
        }
        gateOpen = false;
        gateReason = reason;
        gateUntil = Optional.empty();
        releaseAll(reason);
        models.abandon(actions);
    }

    /** What waited goes back; what computed is answered by its lane, since it may be to blame. */
    private void engineEnded(String reason, Instant now) {
        models.engineEnded(reason, now);
        for (Lease lease : shards.waiting()) {
            release(lease, reason);
            shards.drop(lease);
        }
    }

    private void releaseAll(String reason) {
        List<Lease> leases = shards.leases();
        leases.forEach(lease -> release(lease, reason));
        leases.forEach(this::drop);
    }

    private void release(Lease lease, String reason) {
        released++;
        shards.remember(lease);
        actions.add(new Action.Send(new NodeMessage.Release(lease, reason)));
    }

    private void refuse(Lease lease, RefuseReason reason, String detail) {
        refused++;
        shards.remember(lease);
        actions.add(new Action.Send(new NodeMessage.Refuse(lease, reason, detail)));
    }

    private void drop(Lease lease) {
        if (shards.drop(lease)) {
            actions.add(new Action.AbortShard(lease));
        }
    }

    private void finish(Signal.ShardFinished done) {
        Assign shard = shards.ended(done.lease());
        if (shard == null) {
            return;
        }
        finished++;
        answer(shard, done);
        ModelManifest model = models.warm(shard.manifest());
        if (model != null) {
            long units = 0;
            for (byte[] item : shard.items()) {
                units += model.workUnits(shard.kind(), item.length);
            }
            workUnits += units;
            models.measured(shard.manifest(), units, done.computeTime().toNanos() / 1e9);
        }
    }

    private void answer(Assign shard, Signal.ShardFinished done) {
        byte[] nonce = nonces.get();
        byte[] output = done.output();
        Digest commit = notary.digest(nonce, output);
        byte[] signature =
                notary.sign(
                        new ResultStatement(
                                        shard.lease(),
                                        shard.manifest(),
                                        ResultStatement.inputOf(shard.kind(), shard.items()),
                                        notary.digest(output),
                                        commit)
                                .bytes());
        if (output.length <= PART_BYTES) {
            actions.add(
                    new Action.Send(
                            new NodeMessage.Result(
                                    done.lease(),
                                    commit,
                                    nonce,
                                    output,
                                    done.computeTime(),
                                    signature,
                                    done.batteryJoules())));
            return;
        }
        actions.add(
                new Action.Send(new NodeMessage.Commit(done.lease(), commit, nonce, signature)));
        for (int from = 0; from < output.length; from += PART_BYTES) {
            int to = Math.min(from + PART_BYTES, output.length);
            byte[] part = Arrays.copyOfRange(output, from, to);
            boolean last = to == output.length;
            actions.add(
                    new Action.Send(
                            new NodeMessage.ResultPart(
                                    done.lease(),
                                    part,
                                    last,
                                    done.computeTime(),
                                    done.batteryJoules())));
        }
    }

    private void fail(Signal.ShardFailed failed) {
        Assign shard = shards.ended(failed.lease());
        if (shard == null) {
            return;
        }
        refuse(failed.lease(), failed.reason(), failed.detail());
        if (failed.reason() == RefuseReason.RUNTIME) {
            models.runtimeFailed(shard.manifest());
        }
    }

    /** The engine stopped; if nobody had asked for it, the lease goes back. */
    private void abort(Lease lease) {
        if (shards.ended(lease) != null) {
            release(lease, "the engine was stopped");
        }
    }

    private void store(@Nullable Digest model, CoordinatorMessage piece) {
        if (model != null) {
            actions.add(new Action.StorePiece(model, piece));
        }
    }

    private static Instant earlier(@Nullable Instant one, Instant other) {
        return one == null || other.isBefore(one) ? other : one;
    }
}
