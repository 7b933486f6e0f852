package org.idlefleet.coordinator.adapter;

import org.idlefleet.coordinator.adapter.api.Books;
import org.idlefleet.coordinator.adapter.log.SqliteEventLog;
import org.idlefleet.coordinator.adapter.node.Checkpoints;
import org.idlefleet.coordinator.adapter.node.Promises;
import org.idlefleet.ledger.TransactionId;
import org.idlefleet.ledger.adapter.LedgerDatabase;
import org.idlefleet.ledger.adapter.LedgerException;
import org.idlefleet.ledger.adapter.LedgerReader;
import org.idlefleet.ledger.proof.Export;
import org.idlefleet.ledger.proof.NoteSigner;
import org.idlefleet.ledger.proof.SignedNote;
import org.idlefleet.ledger.proof.adapter.ProofLog;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * The ledger of a running coordinator: {@code ledger.db}, folded from the event log, and {@code
 * proof/}, which follows it. Both are a moment behind and on threads of their own.
 */
final class LiveLedger {
    private final Path file;
    private final LedgerFold fold;
    private final ProofLog proof;
    private final LedgerProof following;

    private LiveLedger(Path file, LedgerFold fold, ProofLog proof, LedgerProof following) {
        this.file = file;
        this.fold = fold;
        this.proof = proof;
        this.following = following;
    }

    /**
     * Opens it and compares it with the last published checkpoint; if it is shorter, folds what the
     * log has before.
     *
     * @param log replayed already
     * @param promises told every settlement, and what keeps the promises
     * @param promise gives nodes their receipts
     * @param published told every new checkpoint
     * @throws IOException if the ledger or the event log lost its end, or the ledger was changed;
     *     the message says what to do
     */
    static LiveLedger open(
            Path data,
            CoordinatorConfig.Ledger config,
            SqliteEventLog log,
            InstantSource clock,
            Promises promises,
            Consumer<Instant> promise,
            Consumer<SignedNote> published,
            Consumer<Throwable> death)
            throws IOException {
        Path file = data.resolve("ledger.db");
        try {
            LedgerDatabase.prepare(file);
            var fold =
                    new LedgerFold(
                            log, file, Duration.ofMillis(config.foldMs()), promises::owe, death);
            ProofLog proof = proof(data, config, file, fold);
            var following =
                    new LedgerProof(
                            proof,
                            file,
                            clock,
                            Duration.ofMillis(config.checkpointMs()),
                            promise,
                            published,
                            death);
            var ledger = new LiveLedger(file, fold, proof, following);
            promises.open(ledger.keeping());
            return ledger;
        } catch (LedgerException e) {
            throw new IOException("the coordinator does not start: " + e.getMessage(), e);
        }
    }

    private static ProofLog proof(
            Path data, CoordinatorConfig.Ledger config, Path file, LedgerFold fold) {
        try (var reader = LedgerReader.open(file)) {
            fold.refuseOther(reader);
            return ProofLog.open(data.resolve("proof"), config.name(), reader, fold::catchUp);
        }
    }

    /** Folds and signs from now on. */
    void follow() {
        fold.start();
        following.start();
    }

    /** What keeps the promises of payments. */
    private Promises.Source keeping() {
        return new Promises.Source() {
            @Override
            public NoteSigner signer() {
                return proof.signer();
            }

            @Override
            public Optional<Export.Item> payment(TransactionId id, String holder, long size) {
                return proof.payment(id, holder, size);
            }

            @Override
            public boolean isAtHand(TransactionId id) {
                return proof.isAtHand(id);
            }

            @Override
            public void lookUp(Set<TransactionId> payments) {
                try (var reader = LedgerReader.open(file)) {
                    proof.lookUp(payments, reader);
                }
            }
        };
    }

    /** Lets nodes have proofs that its checkpoints continue each other. */
    void prove(Checkpoints checkpoints) {
        checkpoints.open(proof.key().toString(), proof::consistencyProof);
    }

    /** The key of its checkpoints. */
    NoteSigner signer() {
        return proof.signer();
    }

    /** What the door shows of it. */
    Books books(CoordinatorConfig.Ledger config, SqliteEventLog log) {
        return new Books(file, proof, config.witnessKeys(), () -> new LogFacts(log));
    }

    /** Folds and signs what is durable by now, then closes. */
    void end() throws InterruptedException {
        fold.end();
        following.end();
        proof.close();
        fold.close();
    }
}
