package org.idlefleet.figures.ledger;

import org.HdrHistogram.Histogram;
import org.idlefleet.cli.Bench;
import org.idlefleet.cli.Figures;
import org.idlefleet.ledger.adapter.LedgerCheck;
import org.idlefleet.ledger.adapter.LedgerDatabase;
import org.idlefleet.ledger.adapter.LedgerReader;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** The durable ledger: settlements a second, waiting time, growth, start-up, and proofs. */
public final class LedgerFigures implements Bench {
    /** Settlements in one durable step. */
    private static final int GROUP = 1_000;

    private static final int SHARDS_PER_JOB = 100;
    private static final int REPEATS = 5;
    private static final long ARRIVALS_PER_SECOND = 10_000;
    private static final int MILLION = 1_000_000;

    @Override
    public String name() {
        return "ledger";
    }

    @Override
    public String description() {
        return "the durable ledger: settlements a second, waiting, growth, start-up, proofs";
    }

    @Override
    public void run(Figures figures, boolean quick) throws Exception {
        Path folder = Files.createTempDirectory("ledger-figures");
        try {
            throughput(figures, folder, quick ? 30_000 : 300_000);
            waiting(figures, folder.resolve("waiting.db"), quick ? 2 : 20);
            growth(
                    figures,
                    folder.resolve("growth.db"),
                    quick ? MILLION / 20 : MILLION,
                    quick ? 3 : 5);
            new ProofFigures(figures).run(quick);
        } finally {
            Folders.delete(folder);
        }
    }

    /** Ours and SQLite alone in turn, each into a new file. */
    private static void throughput(Figures figures, Path folder, int settlements)
            throws SQLException, IOException {
        figures.note(
                settlements
                        + " settlements of 4 postings in durable groups of "
                        + GROUP
                        + ", each checked against the book; beside it the same columns without"
                        + " check, book or projection");
        try (var database = LedgerDatabase.open(folder.resolve("warm.db"))) {
            var stream = new Settlements(SHARDS_PER_JOB);
            database.append(List.of(stream.fund()));
            rate(database, stream, 100 * GROUP);
        }
        var ours = new double[REPEATS];
        var raw = new double[REPEATS];
        for (int i = 0; i < REPEATS; i++) {
            Path ledger = folder.resolve("rate" + i + ".db");
            Path rows = folder.resolve("raw" + i + ".db");
            try (var database = LedgerDatabase.open(ledger)) {
                var stream = new Settlements(SHARDS_PER_JOB);
                database.append(List.of(stream.fund()));
                ours[i] = rate(database, stream, settlements);
            }
            raw[i] = settlements / seconds(RawRows.append(rows, settlements, GROUP));
            Files.delete(ledger);
            Files.delete(rows);
        }
        figures.atLeast("ledger.settlements", median(ours), "settlements/s", 200_000);
        figures.plain("ledger.sqlite-alone", median(raw), "rows/s");
        figures.plain("ledger.to-sqlite", median(ours) / median(raw), "ratio");
    }

    /** Settlements a second of the time spent in the ledger; making them does not count. */
    static double rate(LedgerDatabase database, Settlements stream, int settlements) {
        long spent = 0;
        for (int done = 0; done < settlements; done += GROUP) {
            var batch = List.of(stream.next(GROUP));
            long start = System.nanoTime();
            database.append(batch);
            spent += System.nanoTime() - start;
        }
        return settlements / seconds(spent);
    }

    /**
     * Settlements arrive evenly whatever the ledger does; each waits from its arrival until it is
     * durable, with all that arrived meanwhile in one step.
     */
    private static void waiting(Figures figures, Path file, int seconds) {
        var histogram = new Histogram(3);
        try (var database = LedgerDatabase.open(file)) {
            var stream = new Settlements(SHARDS_PER_JOB);
            database.append(List.of(stream.fund()));
            rate(database, stream, 20 * GROUP);
            long step = 1_000_000_000 / ARRIVALS_PER_SECOND;
            long total = ARRIVALS_PER_SECOND * seconds;
            long begin = System.nanoTime();
            for (long done = 0; done < total; ) {
                long now = System.nanoTime();
                long arrived = Math.min(total, (now - begin) / step + 1);
                if (arrived == done) {
                    LockSupport.parkNanos(begin + done * step - now);
                    continue;
                }
                database.append(List.of(stream.next((int) (arrived - done))));
                long durable = System.nanoTime();
                for (; done < arrived; done++) {
                    histogram.recordValue((durable - begin - done * step) / 1_000);
                }
            }
        }
        figures.note(
                "open loop for "
                        + seconds
                        + " s: "
                        + ARRIVALS_PER_SECOND
                        + " settlements/s arrive, timed from arrival until durable");
        figures.plain("ledger.waiting.p50", histogram.getValueAtPercentile(50) / 1e3, "ms");
        figures.atMost("ledger.waiting.p99", histogram.getValueAtPercentile(99) / 1e3, "ms", 25);
        figures.plain("ledger.waiting.max", histogram.getMaxValue() / 1e3, "ms");
    }

    private static void growth(Figures figures, Path file, int part, int parts) throws IOException {
        String size = size(part);
        var stream = new Settlements(SHARDS_PER_JOB);
        var rates = new ArrayList<Double>();
        try (var database = LedgerDatabase.open(file)) {
            database.append(List.of(stream.fund()));
            rate(database, stream, part);
        }
        startUp(figures, file, size);
        long transactions;
        try (var database = LedgerDatabase.open(file)) {
            for (int i = 1; i < parts; i++) {
                rates.add(rate(database, stream, part));
            }
            transactions = database.transactions();
        }
        figures.note(
                "growth: settlements/s from "
                        + size
                        + " on, and again behind "
                        + transactions
                        + " transactions");
        figures.plain("ledger.rate-behind-" + size, rates.getFirst(), "settlements/s");
        figures.plain(
                "ledger.rate-behind-" + size(part * (parts - 1)), rates.getLast(), "settlements/s");
        figures.atLeast("ledger.growth-flat", rates.getLast() / rates.getFirst(), "ratio", 0.8);
        figures.atMost("ledger.bytes", (double) Files.size(file) / transactions, "bytes/tx", 200);
    }

    /** Opening to go on, and booking all of it again. */
    private static void startUp(Figures figures, Path file, String size) {
        long start = System.nanoTime();
        LedgerDatabase.open(file).close();
        double opened = seconds(System.nanoTime() - start);
        try (var reader = LedgerReader.open(file)) {
            start = System.nanoTime();
            LedgerCheck check = reader.check();
            double checked = seconds(System.nanoTime() - start);
            if (!check.isClean()) {
                throw new IllegalStateException("the load is not clean: " + check.faults());
            }
            figures.note("start-up with " + check.transactions() + " transactions");
            figures.plain("ledger.open-" + size, opened, "s");
            figures.atMost("ledger.check-" + size, opened + checked, "s", 5);
        }
    }

    private static String size(int count) {
        return count >= MILLION ? count / MILLION + "m" : count / 1_000 + "k";
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    private static double seconds(long nanos) {
        return nanos / 1e9;
    }
}
