package org.idlefleet.edge.adapter;

import org.idlefleet.edge.Action;
import org.idlefleet.edge.Signal;
import org.idlefleet.edge.adapter.ledger.LedgerPin;
import org.idlefleet.edge.adapter.ledger.LedgerReceipts;
import org.idlefleet.edge.adapter.store.ModelStore;
import org.idlefleet.edge.adapter.store.Progress;
import org.idlefleet.edge.adapter.uplink.Uplink;
import org.idlefleet.protocol.Digest;
import org.idlefleet.protocol.NodeMessage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Carries the node's actions out: on the wire, in the lanes, in the store. */
final class EdgeHands implements EdgeLoop.Hands {
    private static final Logger LOG = LoggerFactory.getLogger(EdgeHands.class);

    private final Uplink uplink;
    private final Lanes lanes;
    private final ModelStore store;
    private final ExecutorService disk;
    private final ScheduledExecutorService timer;
    private final LedgerPin pinned;
    private final LedgerReceipts receipts;
    private final Consumer<Signal> inbox;
    private final Consumer<Boolean> watch;

    /**
     * @param disk one thread for the store
     * @param timer wakes the uplink
     */
    EdgeHands(
            Uplink uplink,
            Lanes lanes,
            ModelStore store,
            ExecutorService disk,
            ScheduledExecutorService timer,
            LedgerPin pinned,
            LedgerReceipts receipts,
            Consumer<Signal> inbox,
            Consumer<Boolean> watch) {
        this.uplink = uplink;
        this.lanes = lanes;
        this.store = store;
        this.disk = disk;
        this.timer = timer;
        this.pinned = pinned;
        this.receipts = receipts;
        this.inbox = inbox;
        this.watch = watch;
    }

    @Override
    public void perform(List<Action> actions) {
        var messages = new ArrayList<NodeMessage>();
        for (Action action : actions) {
            if (action instanceof Action.Send send) {
                messages.add(send.message());
            } else {
                flush(messages);
                perform(action);
            }
        }
        flush(messages);
    }

    @Override
    public void gateHolds() {
        lanes.permit();
    }

    @Override
    public void watchClosely(boolean closely) {
        watch.accept(closely);
    }

    private void flush(List<NodeMessage> messages) {
        if (!messages.isEmpty()) {
            uplink.send(List.copyOf(messages));
            messages.clear();
        }
    }

    private void perform(Action action) {
        switch (action) {
            case Action.Connect connect -> connect(connect.delay());
            case Action.Disconnect disconnect -> uplink.disconnect(disconnect.reason());
            case Action.Send send -> uplink.send(List.of(send.message()));
            case Action.StartShard start -> lanes.start(start.shard());
            case Action.AbortShard abort -> lanes.abort(abort.lease());
            case Action.PrepareModel prepare -> {
                Digest manifest = prepare.notice().manifest();
                LOG.info("looking for model {} in the store", prepare.notice().model());
                disk.execute(() -> tell(manifest, store.begin(prepare.notice())));
            }
            case Action.StorePiece piece ->
                    disk.execute(() ->
                            tell(piece.manifest(), store.take(piece.manifest(), piece.piece())));
            case Action.LoadModel load -> lanes.load(load.manifest());
            case Action.AbandonModel abandon -> lanes.abandon(abandon.manifest());
            case Action.StopEngine _ -> lanes.stop();
            case Action.PinCheckpoint pin ->
                    disk.execute(() -> {
                        pinned.take(pin.checkpoint()).ifPresent(inbox);
                        receipts.pinned().ifPresent(inbox);
                    });
            case Action.KeepReceipts keep ->
                    disk.execute(() -> receipts.keep(keep.receipts()).ifPresent(inbox));
            case Action.CheckEntries check ->
                    disk.execute(() -> receipts.check(check.entries()).ifPresent(inbox));
            case Action.Exit exit -> LOG.info("the node ends: {}", exit.reason());
        }
    }

    private void connect(Duration delay) {
        LOG.info("connecting in {} ms", delay.toMillis());
        var _ =
                timer.schedule(
                        () -> inbox.accept(new Signal.LinkUp()),
                        delay.toMillis(),
                        TimeUnit.MILLISECONDS);
    }

    private void tell(Digest manifest, Progress progress) {
        inbox.accept(
                switch (progress) {
                    case Progress.Missing missing ->
                            new Signal.ModelWants(manifest, missing.want());
                    case Progress.Complete _ -> new Signal.ModelFetched(manifest);
                    case Progress.Stuck stuck ->
                            new Signal.ModelFailed(manifest, stuck.reason(), stuck.again());
                });
    }
}
