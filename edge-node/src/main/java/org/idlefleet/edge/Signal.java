package org.idlefleet.edge;

import org.idlefleet.protocol.CoordinatorMessage;
import org.idlefleet.protocol.Digest;
import org.idlefleet.protocol.Lease;
import org.idlefleet.protocol.ModelManifest;
import org.idlefleet.protocol.NodeMessage;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Something that happened to the node: on its link, its gate, its engine, its store, its clock. */
public sealed interface Signal {
    /** The daemon runs; said once, first. */
    record Started() implements Signal {}

    /** Time has passed; said at {@link EdgeNode#nextDeadline()} or any time before. */
    record Tick() implements Signal {}

    /** The connection stands; nothing was said on it yet. */
    record LinkUp() implements Signal {}

    /** The connection ended, or an attempt to make one failed. */
    record LinkDown(String reason) implements Signal {}

    /** The coordinator said something. */
    record Received(CoordinatorMessage message) implements Signal {}

    /**
     * Every rule of the owner holds.
     *
     * @param until when the owner's schedule will close the gate; empty if it says nothing
     */
    record GateOpened(Optional<Instant> until) implements Signal {}

    /** A rule of the owner does not hold, or is not known to hold. */
    record GateClosed(String reason) implements Signal {}

    /** Nothing more of any model is to be fetched: the network costs by volume, or may. */
    record FetchHeld(String reason) implements Signal {}

    /** Models may be fetched (again). */
    record FetchAllowed() implements Signal {}

    /** The ledger of so many entries is pinned: it continues all that was pinned before. */
    record LedgerPinned(long size) implements Signal {}

    /** What the coordinator shows of the ledger does not continue what this node saw. */
    record LedgerBroken(String reason) implements Signal {}

    /**
     * How the coordinator's promises stand.
     *
     * @param ask payments to be proven next, drawn by lot
     */
    record ReceiptsHeld(EdgeView.Receipts counts, List<String> ask) implements Signal {
        public ReceiptsHeld {
            ask = List.copyOf(ask);
        }
    }

    /**
     * A shard is done.
     *
     * @param computeTime leaves out waiting
     * @param batteryJoules what computing took out of a battery since the last shard
     */
    record ShardFinished(Lease lease, byte[] output, Duration computeTime, long batteryJoules)
            implements Signal {
        /** On a device that no battery fed. */
        public ShardFinished(Lease lease, byte[] output, Duration computeTime) {
            this(lease, output, computeTime, 0);
        }
    }

    /** A shard can't be done here. */
    record ShardFailed(Lease lease, NodeMessage.RefuseReason reason, String detail)
            implements Signal {}

    /** A shard stopped because of {@link Action.AbortShard}; its lane is free again. */
    record ShardAborted(Lease lease) implements Signal {}

    /** The store lacks a piece of a model. */
    record ModelWants(Digest manifest, Want want) implements Signal {}

    /** Every file of a model is in the store and verified. */
    record ModelFetched(Digest manifest) implements Signal {}

    /**
     * A model is loaded, gave the known answer and was measured.
     *
     * @param workUnitsPerSecond of one lane
     */
    record ModelReady(Digest manifest, ModelManifest content, double workUnitsPerSecond)
            implements Signal {}

    /**
     * A model could not be fetched, loaded or trusted.
     *
     * @param again whether the same attempt may succeed later
     */
    record ModelFailed(Digest manifest, String reason, boolean again) implements Signal {}

    /** The engine broke down by itself; every model has to be loaded again. */
    record EngineEnded(String reason) implements Signal {}

    /** The owner wants what is held to be finished and nothing new to begin. */
    record Finish() implements Signal {}

    /** The owner takes {@link Finish} back. */
    record Resume() implements Signal {}

    /** The process shall end: what is held may be finished within {@code limit}. */
    record Shutdown(Duration limit) implements Signal {}

    /** A piece of a model that the store lacks. */
    sealed interface Want {
        /** The manifest itself. */
        record ManifestOf() implements Want {}

        /** {@code length} bytes of {@code file} from {@code offset} on. */
        record PieceOf(Digest file, long offset, int length) implements Want {}
    }
}
