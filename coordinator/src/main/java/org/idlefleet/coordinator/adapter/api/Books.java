package org.idlefleet.coordinator.adapter.api;

import org.idlefleet.ledger.adapter.LedgerReader;
import org.idlefleet.ledger.adapter.LedgerService;
import org.idlefleet.ledger.adapter.policy.WorkFacts;
import org.idlefleet.ledger.proof.NoteKey;
import org.idlefleet.ledger.proof.adapter.ProofLog;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;

/**
 * The books behind the door: the ledger's file, read by each question for itself, and its proofs.
 *
 * @param witnesses whose signatures are taken
 * @param facts what the event log knows of jobs, anew for each pass through the ledger
 */
public record Books(Path file, ProofLog proof, List<NoteKey> witnesses, Supplier<WorkFacts> facts) {
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
