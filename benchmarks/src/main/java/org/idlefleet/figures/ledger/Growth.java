package org.idlefleet.figures.ledger;

import org.idlefleet.cli.Bench;
import org.idlefleet.cli.Figures;
import org.idlefleet.ledger.adapter.LedgerDatabase;
import org.idlefleet.ledger.adapter.LedgerReader;
import org.idlefleet.ledger.adapter.Statement;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;

/**
 * A ledger of a hundred million transactions beside one of a million: both are written to in turn,
 * so that whatever else the machine does falls on both alike.
 */
public final class Growth implements Bench {
    private static final int SHARDS_PER_JOB = 100;
    private static final int ROUNDS = 20;
    private static final int PARTS = 100;

    /** After so many parts the two are compared. */
    private static final int COMPARED = 10;

    @Override
    public String name() {
        return "ledger-growth";
    }

    @Override
    public String description() {
        return "a ledger of 100 M transactions beside one of 1 M: rates, bytes, a statement;"
                + " 15 GB of disk";
    }

    @Override
    public void run(Figures figures, boolean quick) throws IOException {
        int part = quick ? 20_000 : 1_000_000;
        int round = quick ? 2_000 : 20_000;
        Path folder = Files.createTempDirectory("ledger-growth");
        Path largeFile = folder.resolve("large.db");
        try {
            try (var small = new Ledger(folder.resolve("small.db"));
                    var large = new Ledger(largeFile)) {
                small.rate(part);
                for (int i = 1; i <= PARTS; i++) {
                    double rate = large.rate(part);
                    if (i == 1 || i % COMPARED == 0) {
                        figures.note(
                                "%d transactions, the last %d at %.0f settlements/s"
                                        .formatted(large.database.transactions(), part, rate));
                        compare(figures, small, large, round);
                    }
                }
            }
            statements(figures, largeFile);
            figures.atMost(
                    "ledger-growth.bytes",
                    (double) Files.size(largeFile) / transactions(largeFile),
                    "bytes/tx",
                    200);
        } finally {
            Folders.delete(folder);
        }
    }

    /** A ledger with the stream that goes into it. */
    private static final class Ledger implements AutoCloseable {
        private final LedgerDatabase database;
        private final Settlements stream = new Settlements(SHARDS_PER_JOB);

        Ledger(Path file) {
            database = LedgerDatabase.open(file);
            database.append(List.of(stream.fund()));
        }

        double rate(int settlements) {
            return LedgerFigures.rate(database, stream, settlements);
        }

        @Override
        public void close() {
            database.close();
        }
    }

    private static void compare(Figures figures, Ledger small, Ledger large, int round) {
        var smallRates = new double[ROUNDS];
        var largeRates = new double[ROUNDS];
        var ratios = new double[ROUNDS];
        long[] processor = new long[2];
        for (int i = 0; i < ROUNDS; i++) {
            long start = processor();
            smallRates[i] = small.rate(round);
            long middle = processor();
            largeRates[i] = large.rate(round);
            processor[0] += middle - start;
            processor[1] += processor() - middle;
            ratios[i] = largeRates[i] / smallRates[i];
        }
        String behind = "ledger-growth.%dm.".formatted(large.database.transactions() / 1_000_000);
        figures.note(
                "%d rounds of %d settlements, to the one of %d and to the one of %d"
                        .formatted(
                                ROUNDS,
                                round,
                                small.database.transactions(),
                                large.database.transactions()));
        figures.plain(behind + "small-rate", median(smallRates), "settlements/s");
        figures.plain(behind + "large-rate", median(largeRates), "settlements/s");
        figures.atLeast(behind + "flat", median(ratios), "ratio", 0.8);
        figures.atLeast(
                behind + "flat-processor", (double) processor[0] / processor[1], "ratio", 0.8);
    }

    private static long transactions(Path file) {
        try (var reader = LedgerReader.open(file)) {
            return reader.transactions();
        }
    }

    /** The lines of one owner in the ledger's last second of bookings. */
    private static void statements(Figures figures, Path file) {
        try (var reader = LedgerReader.open(file)) {
            Instant last =
                    reader.transactions(reader.transactions(), reader.transactions())
                            .getFirst()
                            .bookedAt();
            long start = System.nanoTime();
            Statement statement =
                    reader.ownerStatement("owner77", last.minusSeconds(1), last.plusMillis(1));
            figures.plain("ledger-growth.statement-lines", statement.lines().size(), "lines");
            figures.plain("ledger-growth.statement", (System.nanoTime() - start) / 1e6, "ms");
        }
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    private static long processor() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }
}
