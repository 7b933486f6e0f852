package org.idlefleet.ledger.proof;

import java.util.List;

/**
 * What a verifier takes as given: the log's key and name, witnesses and how many of them must have
 * cosigned, and what the holder saw himself.
 *
 * @param pinned checkpoints that the holder's nodes received earlier
 * @param receipts signed promises that the holder's nodes received
 */
public record Trust(
        String origin,
        NoteKey log,
        List<NoteKey> witnesses,
        int witnessesNeeded,
        List<Checkpoint> pinned,
        List<SignedReceipts> receipts) {
    public Trust {
        witnesses = List.copyOf(witnesses);
        pinned = List.copyOf(pinned);
        receipts = List.copyOf(receipts);
    }

    /** The log's key and nothing else. */
    public Trust(String origin, NoteKey log) {
        this(origin, log, List.of(), 0, List.of(), List.of());
    }
}
