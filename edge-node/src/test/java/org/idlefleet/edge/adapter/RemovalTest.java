package org.idlefleet.edge.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

class RemovalTest {
    @TempDir Path root;

    private Path data() throws IOException {
        Path data = root.resolve("edge");
        DataDirectory.take(data).close();
        Files.createDirectories(DataDirectory.identity(data));
        Files.writeString(DataDirectory.identity(data).resolve("node.key"), "secret");
        Files.createDirectories(DataDirectory.models(data).resolve("ab"));
        Files.createDirectories(DataDirectory.ledger(data));
        Files.writeString(DataDirectory.ledger(data).resolve("checkpoint"), "signed");
        return data;
    }

    @Test
    void removesKeysAndModelsAndKeepsWhatProvesEarnings() throws Exception {
        Path data = data();
        Removal.stop(data, Duration.ZERO);
        Removal.remove(data, false);
        try (var left = Files.list(data)) {
            assertThat(left).containsExactly(DataDirectory.ledger(data));
        }
        Removal.remove(data, true);
        assertThat(data).doesNotExist();
        Removal.remove(data, true);
    }

    @Test
    void removesNothingUnderADaemonThatRuns() throws Exception {
        Path data = data();
        try (var _ = DataDirectory.take(data)) {
            assertThat(DataDirectory.holder(data)).contains(ProcessHandle.current().pid());
            assertThatThrownBy(() -> Removal.remove(data, true))
                    .hasMessageContaining("another edge daemon");
            assertThat(DataDirectory.identity(data).resolve("node.key")).exists();
        }
        assertThat(DataDirectory.holder(data)).isEmpty();
    }
}
