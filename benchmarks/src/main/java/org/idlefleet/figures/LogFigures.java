package org.idlefleet.figures;

import org.idlefleet.cli.Bench;
import org.idlefleet.cli.Figures;
import org.idlefleet.coordinator.Coordinator;
import org.idlefleet.coordinator.Event;
import org.idlefleet.coordinator.ModelSpec;
import org.idlefleet.coordinator.Policy;
import org.idlefleet.coordinator.Tier;
import org.idlefleet.coordinator.adapter.log.EventCodec;
import org.idlefleet.coordinator.adapter.log.SqliteEventLog;
import org.idlefleet.coordinator.scheduling.WorkUnits;
import org.idlefleet.coordinator.verification.Ballot;
import org.idlefleet.ledger.Money;
import org.idlefleet.ledger.RevenueShare;
import org.idlefleet.ledger.Transaction;
import org.idlefleet.protocol.ClientId;
import org.idlefleet.protocol.Digest;
import org.idlefleet.protocol.ItemKind;
import org.idlefleet.protocol.JobId;
import org.idlefleet.protocol.Lease;
import org.idlefleet.protocol.ModelId;
import org.idlefleet.protocol.ModelManifest;
import org.idlefleet.protocol.NodeId;
import org.idlefleet.protocol.NumericClass;
import org.idlefleet.protocol.OwnerId;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * Figures of the event log: what an event costs, how many become durable in a second beside SQLite
 * alone with the same bytes, and how long a killed coordinator takes to know everything again.
 */
public final class LogFigures implements Bench {
    private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");
    private static final ClientId CLIENT = new ClientId("client");
    private static final ModelSpec MODEL =
            new ModelSpec(
                    new ModelId("model"),
                    Digest.of(new byte[1]),
                    1,
                    1_540,
                    3,
                    new ModelManifest.Comparator(1, 0.01),
                    1_000);
    private static final NumericClass CLASS =
            new NumericClass("ort-1.28.0", "CPU", "model", "x86-vnni");
    private static final int GROUP = 1_000;
    private static final int EVENTS = 500_000;
    private static final int OPEN = 100_000;
    private static final int REPEATS = 5;

    @Override
    public String name() {
        return "log";
    }

    @Override
    public String description() {
        return "the event log: cost of an event, durable events a second, recovery";
    }

    @Override
    public void run(Figures figures, boolean quick) throws Exception {
        int part = quick ? 10 : 1;
        Path folder = Files.createTempDirectory("log-figures");
        try {
            codec(figures);
            append(figures, folder, EVENTS / part);
            recovery(figures, folder, "100k-jobs", OPEN / part, 1);
            recovery(figures, folder, "1k-jobs", OPEN / 100 / part, 100);
        } finally {
            delete(folder);
        }
    }

    /** The process whose start is timed: replays the log {@code FILE} and says what is open. */
    public static void main(String[] arguments) {
        recover(Path.of(arguments[0]));
    }

    private static void codec(Figures figures) {
        List<Event.Durable> events = settlements(1, GROUP);
        var codec = new EventCodec();
        byte[] group = encode(codec, events);
        double write = bestNanos(() -> encode(codec, events).length) / GROUP / 1_000;
        double read = bestNanos(() -> codec.read(group, 1).size()) / GROUP / 1_000;
        figures.atMost("log-encode", write, "us/event", 2);
        figures.atMost("log-decode", read, "us/event", 2);
        figures.plain("log-event-bytes", (double) group.length / GROUP, "bytes");
    }

    private static void append(Figures figures, Path folder, int count) throws SQLException {
        List<Event.Durable> events = settlements(1, count);
        var ours = new double[REPEATS];
        var raw = new double[REPEATS];
        for (int i = 0; i < REPEATS; i++) {
            ours[i] = count / seconds(log(folder.resolve("log" + i + ".db"), events));
            raw[i] = count / seconds(raw(folder.resolve("raw" + i + ".db"), events));
        }
        double rate = median(ours);
        figures.atLeast("log-events", rate, "events/s", 100_000);
        figures.plain("log-sqlite-alone", median(raw), "events/s");
        figures.atLeast("log-to-sqlite", rate / median(raw), "ratio", 0.25);
    }

    private static long log(Path file, List<Event.Durable> events) {
        try (var log = SqliteEventLog.open(file)) {
            long start = System.nanoTime();
            for (int i = 0; i < events.size(); i += GROUP) {
                log.append(events.subList(i, i + GROUP));
                log.flush();
            }
            return System.nanoTime() - start;
        }
    }

    /** The same bytes in as many transactions, by SQLite alone. */
    private static long raw(Path file, List<Event.Durable> events) throws SQLException {
        var codec = new EventCodec();
        List<byte[]> groups = new ArrayList<>();
        for (int i = 0; i < events.size(); i += GROUP) {
            groups.add(encode(codec, events.subList(i, i + GROUP)));
        }
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = connection.createStatement()) {
            statement.execute("PRAGMA journal_mode = WAL");
            statement.execute("PRAGMA synchronous = FULL");
            statement.execute("PRAGMA wal_autocheckpoint = 4096");
            statement.execute("CREATE TABLE log (first INTEGER PRIMARY KEY, payload BLOB)");
            connection.setAutoCommit(false);
            try (PreparedStatement insert =
                    connection.prepareStatement("INSERT INTO log VALUES (?, ?)")) {
                long start = System.nanoTime();
                for (int i = 0; i < groups.size(); i++) {
                    insert.setLong(1, i);
                    insert.setBytes(2, groups.get(i));
                    insert.executeUpdate();
                    connection.commit();
                }
                return System.nanoTime() - start;
            }
        }
    }

    /** As many jobs, each with {@code shards} one-item shards settled and as many open. */
    private static void recovery(Figures figures, Path folder, String name, int jobs, int shards)
            throws IOException, InterruptedException {
        Path file = folder.resolve(name + ".db");
        Coordinator coordinator = new Coordinator(Policy.standard(1));
        try (var log = SqliteEventLog.open(file)) {
            List<Event.Durable> events = story(jobs, shards);
            for (int i = 0; i < events.size(); i += GROUP) {
                List<Event.Durable> group = events.subList(i, Math.min(events.size(), i + GROUP));
                log.append(group);
                log.flush();
                group.forEach(coordinator::apply);
            }
        }
        int open = jobs * shards;
        figures.atMost("recovery-log-" + name, medianRecovery(file, open), "s", 2);
        try (var log = SqliteEventLog.open(file)) {
            log.replay(_ -> {});
            long start = System.nanoTime();
            List<Event.Durable> state = coordinator.snapshot(NOW);
            double taken = seconds(System.nanoTime() - start);
            log.snapshot(state);
            double whole = seconds(System.nanoTime() - start);
            figures.plain("snapshot-take-" + name, taken, "s");
            figures.plain("snapshot-write-" + name, whole - taken, "s");
        }
        figures.atMost("recovery-snapshot-" + name, medianRecovery(file, open), "s", 2);
    }

    /** From the start of a process to the state being known again, in seconds. */
    private static double medianRecovery(Path file, int open)
            throws IOException, InterruptedException {
        var times = new double[REPEATS];
        for (int i = 0; i < REPEATS; i++) {
            long start = System.nanoTime();
            Process process =
                    new ProcessBuilder(
                                    Path.of(System.getProperty("java.home"), "bin", "java")
                                            .toString(),
                                    "--enable-native-access=ALL-UNNAMED",
                                    "-cp",
                                    System.getProperty("java.class.path"),
                                    LogFigures.class.getName(),
                                    file.toString())
                            .redirectError(ProcessBuilder.Redirect.INHERIT)
                            .start();
            try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
                String line = output.readLine();
                if (!("open " + open).equals(line)) {
                    throw new IllegalStateException("expected 'open " + open + "', found " + line);
                }
                times[i] = seconds(System.nanoTime() - start);
            }
            process.waitFor();
        }
        return median(times);
    }

    private static void recover(Path file) {
        Coordinator coordinator = new Coordinator(Policy.standard(1));
        try (var log = SqliteEventLog.open(file)) {
            log.replay(coordinator::apply);
            long open = 0;
            for (Event.Durable event : coordinator.snapshot(NOW)) {
                if (event instanceof Event.JobRestored job) {
                    open += job.admitted().units().items();
                    for (Event.SettledRange range : job.settled()) {
                        open -= range.to() - range.from();
                    }
                }
            }
            System.out.println("open " + open);
        }
    }

    private static List<Event.Durable> story(int jobs, int shards) {
        var events = new ArrayList<Event.Durable>();
        events.add(new Event.LifeBegan(1, NOW));
        events.add(new Event.ModelRegistered(MODEL, NOW));
        events.add(
                new Event.Booked(
                        Transaction.fund(CLIENT.value(), "payment-1", Money.ofUnits(1_000_000)),
                        NOW));
        int items = 2 * shards;
        for (int job = 1; job <= jobs; job++) {
            events.add(admitted(new JobId(job), items));
        }
        for (int shard = 0; shard < shards; shard++) {
            for (int job = 1; job <= jobs; job++) {
                events.add(settlement(new JobId(job), shard));
            }
        }
        return events;
    }

    private static Event.JobAdmitted admitted(JobId job, int items) {
        return new Event.JobAdmitted(
                job,
                CLIENT,
                MODEL.model(),
                MODEL.manifest(),
                ItemKind.TEXT,
                WorkUnits.even(items, 40),
                1,
                Tier.BATCH,
                NOW.plusSeconds(3_600),
                true,
                Transaction.hold(
                        job.toString(), CLIENT.value(), Money.ofMillionths(items * 40L * 3)),
                NOW);
    }

    private static List<Event.Durable> settlements(int firstJob, int count) {
        List<Event.Durable> events = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            events.add(settlement(new JobId(firstJob + i / 100), i % 100));
        }
        return events;
    }

    private static Event.ShardSettled settlement(JobId job, int shard) {
        var lease = new Lease(job, shard, 0, 1);
        var owner = new OwnerId("owner-" + job.number() % 500);
        Digest digest = Digest.of(lease.toString().getBytes(StandardCharsets.US_ASCII));
        var ballot =
                new Ballot(
                        lease,
                        new NodeId("node-" + job.number() % 2_000),
                        owner,
                        digest,
                        digest,
                        CLASS);
        Transaction payment =
                RevenueShare.of(1, 700_000, 200_000, 100_000)
                        .settlement(
                                job.toString(),
                                Integer.toString(shard),
                                CLIENT.value(),
                                Money.ofMillionths(40 * 3),
                                List.of(owner.value()));
        return new Event.ShardSettled(
                job,
                shard,
                shard,
                shard + 1,
                lease,
                List.of(ballot),
                List.of(),
                List.of(),
                payment,
                NOW);
    }

    private static byte[] encode(EventCodec codec, List<Event.Durable> events) {
        events.forEach(codec::add);
        return codec.takeGroup();
    }

    private static double bestNanos(LongSupplier work) {
        double best = Double.MAX_VALUE;
        long sink = 0;
        for (int i = 0; i < 400; i++) {
            long start = System.nanoTime();
            sink += work.getAsLong();
            best = Math.min(best, (double) (System.nanoTime() - start));
        }
        if (sink == 0) {
            throw new IllegalStateException("the work did nothing");
        }
        return best;
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    private static double seconds(long nanos) {
        return nanos / 1e9;
    }

    private static void delete(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(folder);
    }
}
