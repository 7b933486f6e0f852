package org.idlefleet.ledger.proof.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.idlefleet.ledger.AccountId;
import org.idlefleet.ledger.Money;
import org.idlefleet.ledger.TransactionId;
import org.idlefleet.ledger.adapter.LedgerDatabase;
import org.idlefleet.ledger.adapter.LedgerReader;
import org.idlefleet.ledger.adapter.LedgerStory;
import org.idlefleet.ledger.proof.Checkpoint;
import org.idlefleet.ledger.proof.ExportVerifier;
import org.idlefleet.ledger.proof.MerkleTree;
import org.idlefleet.ledger.proof.Receipt;
import org.idlefleet.ledger.proof.Receipts;
import org.idlefleet.ledger.proof.SignedNote;
import org.idlefleet.ledger.proof.SignedReceipts;
import org.idlefleet.ledger.proof.TileId;
import org.idlefleet.ledger.proof.Trust;
import org.idlefleet.ledger.proof.Verification;
import org.idlefleet.ledger.proof.Witness;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.time.Instant;
import java.util.List;

class ProofLogTest {
    private static final String ORIGIN = "ledger.example.org";
    private static final Instant NOON = Instant.parse("2026-11-22T12:00:00Z");

    @TempDir Path directory;

    private final LedgerStory story = new LedgerStory(17);

    @Test
    void anOwnerCanProveHisEarningsFromAnExportAlone() {
        fold(200);
        Checkpoint early;
        Trust trust;
        String export;
        try (var ledger = LedgerReader.open(ledgerFile());
                var proof = open(ledger)) {
            early = Checkpoint.parse(proof.publish(NOON).text());
        }
        fold(200);
        try (var ledger = LedgerReader.open(ledgerFile());
                var proof = open(ledger)) {
            var witness =
                    new WitnessFile(
                            directory.resolve("witness"),
                            "witness.example.net",
                            ORIGIN,
                            proof.key());
            SignedNote note = proof.publish(NOON.plusSeconds(60));
            assertThat(proof.size()).isEqualTo(ledger.transactions()).isGreaterThan(early.size());
            var opinion = (Witness.Opinion.Cosigned) witness.look(note, List.of(), NOON);
            SignedNote cosigned = proof.cosign(opinion.note(), witness.key()).orElseThrow();
            assertThat(proof.cosign(note, witness.key())).as("without a signature").isEmpty();
            trust =
                    new Trust(
                            ORIGIN,
                            proof.key(),
                            List.of(witness.key()),
                            1,
                            List.of(early),
                            List.of());
            export = proof.export(cosigned, "owner:ann", List.of(early.size()), ledger).text();
            assertThat(proof.matches(ledger)).isTrue();
        }

        Verification verification = ExportVerifier.verify(export, trust, Ed25519.signatures());

        assertThat(verification.faults()).isEmpty();
        assertThat(verification.entries()).isGreaterThan(10);
        assertThat(verification.balances())
                .containsEntry(
                        AccountId.escrow("ann"), story.book().balance(AccountId.escrow("ann")));
    }

    @Test
    void aBrokenPromiseShows() {
        fold(200);
        try (var ledger = LedgerReader.open(ledgerFile());
                var proof = open(ledger)) {
            List<SignedReceipts> promised =
                    SignedReceipts.sign(
                            List.of(promise("job-x", NOON), promise("job-y", NOON.plusSeconds(99))),
                            proof.signer());
            SignedNote note = proof.publish(NOON.plusSeconds(60));
            var trust = new Trust(ORIGIN, proof.key(), List.of(), 0, List.of(), promised);

            Verification verification =
                    ExportVerifier.verify(
                            proof.export(note, "owner:ann", List.of(), ledger),
                            trust,
                            Ed25519.signatures());

            assertThat(verification.faults())
                    .singleElement()
                    .asString()
                    .contains("settle/job-x/0")
                    .contains("promised ann 0.000005");
        }
    }

    @Test
    void aLedgerThatLostItsEndIsNotOpened() throws IOException {
        fold(100);
        Path older = directory.resolve("older.db");
        Files.copy(ledgerFile(), older);
        fold(100);
        try (var ledger = LedgerReader.open(ledgerFile());
                var proof = open(ledger)) {
            proof.publish(NOON);
        }
        Files.copy(older, ledgerFile(), StandardCopyOption.REPLACE_EXISTING);

        try (var ledger = LedgerReader.open(ledgerFile())) {
            assertThatThrownBy(() -> ProofLog.open(proofDirectory(), ORIGIN, ledger))
                    .hasMessageContaining("its end is lost");
            Files.delete(proofDirectory().resolve("proof.db"));
            assertThatThrownBy(() -> ProofLog.open(proofDirectory(), ORIGIN, ledger))
                    .as("also when the proof log itself is gone")
                    .hasMessageContaining("counted");
        }
    }

    @Test
    void aLedgerThatWasChangedIsFound() throws Exception {
        fold(100);
        try (var ledger = LedgerReader.open(ledgerFile());
                var proof = open(ledger)) {
            proof.publish(NOON);
        }
        try (Connection plain = DriverManager.getConnection("jdbc:sqlite:" + ledgerFile());
                var statement = plain.createStatement()) {
            statement.execute("DROP TRIGGER transactions_are_not_changed");
            statement.execute(
                    "UPDATE transactions SET amount1 = amount1 + 1, amount2 = amount2 - 1 WHERE"
                            + " sequence = 5");
        }
        try (var ledger = LedgerReader.open(ledgerFile())) {
            try (var proof = open(ledger)) {
                assertThat(proof.matches(ledger)).isFalse();
            }
            Files.delete(proofDirectory().resolve("proof.db"));
            assertThatThrownBy(() -> ProofLog.open(proofDirectory(), ORIGIN, ledger))
                    .hasMessageContaining("entries were changed");
        }
    }

    @Test
    void aLostProofLogIsBuiltAgainAlike() throws IOException {
        fold(300);
        try (var ledger = LedgerReader.open(ledgerFile())) {
            SignedNote before;
            byte[] tile;
            try (var proof = open(ledger)) {
                before = proof.publish(NOON);
                tile = proof.tile(new TileId(0, 0));
            }
            Files.delete(proofDirectory().resolve("proof.db"));
            try (var proof = open(ledger)) {
                assertThat(proof.publish(NOON)).isEqualTo(before);
                assertThat(proof.tile(new TileId(0, 0))).isEqualTo(tile).isNotEmpty();
            }
        }
    }

    private static Receipts promise(String job, Instant by) {
        return new Receipts(
                "ann",
                by,
                List.of(
                        new Receipt(
                                TransactionId.settle(job, "0"),
                                new Money(5),
                                MerkleTree.EMPTY_ROOT)));
    }

    private void fold(int batches) {
        try (var ledger = LedgerDatabase.open(ledgerFile())) {
            ledger.append(story.next(batches));
        }
    }

    /** Opened, and level with the ledger. */
    private ProofLog open(LedgerReader ledger) {
        ProofLog proof = ProofLog.open(proofDirectory(), ORIGIN, ledger);
        proof.catchUp(ledger);
        return proof;
    }

    private Path ledgerFile() {
        return directory.resolve("ledger.db");
    }

    private Path proofDirectory() {
        return directory.resolve("proof");
    }
}
