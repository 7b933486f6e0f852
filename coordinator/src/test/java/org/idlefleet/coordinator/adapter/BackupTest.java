package org.idlefleet.coordinator.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.awaitility.Awaitility;
import org.idlefleet.ledger.proof.Checkpoint;
import org.idlefleet.ledger.proof.SignedNote;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.util.List;

class BackupTest extends ServerHouse {
    @Test
    void isHeldAgainstAllThatWasPublishedSince() throws Exception {
        Path data = directory.resolve("data");
        Path backup = directory.resolve("backup");
        SignedNote early;
        SignedNote late;
        try (var server = start()) {
            early = published(server, data, "a", 1);
            Backup.make(data, backup);
            assertThatThrownBy(() -> Backup.make(data, backup)).hasMessageContaining("exists");
            late = published(server, data, "b", 2);
        }
        Path restored = directory.resolve("restored");
        assertThatThrownBy(() -> Backup.restore(backup, restored, List.of(), false))
                .hasMessageContaining("nobody can tell");
        assertThatThrownBy(() -> Backup.restore(backup, restored, List.of(early, late), false))
                .hasMessageContaining("has 1 transactions, but 2 were published by")
                .hasMessageContaining("the last 1 would be lost");
        assertThat(restored).doesNotExist();
        Backup.Restored level = Backup.restore(backup, restored, List.of(early), false);
        assertThat(level.transactions()).isOne();
        assertThat(level.lost()).isZero();
        assertThat(Files.readString(restored.resolve("admin.key")))
                .isEqualTo(Files.readString(data.resolve("admin.key")));
        Path accepted = directory.resolve("accepted");
        assertThat(Backup.restore(backup, accepted, List.of(late), true).lost()).isOne();

        // The copy goes on, and books other things than were published.
        Files.move(data, directory.resolve("gone"));
        Files.move(accepted, data);
        Path fork = directory.resolve("fork");
        try (var server = start()) {
            published(server, data, "c", 2);
            Backup.make(data, fork);
        }
        for (boolean accepts : new boolean[] {false, true}) {
            assertThatThrownBy(() ->
                            Backup.restore(
                                    fork, directory.resolve("other"), List.of(late), accepts))
                    .hasMessageContaining("are not those that were published");
        }
    }

    @Test
    void isRefusedIfItsLedgerWasChangedOrItsLogCut() throws Exception {
        Path data = directory.resolve("data");
        Path backup = directory.resolve("backup");
        SignedNote note;
        try (var server = start()) {
            note = published(server, data, "a", 1);
            published(server, data, "b", 2);
            Backup.make(data, backup);
        }
        Path log = backup.resolve("events.db");
        byte[] whole = Files.readAllBytes(log);
        Path other = directory.resolve("other");
        for (int cut = 1; cut < 4; cut++) {
            byte[] damaged = whole.clone();
            java.util.Arrays.fill(
                    damaged, damaged.length - cut * 4_096, damaged.length, (byte) 0x5a);
            Files.write(log, damaged);
            assertThatThrownBy(() -> Backup.restore(backup, other, List.of(note), true))
                    .isInstanceOf(IOException.class);
            assertThat(other).doesNotExist();
        }
        Files.write(log, whole);
        try (var plain = DriverManager.getConnection("jdbc:sqlite:" + backup.resolve("ledger.db"));
                var statement = plain.createStatement()) {
            statement.execute("DROP TRIGGER transactions_are_not_changed");
            statement.execute("UPDATE transactions SET booked_at = booked_at - 1000");
        }
        assertThatThrownBy(() -> Backup.restore(backup, other, List.of(note), true))
                .hasMessageContaining("not those of its proof log");
    }

    /** One more transaction, and the checkpoint that has it. */
    private SignedNote published(CoordinatorServer server, Path data, String client, long size)
            throws Exception {
        client(server, client);
        Path file = data.resolve("proof/checkpoint");
        Awaitility.await().until(() -> Files.exists(file) && checkpoint(file).size() == size);
        return SignedNote.parse(Files.readString(file));
    }

    private static Checkpoint checkpoint(Path file) throws IOException {
        return Checkpoint.parse(SignedNote.parse(Files.readString(file)).text());
    }
}
