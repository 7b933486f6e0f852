package org.idlefleet.figures.ledger;

import org.idlefleet.ledger.Booking;
import org.idlefleet.ledger.adapter.LedgerBatch;
import org.idlefleet.ledger.adapter.LedgerDatabase;
import org.idlefleet.ledger.adapter.LedgerException;
import org.idlefleet.ledger.adapter.LedgerReader;
import org.idlefleet.ledger.proof.Checkpoint;
import org.idlefleet.ledger.proof.adapter.ProofLog;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A ledger with its proof log in a folder, started as the coordinator starts them. */
final class Books {
    private static final String ORIGIN = "ledger.example.org";

    private final Path folder;

    Books(Path folder) {
        this.folder = folder;
    }

    Path file() {
        return folder.resolve("ledger.db");
    }

    ProofLog proof(LedgerReader reader) {
        return ProofLog.open(folder.resolve("proof"), ORIGIN, reader);
    }

    /** What a start found. */
    enum Start {
        /** It refused to start. */
        REFUSED,
        /** It started; a check of everything found what was wrong. */
        FOUND_BY_CHECK,
        /** It is a beginning of what was told, not behind its checkpoint. */
        PREFIX,
        /** It is not, and nothing said so. */
        SILENT
    }

    /**
     * Starts, checks everything, and compares with what was told.
     *
     * @param told all batches that were ever handed to it, in order
     */
    Start start(List<LedgerBatch> told) {
        try (var database = LedgerDatabase.open(file());
                var reader = LedgerReader.open(file());
                var proof = proof(reader)) {
            boolean clean = isClean(proof, reader);
            boolean prefix = isPrefix(reader, told, database.position(), proof);
            return !clean ? Start.FOUND_BY_CHECK : prefix ? Start.PREFIX : Start.SILENT;
        } catch (LedgerException e) {
            return Start.REFUSED;
        }
    }

    private static boolean isClean(ProofLog proof, LedgerReader reader) {
        try {
            proof.catchUp(reader);
            return reader.check().isClean() && proof.matches(reader);
        } catch (LedgerException e) {
            return false;
        }
    }

    private static boolean isPrefix(
            LedgerReader reader, List<LedgerBatch> told, long position, ProofLog proof) {
        List<Booking> expected = new ArrayList<>();
        for (LedgerBatch batch : told) {
            if (batch.position() <= position) {
                expected.addAll(batch.bookings());
            }
        }
        long published =
                proof.latest().map(note -> Checkpoint.parse(note.text()).size()).orElse(0L);
        try {
            List<Booking> found = new ArrayList<>();
            reader.visit(1, Long.MAX_VALUE, row -> found.add(row.booking()));
            return found.equals(expected) && found.size() >= published;
        } catch (LedgerException e) {
            return false;
        }
    }
}
