package org.idlefleet.coordinator.adapter.api;

import org.idlefleet.ledger.adapter.LedgerReader;
import org.idlefleet.ledger.adapter.LedgerService;
import org.idlefleet.ledger.proof.NoteKey;
import org.idlefleet.ledger.proof.adapter.ProofLog;

import java.nio.file.Path;
import java.util.List;

/**
 * The books behind the door: the ledger's file, read by each question for itself, and its proofs.
 *
 * @param witnesses whose signatures are taken
 */
public record Books(Path file, ProofLog proof, List<NoteKey> witnesses) {
    public Books {
        witnesses = List.copyOf(witnesses);
    }

    LedgerService service() {
        return new LedgerService(file);
    }

    LedgerReader reader() {
        return LedgerReader.open(file);
    }
}
