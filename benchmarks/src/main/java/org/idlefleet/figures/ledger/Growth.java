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
    private static final int ROUNDS = 40;
    private static final int TIMES = 100;

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
        int round = quick ? 4_000 : 100_000;
        Path folder = Files.createTempDirectory("ledger-growth");
        Path smallFile = folder.resolve("small.db");
        Path largeFile = folder.resolve("large.db");
        try {
            var large = new Settlements(SHARDS_PER_JOB);
            try (var database = LedgerDatabase.open(largeFile)) {
                database.append(List.of(large.fund()));
                for (int i = 1; i <= TIMES; i++) {
                    double rate = LedgerFigures.rate(database, large, part);
                    if (i == 1 || i % 10 == 0) {
                        figures.note(
                                "%d transactions, the last %d at %.0f settlements/s"
                                        .formatted(database.transactions(), part, rate));
                    }
                }
            }
            var small = new Settlements(SHARDS_PER_JOB);
            try (var database = LedgerDatabase.open(smallFile)) {
                database.append(List.of(small.fund()));
                LedgerFigures.rate(database, small, part);
            }
            compare(figures, smallFile, small, largeFile, large, round);
            statements(figures, largeFile);
        } finally {
            Folders.delete(folder);
        }
    }

    private static void compare(
            Figures figures,
            Path smallFile,
            Settlements small,
            Path largeFile,
            Settlements large,
            int round)
            throws IOException {
        var smallRates = new double[ROUNDS];
        var largeRates = new double[ROUNDS];
        long[] processor = new long[2];
        long transactions;
        try (var smallOne = LedgerDatabase.open(smallFile);
                var largeOne = LedgerDatabase.open(largeFile)) {
            figures.plain("ledger-growth.small", (double) smallOne.transactions(), "transactions");
            figures.plain("ledger-growth.large", (double) largeOne.transactions(), "transactions");
            for (int i = 0; i < ROUNDS; i++) {
                long start = processor();
                smallRates[i] = LedgerFigures.rate(smallOne, small, round);
                long middle = processor();
                largeRates[i] = LedgerFigures.rate(largeOne, large, round);
                processor[0] += middle - start;
                processor[1] += processor() - middle;
            }
            transactions = largeOne.transactions();
        }
        var ratios = new double[ROUNDS];
        for (int i = 0; i < ROUNDS; i++) {
            ratios[i] = largeRates[i] / smallRates[i];
        }
        figures.note(ROUNDS + " rounds of " + round + " settlements, to one and to the other");
        figures.plain("ledger-growth.small-rate", median(smallRates), "settlements/s");
        figures.plain("ledger-growth.large-rate", median(largeRates), "settlements/s");
        figures.atLeast("ledger-growth.flat", median(ratios), "ratio", 0.8);
        figures.atLeast(
                "ledger-growth.flat-processor", (double) processor[0] / processor[1], "ratio", 0.8);
        figures.atMost(
                "ledger-growth.bytes",
                (double) Files.size(largeFile) / transactions,
                "bytes/tx",
                200);
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
