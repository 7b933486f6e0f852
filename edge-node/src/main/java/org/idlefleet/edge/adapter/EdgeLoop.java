package org.idlefleet.edge.adapter;

import org.idlefleet.edge.Action;
import org.idlefleet.edge.EdgeNode;
import org.idlefleet.edge.EdgeView;
import org.idlefleet.edge.Signal;
import org.idlefleet.edge.diary.Balance;
import org.idlefleet.edge.gate.Finding;
import org.idlefleet.edge.gate.Gate;
import org.idlefleet.edge.gate.GateState;
import org.idlefleet.edge.gate.Quantity;
import org.idlefleet.edge.gate.Reading;
import org.idlefleet.edge.gate.Rule;
import org.idlefleet.protocol.CoordinatorMessage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The one thread that owns node and gate. Everything that happens comes through its inbox; what to
 * do about it leaves through {@link Hands}.
 */
final class EdgeLoop {
    /** Things that may wait in the inbox; a thread that has more to say waits for room. */
    static final int INBOX_MAX = 8192;

    /** An open gate is judged, and said to hold, at least so often. */
    private static final Duration HOLDS = Duration.ofSeconds(1);

    /**
     * How often the watcher is told while nothing changes: often if the gate is open or about to.
     */
    private static final Duration SHOW_EVERY = Duration.ofSeconds(1);

    private static final Duration SHOW_AT_REST = Duration.ofMinutes(1);

    private static final Logger LOG = LoggerFactory.getLogger(EdgeLoop.class);

    /** Carries actions out. Called by the loop's thread and never blocks it. */
    interface Hands {
        void perform(List<Action> actions);

        /** The gate is open still; said once a second at least while it is. */
        void gateHolds();

        /** Whether the gate is open or about to be; else sources may be looked at less often. */
        void watchClosely(boolean closely);
    }

    private sealed interface Item {
        record Happened(Signal signal) implements Item {}

        record Read(List<Reading> readings) implements Item {}

        record Ruled(List<Rule> rules) implements Item {}
    }

    private final EdgeNode node;
    private Gate gate;
    private final Gate fetching;
    private final InstantSource clock;
    private final Consumer<Snapshot> watcher;
    private final BlockingQueue<Item> inbox = new ArrayBlockingQueue<>(INBOX_MAX);
    private GateState told = new GateState.Closed(List.of());
    private List<String> broken = List.of();
    private String fetchHeld = "";
    private Optional<Balance> balance = Optional.empty();
    private boolean wasBusy;
    private long busySinceNanos = System.nanoTime();
    private long busyNanos;
    private boolean changed;
    private EdgeView shown;
    private Instant judgeBy = Instant.EPOCH;
    private volatile boolean exited;

    /**
     * What node and gate say at one moment.
     *
     * @param upNanos when, by {@link System#nanoTime}
     * @param busyNanos time in which at least one lane was busy, since the loop began
     * @param draining whether a battery feeds the device
     * @param price of a kilowatt-hour, the highest that anybody tells
     * @param balance what the coordinator told last of the owner's accounts
     * @param mayFetch whether the network is free to use, as far as the owner's settings say
     */
    record Snapshot(
            Instant at,
            long upNanos,
            long busyNanos,
            EdgeView view,
            List<Finding> findings,
            boolean draining,
            OptionalDouble price,
            Optional<Balance> balance,
            boolean mayFetch) {}

    /**
     * @param fetching open while models may be fetched
     * @param watcher told what node and gate say, whenever the gate opens or closes and about once
     *     a second, once a minute while only another reading can open the gate; must not block
     */
    EdgeLoop(
            EdgeNode node,
            Gate gate,
            Gate fetching,
            InstantSource clock,
            Consumer<Snapshot> watcher) {
        this.node = node;
        this.gate = gate;
        this.fetching = fetching;
        this.clock = clock;
        this.watcher = watcher;
        this.shown = node.view();
    }

    /** Says that something happened; waits while the inbox is full. Thread-safe. */
    void tell(Signal signal) {
        put(new Item.Happened(signal));
    }

    /** Hands readings over. Thread-safe. */
    void tell(List<Reading> readings) {
        put(new Item.Read(List.copyOf(readings)));
    }

    /** Replaces the owner's rules. Thread-safe. */
    void rule(List<Rule> rules) {
        put(new Item.Ruled(List.copyOf(rules)));
    }

    /** What comes after the node's exit is dropped. */
    private void put(Item item) {
        try {
            boolean taken = false;
            while (!taken && !exited) {
                taken = inbox.offer(item, 100, TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Runs until the node exits; returns why it did. */
    void run(Hands hands) throws InterruptedException {
        Instant show = clock.instant();
        react(new Signal.Started(), show, hands);
        var items = new ArrayList<Item>();
        while (!exited) {
            Instant now = clock.instant();
            Instant due = earlier(earlier(node.nextDeadline(), show), judgeBy);
            // A deadline is rounded up, so that waking up too early does not turn into spinning.
            long wait = Math.max(0, Duration.between(now, due).toMillis() + 1);
            Item first = inbox.poll(wait, TimeUnit.MILLISECONDS);
            items.clear();
            if (first != null) {
                items.add(first);
                inbox.drainTo(items, 255);
            }
            step(items, hands);
            countBusy();
            if (changed || !clock.instant().isBefore(show)) {
                changed = false;
                show = show(resting() ? SHOW_AT_REST : SHOW_EVERY);
            }
        }
        show(Duration.ZERO);
    }

    private Instant show(Duration next) {
        Instant now = clock.instant();
        Snapshot snapshot = snapshot(now);
        shown = snapshot.view();
        watcher.accept(snapshot);
        return now.plus(next);
    }

    /** What node and gate say; for the loop's thread, or before it runs. */
    Snapshot snapshot(Instant now) {
        boolean draining =
                gate.readings().stream()
                        .anyMatch(reading ->
                                reading.quantity() == Quantity.DISCHARGING
                                        && reading.value().orElse(0) != 0);
        OptionalDouble price =
                gate.readings().stream()
                        .filter(reading -> reading.quantity() == Quantity.PRICE)
                        .flatMapToDouble(reading -> reading.value().stream())
                        .max();
        return new Snapshot(
                now,
                System.nanoTime(),
                busyNanos,
                node.view(),
                gate.findings(now),
                draining,
                price,
                balance,
                fetchHeld.isEmpty());
    }

    /** A lane is busy from the reaction that gave it work to the one that heard of its end. */
    private void countBusy() {
        long now = System.nanoTime();
        busyNanos += wasBusy ? now - busySinceNanos : 0;
        busySinceNanos = now;
        wasBusy = node.busy();
    }

    private void step(List<Item> items, Hands hands) {
        // What the sources say comes first: nothing may start on the strength of an old word.
        boolean news = !clock.instant().isBefore(judgeBy);
        for (Item item : items) {
            if (item instanceof Item.Read read) {
                read.readings().forEach(gate::accept);
                read.readings().forEach(fetching::accept);
                news = true;
            } else if (item instanceof Item.Ruled ruled) {
                LOG.info("the owner's rules are new");
                gate = gate.with(ruled.rules());
                news = true;
            }
        }
        if (news) {
            judge(hands);
        }
        for (Item item : items) {
            if (item instanceof Item.Happened happened) {
                react(happened.signal(), clock.instant(), hands);
                // Rare at rest, and then the next regular look is far away.
                changed |= resting() && !node.view().equals(shown);
            }
        }
        Instant now = clock.instant();
        if (!now.isBefore(node.nextDeadline())) {
            react(new Signal.Tick(), now, hands);
        }
    }

    private void judge(Hands hands) {
        Instant now = clock.instant();
        judgeFetching(now, hands);
        List<String> found = gate.look(now);
        // Words of a gate that stays shut for the same rules are left to who asks for them.
        if (found.isEmpty() || !found.equals(broken)) {
            say(gate.state(now), now, hands);
        }
        broken = found;
        if (found.isEmpty()) {
            hands.gateHolds();
        }
        boolean closely = gate.nearlyOpen();
        hands.watchClosely(closely);
        judgeBy = closely ? nextJudgement(now) : Instant.MAX;
    }

    private void say(GateState state, Instant now, Hands hands) {
        if (state.equals(told)) {
            return;
        }
        told = state;
        changed = true;
        switch (state) {
            case GateState.Open open -> {
                LOG.info("gate open{}", open.until().map(at -> " until " + at).orElse(""));
                react(new Signal.GateOpened(open.until()), now, hands);
            }
            case GateState.Closed closed -> {
                LOG.info("gate closed: {}", closed);
                react(new Signal.GateClosed(closed.toString()), now, hands);
            }
        }
    }

    /**
     * Both gates are judged when there is a reading, and when time alone may have changed them; in
     * between the work goes on without a look. A gate that only a reading can open waits for one.
     */
    private Instant nextJudgement(Instant now) {
        Instant due = earlier(gate.nextDeadline(now), fetching.nextDeadline(now));
        return earlier(due, now.plus(HOLDS));
    }

    /** Whether only another reading can open the gate. */
    private boolean resting() {
        return judgeBy.equals(Instant.MAX);
    }

    /** Before the gate itself: once that is open, what is fetched must be decided. */
    private void judgeFetching(Instant now, Hands hands) {
        GateState state = fetching.evaluate(now);
        boolean held = state instanceof GateState.Closed;
        String why = held ? state.toString() : "";
        if (why.equals(fetchHeld)) {
            return;
        }
        if (held == fetchHeld.isEmpty()) {
            changed = true;
            LOG.info("models are {}", held ? "not fetched now: " + why : "fetched when wanted");
        }
        fetchHeld = why;
        // Another reason to wait is news as well: the first is often that no source has spoken yet.
        react(held ? new Signal.FetchHeld(why) : new Signal.FetchAllowed(), now, hands);
    }

    private static void log(Signal signal) {
        switch (signal) {
            case Signal.LinkDown down -> LOG.info("no link: {}", down.reason());
            case Signal.Received(CoordinatorMessage.Welcome welcome) ->
                    LOG.info("welcome; the coordinator serves {}", welcome.models());
            case Signal.Received(CoordinatorMessage.Drain drain) ->
                    LOG.info("drain: {}", drain.reason());
            case Signal.ModelReady ready ->
                    LOG.info(
                            "model {} is warm, {} work units a second",
                            ready.content().model(),
                            Math.round(ready.workUnitsPerSecond()));
            case Signal.ModelFailed failed ->
                    LOG.warn("model {} failed: {}", failed.manifest(), failed.reason());
            case Signal.ShardFailed failed ->
                    LOG.warn("{} refused: {}", failed.lease(), failed.detail());
            case Signal.EngineEnded ended -> LOG.warn("the engine broke down: {}", ended.reason());
            case Signal.LedgerBroken broken ->
                    LOG.error("THE LEDGER CONTRADICTS WHAT THIS NODE SAW: {}", broken.reason());
            case Signal.Shutdown _ -> LOG.info("shutting down");
            case Signal.Started _,
                    Signal.Tick _,
                    Signal.LinkUp _,
                    Signal.Received _,
                    Signal.GateOpened _,
                    Signal.GateClosed _,
                    Signal.FetchHeld _,
                    Signal.FetchAllowed _,
                    Signal.LedgerPinned _,
                    Signal.ReceiptsHeld _,
                    Signal.ShardFinished _,
                    Signal.ShardAborted _,
                    Signal.ModelWants _,
                    Signal.ModelFetched _,
                    Signal.Finish _,
                    Signal.Resume _ -> {}
        }
    }

    private void react(Signal signal, Instant now, Hands hands) {
        log(signal);
        List<Action> actions = node.react(signal, now);
        hands.perform(actions);
        if (signal instanceof Signal.Received(CoordinatorMessage.Earnings earnings)) {
            balance = Optional.of(new Balance(earnings.escrowMicros(), earnings.payableMicros()));
        }
        countBusy();
        exited |= actions.stream().anyMatch(Action.Exit.class::isInstance);
    }

    private static Instant earlier(Instant one, Instant other) {
        return one.isBefore(other) ? one : other;
    }
}
