package org.idlefleet.figures.ledger;

import org.idlefleet.cli.Bench;
import org.idlefleet.cli.Figures;
import org.idlefleet.ledger.adapter.LedgerBatch;
import org.idlefleet.ledger.adapter.LedgerDatabase;
import org.idlefleet.ledger.adapter.LedgerReader;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/**
 * A process that folds settlements and signs checkpoints as fast as it can, killed with -9 again
 * and again: what it acknowledged is there, once, and what it signed still holds.
 */
public final class Kills implements Bench {
    /** After so many kills everything is compared, and a new ledger begins. */
    private static final int PER_LEDGER = 25;

    private static final int PER_BATCH = 20;

    /** The first word of a process: from here on it is ours that runs, and not the JVM's start. */
    private static final String STARTED = "started";

    /** An overloaded machine can't start every JVM; so often it is tried, so long is waited. */
    private static final int STARTS_MAX = 60;

    private static final Duration START_AGAIN = Duration.ofSeconds(5);

    @Override
    public String name() {
        return "ledger-kills";
    }

    @Override
    public String description() {
        return "kill -9 of the ledger under load: nothing acknowledged is lost, nothing doubled";
    }

    /** The process that is killed: says each position that is durable. */
    public static void main(String[] arguments) {
        System.out.println(STARTED);
        var books = new Books(Path.of(arguments[0]));
        try (var database = LedgerDatabase.open(books.file());
                var reader = LedgerReader.open(books.file());
                var proof = books.proof(reader)) {
            var stream = new Settlements(50);
            LedgerBatch batch = stream.fund();
            while (true) {
                if (batch.position() > database.position()) {
                    database.append(List.of(batch));
                    System.out.println(batch.position());
                    if (batch.position() % 16 == 0) {
                        proof.catchUp(reader);
                        proof.publish(Instant.EPOCH.plusSeconds(batch.position()));
                    }
                }
                batch = stream.next(PER_BATCH);
            }
        }
    }

    @Override
    public void run(Figures figures, boolean quick) throws Exception {
        int wanted = quick ? 5 : 1_000;
        var random = new Random(1);
        int lost = 0;
        int wrong = 0;
        long bookings = 0;
        for (int kills = 0; kills < wanted; ) {
            Path all = Files.createTempDirectory("ledger-kills");
            try {
                Path folder = Files.createDirectory(all.resolve("ledger"));
                long acknowledged = 0;
                for (int i = 0; i < PER_LEDGER && kills < wanted; i++, kills++) {
                    acknowledged = Math.max(acknowledged, killed(all, folder, random));
                    try (var database = LedgerDatabase.open(new Books(folder).file())) {
                        lost += database.position() < acknowledged ? 1 : 0;
                    }
                }
                var books = new Books(folder);
                wrong += books.start(told(books)) == Books.Start.PREFIX ? 0 : 1;
                try (var reader = LedgerReader.open(books.file())) {
                    bookings += reader.transactions();
                }
            } finally {
                Folders.delete(all);
            }
        }
        figures.note(
                "each process is killed while it writes; every "
                        + PER_LEDGER
                        + " kills all is booked again, compared with what was told, and with its"
                        + " checkpoint");
        figures.plain("ledger-kills.kills", wanted, "kills");
        figures.plain("ledger-kills.bookings", (double) bookings, "transactions");
        figures.atMost("ledger-kills.acknowledged-lost", lost, "kills", 0);
        figures.atMost("ledger-kills.wrong-ledgers", wrong, "ledgers", 0);
    }

    /** All that the processes were told up to where the ledger is. */
    private static List<LedgerBatch> told(Books books) {
        var told = new ArrayList<LedgerBatch>();
        var stream = new Settlements(50);
        told.add(stream.fund());
        try (var database = LedgerDatabase.open(books.file())) {
            while (told.getLast().position() < database.position()) {
                told.add(stream.next(PER_BATCH));
            }
        }
        return told;
    }

    /** A process that said its first word; what it has to complain about is in {@code words}. */
    private static Process started(Path all, Path folder, Path words)
            throws IOException, InterruptedException {
        Path library = Files.createDirectories(all.resolve("library"));
        var command =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "--enable-native-access=ALL-UNNAMED",
                                "-XX:TieredStopAtLevel=1",
                                "-XX:+UseSerialGC",
                                "-Dorg.sqlite.tmpdir=" + library,
                                "-cp",
                                System.getProperty("java.class.path"),
                                Kills.class.getName(),
                                folder.toString())
                        .redirectError(words.toFile());
        for (int starts = 1; ; starts++) {
            Process process = command.start();
            if (STARTED.equals(process.inputReader(StandardCharsets.UTF_8).readLine())) {
                return process;
            }
            process.destroyForcibly();
            String why = Files.readString(words).strip();
            if (starts == STARTS_MAX) {
                throw new IllegalStateException(
                        "no JVM starts here, after " + STARTS_MAX + " times: " + why);
            }
            System.err.println(
                    "a JVM did not start and is tried again in "
                            + START_AGAIN.toSeconds()
                            + " seconds: "
                            + why);
            Thread.sleep(START_AGAIN);
        }
    }

    /**
     * Lets a process write until it is killed.
     *
     * @return the last position that it acknowledged
     */
    private static long killed(Path all, Path folder, Random random)
            throws IOException, InterruptedException {
        Path words = all.resolve("words");
        Process process = started(all, folder, words);
        long acknowledged = 0;
        try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
            int lines = 1 + random.nextInt(120);
            String line = output.readLine();
            for (int i = 0; line != null && i < lines; i++) {
                acknowledged = Long.parseLong(line);
                line = output.readLine();
            }
            process.destroyForcibly();
            if (!process.waitFor(30, TimeUnit.SECONDS) || acknowledged == 0) {
                throw new IllegalStateException(
                        "the process did no work before it was killed: "
                                + Files.readString(words).strip());
            }
        }
        return acknowledged;
    }
}
