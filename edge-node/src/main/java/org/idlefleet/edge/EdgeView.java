package org.idlefleet.edge;

import org.idlefleet.protocol.CoordinatorMessage.Earnings;
import org.idlefleet.protocol.Digest;
import org.idlefleet.protocol.Lease;
import org.idlefleet.protocol.ModelId;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What a node does right now, for people.
 *
 * @param link such as {@code connected} or {@code waiting to connect}
 * @param linkReason why the last connection ended, or what the coordinator said last; may be empty
 * @param gate {@code open} or {@code closed}
 * @param gateReason why it is closed; empty if open
 * @param mode {@code running}, {@code finishing}, {@code drained by the coordinator} or {@code
 *     stopping}
 * @param held leases held, those that compute first
 * @param computing how many of them compute
 * @param models each known model
 * @param fetchHeld why models are not fetched although some are wanted; empty if they are
 * @param counts since the process started
 * @param earnings as the coordinator said last, with the owner's standing
 * @param ledger what it saw of the coordinator's ledger
 */
public record EdgeView(
        String link,
        String linkReason,
        String gate,
        String gateReason,
        String mode,
        List<Lease> held,
        int computing,
        List<ModelView> models,
        String fetchHeld,
        Counts counts,
        Earnings earnings,
        Ledger ledger) {
    /** How far a model is. */
    public record ModelView(
            ModelId model,
            Digest manifest,
            String stage,
            String reason,
            double workUnitsPerSecond) {}

    /**
     * What the node saw of the ledger.
     *
     * @param size entries of the checkpoint that it has pinned; 0 if none
     * @param fault what contradicts it; empty if nothing does
     */
    public record Ledger(long size, String fault, Receipts receipts) {}

    /**
     * Payments that the coordinator has promised in signed receipts.
     *
     * @param kept proven by the pinned ledger, since the process started
     * @param open not proven yet
     * @param dropped let go of unproven, since more were promised than are kept
     * @param overdue those open ones whose deadline has passed and that were asked for in vain, or
     *     could not be asked for because no checkpoint came
     * @param broken proven to have come late, or with another amount than promised
     * @param oldest of the overdue ones the one that was due first; if none is, of the open ones
     *     the one that is due next
     * @param lastBroken what was promised and what came instead, as a sentence; empty if none was
     *     broken
     */
    public record Receipts(
            long kept,
            long open,
            long dropped,
            long overdue,
            long broken,
            Optional<Promise> oldest,
            String lastBroken) {
        /** Before the first. */
        public static final Receipts NONE = new Receipts(0, 0, 0, 0, 0, Optional.empty(), "");
    }

    /**
     * A payment that is promised.
     *
     * @param payment its name in the ledger
     * @param deadline when it must be in the ledger
     */
    public record Promise(String payment, long micros, Instant deadline) {}

    /** Shards by how they ended, and the work units of those finished. */
    public record Counts(long finished, long released, long refused, long lost, long workUnits) {}
}
