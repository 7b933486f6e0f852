package org.idlefleet.ledger.proof;

import java.util.Optional;

/**
 * The promise that a published checkpoint makes to ourselves: the ledger never again has fewer
 * entries, nor others.
 *
 * <p>Checked when a ledger is opened, so that a file that lost its end is not served as if it were
 * whole.
 */
public final class HighWaterMark {
    private HighWaterMark() {}

    /** Why a log may not start, or empty if it continues the last published checkpoint. */
    public static Optional<String> refusal(
            Checkpoint published, long size, MerkleTree.Nodes nodes) {
        if (size < published.size()) {
            return Optional.of(
                    "the ledger has "
                            + size
                            + " entries, but its checkpoint of "
                            + published.time()
                            + " counted "
                            + published.size()
                            + ": its end is lost. Build it again from the event log, or restore a"
                            + " newer copy");
        }
        Hash root = MerkleTree.root(nodes, published.size());
        if (!root.equals(published.root())) {
            return Optional.of(
                    "the first "
                            + published.size()
                            + " entries of the ledger have root "
                            + root
                            + ", but the checkpoint of "
                            + published.time()
                            + " published "
                            + published.root()
                            + ": entries were changed. Build the ledger again from the event log");
        }
        return Optional.empty();
    }
}
