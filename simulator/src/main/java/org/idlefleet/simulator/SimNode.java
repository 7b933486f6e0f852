package org.idlefleet.simulator;

import org.idlefleet.edge.Action;
import org.idlefleet.edge.EdgeNode;
import org.idlefleet.edge.EdgeSettings;
import org.idlefleet.edge.Signal;
import org.idlefleet.protocol.CoordinatorMessage;
import org.idlefleet.protocol.Digest;
import org.idlefleet.protocol.NodeId;
import org.idlefleet.protocol.NumericClass;
import org.idlefleet.protocol.OwnerId;
import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * One device: the real {@link EdgeNode} on a simulated engine, store, gate and power supply. Its
 * store survives its process.
 */
final class SimNode {
    private static final Duration STORE = Duration.ofMillis(20);
    private static final Duration LOAD = Duration.ofMillis(400);
    private static final Duration RECONNECT_MAX = Duration.ofSeconds(10);

    private final Plan plan;
    private final Timeline time;
    private final CoordinatorProcess coordinator;
    private final SimNetwork network;
    private final Chance chance;
    private final SimEngine engine;
    private final Set<Digest> stored = new HashSet<>();
    private @Nullable EdgeNode edge;
    private @Nullable Link link;
    private NodeId id;
    private int life;
    private boolean gateOpen;
    private Instant tickAt = Instant.MAX;

    /**
     * What is given from outside.
     *
     * @param unitsPerSecond of one lane
     * @param numericClass 0 for the class without noise
     */
    record Plan(
            NodeId node,
            OwnerId owner,
            Conduct conduct,
            String network,
            int numericClass,
            double unitsPerSecond,
            int lanes,
            int slots,
            long memoryBytes) {}

    SimNode(
            Plan plan,
            Timeline time,
            CoordinatorProcess coordinator,
            SimNetwork network,
            Chance chance) {
        this.plan = plan;
        this.id = plan.node();
        this.time = time;
        this.coordinator = coordinator;
        this.network = network;
        this.chance = chance;
        this.engine = new SimEngine(plan, time, chance);
    }

    Plan plan() {
        return plan;
    }

    /** The id that the coordinator gave it. */
    NodeId id() {
        return id;
    }

    void enrolled(NodeId as) {
        id = as;
    }

    boolean running() {
        return edge != null;
    }

    boolean gateOpen() {
        return gateOpen;
    }

    @Nullable Link link() {
        return link;
    }

    NumericClass numericClass() {
        return Truth.shown(plan.numericClass());
    }

    void start() {
        life++;
        edge =
                new EdgeNode(
                        new EdgeSettings(
                                "edge/sim",
                                numericClass(),
                                plan.memoryBytes(),
                                plan.lanes(),
                                plan.slots(),
                                0,
                                Duration.ofSeconds(10)),
                        () -> chance.bytes(16),
                        this::backoff);
        react(new Signal.Started());
        if (gateOpen) {
            react(new Signal.GateOpened(Optional.empty()));
        }
    }

    /** The power fails. */
    void kill(boolean noticed) {
        edge = null;
        life++;
        engine.stop();
        if (link != null) {
            link.nodeDied(noticed);
            link = null;
        }
    }

    void openGate(Optional<Instant> until) {
        gateOpen = true;
        react(new Signal.GateOpened(until));
    }

    void closeGate() {
        gateOpen = false;
        react(new Signal.GateClosed("the owner came back"));
    }

    private Duration backoff(int attempt) {
        long most = Math.min(RECONNECT_MAX.toMillis(), 200L << Math.min(attempt, 10));
        return chance.between(Duration.ofMillis(most / 2), Duration.ofMillis(most));
    }

    void react(Signal signal) {
        EdgeNode mind = edge;
        if (mind == null) {
            return;
        }
        int now = life;
        for (Action action : mind.react(signal, time.now())) {
            if (life == now) {
                carryOut(action);
            }
        }
        Instant next = mind.nextDeadline();
        if (life == now && next.isBefore(tickAt)) {
            tickAt = next;
            time.at(next, () -> tick(next));
        }
    }

    private void tick(Instant planned) {
        if (tickAt.equals(planned)) {
            tickAt = Instant.MAX;
            react(new Signal.Tick());
        }
    }

    /** Says it to the node that lives now, unless that one has died until then. */
    private void later(Duration delay, Signal signal) {
        int then = life;
        time.in(
                delay,
                () -> {
                    if (life == then) {
                        react(signal);
                    }
                });
    }

    private void carryOut(Action action) {
        switch (action) {
            case Action.Connect connect -> {
                int then = life;
                time.in(
                        connect.delay().plus(network.delay()),
                        () -> {
                            if (life == then) {
                                connect();
                            }
                        });
            }
            case Action.Disconnect disconnect -> {
                if (link != null) {
                    link.closeByNode(disconnect.reason());
                }
            }
            case Action.Send send -> {
                if (link != null) {
                    link.toCoordinator(send.message());
                }
            }
            case Action.StartShard start -> engine.start(start.shard(), this::react);
            case Action.AbortShard abort -> engine.abort(abort.lease(), this::react);
            case Action.PrepareModel prepare -> {
                Digest manifest = prepare.notice().manifest();
                later(
                        STORE,
                        stored.contains(manifest)
                                ? new Signal.ModelFetched(manifest)
                                : new Signal.ModelWants(manifest, new Signal.Want.ManifestOf()));
            }
            case Action.StorePiece store -> {
                stored.add(store.manifest());
                later(STORE, new Signal.ModelFetched(store.manifest()));
            }
            case Action.LoadModel load ->
                    later(
                            LOAD,
                            new Signal.ModelReady(
                                    load.manifest(), Truth.MANIFEST, plan.unitsPerSecond()));
            case Action.AbandonModel abandon ->
                    later(
                            Duration.ofMillis(5),
                            new Signal.ModelFailed(abandon.manifest(), "abandoned", true));
            case Action.StopEngine _,
                    Action.PinCheckpoint _,
                    Action.KeepReceipts _,
                    Action.CheckEntries _,
                    Action.Exit _ -> {}
        }
    }

    private void connect() {
        int then = life;
        Link made =
                coordinator.connect(
                        this,
                        message -> received(then, message),
                        reason -> {
                            if (life == then) {
                                link = null;
                                react(new Signal.LinkDown(reason));
                            }
                        });
        link = made;
        react(made == null ? new Signal.LinkDown("connection refused") : new Signal.LinkUp());
    }

    private void received(int then, CoordinatorMessage message) {
        if (life == then) {
            react(new Signal.Received(message));
        }
    }
}
