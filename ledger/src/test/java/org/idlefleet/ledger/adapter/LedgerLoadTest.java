package org.idlefleet.ledger.adapter;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;

class LedgerLoadTest {
    @TempDir Path directory;

    @Test
    void aTransactionTakesFewerThanTwoHundredBytes() throws IOException {
        LedgerLoad load = LedgerLoad.run(directory.resolve("ledger.db"), 60, 500);

        assertThat(load.settlements()).isEqualTo(30_000);
        assertThat(load.bytesPerTransaction()).isLessThanOrEqualTo(200);
    }
}
