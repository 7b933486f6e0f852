package org.idlefleet.edge;

import org.idlefleet.protocol.CoordinatorMessage;
import org.idlefleet.protocol.Digest;
import org.idlefleet.protocol.Lease;
import org.idlefleet.protocol.NodeMessage;

import java.time.Duration;

/** Something the node wants done. Actions are carried out in the order in which they stand. */
public sealed interface Action {
    /** Open the connection after {@code delay}; {@link Signal.LinkUp} or LinkDown answers. */
    record Connect(Duration delay) implements Action {}

    /** Send what was said so far, then end the connection; {@link Signal.LinkDown} answers. */
    record Disconnect(String reason) implements Action {}

    /** Say this to the coordinator. */
    record Send(NodeMessage message) implements Action {}

    /** Compute this shard now; ShardFinished, ShardFailed or ShardAborted answers. */
    record StartShard(CoordinatorMessage.Assign shard) implements Action {}

    /** Stop computing at once; one of the three answers of {@link StartShard} still comes. */
    record AbortShard(Lease lease) implements Action {}

    /** Look what the store has of a model; ModelWants, ModelFetched or ModelFailed answers. */
    record PrepareModel(CoordinatorMessage.ModelNotice notice) implements Action {}

    /**
     * Keep a piece of a model; answered as {@link PrepareModel} is.
     *
     * @param piece a {@code ManifestBytes} or a {@code Chunk}
     */
    record StorePiece(Digest manifest, CoordinatorMessage piece) implements Action {}

    /** Load, test and measure a fetched model; ModelReady or ModelFailed answers. */
    record LoadModel(Digest manifest) implements Action {}

    /** Stop loading at once; one of the two answers of {@link LoadModel} still comes. */
    record AbandonModel(Digest manifest) implements Action {}

    /** Stop everything that computes, at once; each shard and load still gets its own answer. */
    record StopEngine() implements Action {}

    /** Hold a checkpoint against the one pinned; LedgerPinned or LedgerBroken answers. */
    record PinCheckpoint(CoordinatorMessage.Checkpoint checkpoint) implements Action {}

    /** Keep what the coordinator owes; ReceiptsHeld answers. */
    record KeepReceipts(CoordinatorMessage.Receipts receipts) implements Action {}

    /** Hold entries of the ledger against the receipts they are to keep; ReceiptsHeld answers. */
    record CheckEntries(CoordinatorMessage.Entries entries) implements Action {}

    /** End the process; nothing is owed to anybody. */
    record Exit(String reason) implements Action {}
}
