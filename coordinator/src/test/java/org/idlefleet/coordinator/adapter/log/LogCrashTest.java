package org.idlefleet.coordinator.adapter.log;

import static org.assertj.core.api.Assertions.assertThat;

import static java.util.concurrent.TimeUnit.SECONDS;

import org.idlefleet.coordinator.Event;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** Kills and damage, with real files and real processes. */
class LogCrashTest {
    private static final long SEED = 42;
    private static final int KILLS = 5;
    private static final int DAMAGES = 250;

    @TempDir Path folder;

    /** The same groups of events in every process. */
    private static final class Groups {
        private final RandomEvents events = new RandomEvents(SEED);
        private final SplittableRandom sizes = new SplittableRandom(SEED);

        List<Event.Durable> next() {
            return events.next(1 + sizes.nextInt(6));
        }
    }

    /** The process that is killed: goes on where the log ends, and says what is durable. */
    static final class Appending {
        private Appending() {}

        public static void main(String[] arguments) {
            var groups = new Groups();
            try (var log = SqliteEventLog.open(Path.of(arguments[0]))) {
                log.replay(_ -> {});
                long position = 0;
                while (position < log.position()) {
                    position += groups.next().size();
                }
                while (true) {
                    log.append(groups.next());
                    log.flush();
                    System.out.println(log.position());
                    if (log.position() % 100 == 0) {
                        log.snapshot(new RandomEvents(log.position()).next(50));
                    }
                }
            }
        }
    }

    @Test
    void everyAcknowledgedGroupIsThereInOrderOnceAfterEachKill() throws Exception {
        Path file = folder.resolve("coordinator.db");
        var random = new SplittableRandom(SEED);
        int groups = 0;
        long acknowledged = 0;
        for (int kill = 0; kill < KILLS; kill++) {
            int lines = 1 + random.nextInt(1_000);
            groups += lines;
            acknowledged = Math.max(acknowledged, appendUntilKilled(file, lines));
            try (var log = SqliteEventLog.open(file)) {
                assertThat(log.position()).isGreaterThanOrEqualTo(acknowledged);
                log.replay(_ -> {});
                assertIsWholeGroups(SqliteEventLogTest.readFrom(log, 0));
            }
        }
        assertThat(groups).as("acknowledged groups").isGreaterThan(1_000);
    }

    @Test
    void aDamagedFileIsAPrefixOrAnErrorNeverGarbage() throws IOException {
        Path file = folder.resolve("coordinator.db");
        Path image = Files.createDirectory(folder.resolve("image"));
        List<Event.Durable> events = new ArrayList<>();
        var groups = new Groups();
        try (var log = SqliteEventLog.open(file)) {
            for (int i = 0; i < 400; i++) {
                List<Event.Durable> group = groups.next();
                events.addAll(group);
                log.append(group);
                log.flush();
                if (i == 200) {
                    checkpoint(log);
                }
            }
            for (String ending : List.of("", "-wal")) {
                Files.copy(Path.of(file + ending), image.resolve("coordinator.db" + ending));
            }
        }
        int shorter = 0;
        int refused = 0;
        int whole = 0;
        var random = new SplittableRandom(SEED);
        for (int damage = 0; damage < DAMAGES; damage++) {
            Path copy = damaged(image, damage, random);
            var found = new ArrayList<Event.Durable>();
            try (var log = SqliteEventLog.open(copy)) {
                log.replay(found::add);
                assertThat(log.position()).isEqualTo(found.size());
                assertThat(found).isEqualTo(events.subList(0, found.size()));
                shorter += found.size() < events.size() ? 1 : 0;
                whole += found.size() == events.size() ? 1 : 0;
                log.append(groups.next());
                log.flush();
            } catch (LogException refusal) {
                assertThat(found)
                        .as("handed on before the damage showed")
                        .isEqualTo(events.subList(0, found.size()));
                refused++;
            }
        }
        assertThat(shorter).as("damages that lost the end").isGreaterThan(DAMAGES / 8);
        assertThat(refused).as("damages that were refused").isGreaterThan(DAMAGES / 8);
        assertThat(whole).as("damages that hit nothing in use").isLessThan(DAMAGES / 2);
    }

    private static void checkpoint(SqliteEventLog log) {
        try (var statement = log.connection().createStatement()) {
            log.connection().setAutoCommit(true);
            statement.execute("PRAGMA wal_checkpoint(TRUNCATE)");
            log.connection().setAutoCommit(false);
        } catch (SQLException e) {
            throw new IllegalStateException("no checkpoint", e);
        }
    }

    private static long appendUntilKilled(Path file, int lines) throws Exception {
        Process process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "--enable-native-access=ALL-UNNAMED",
                                "-XX:TieredStopAtLevel=1",
                                "-cp",
                                System.getProperty("java.class.path"),
                                Appending.class.getName(),
                                file.toString())
                        .redirectErrorStream(true)
                        .start();
        long acknowledged = 0;
        String last = "none";
        try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
            int read = 0;
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                last = line;
                if (line.matches("\\d+")) {
                    acknowledged = Long.parseLong(line);
                    if (++read == lines) {
                        break;
                    }
                }
            }
            process.destroyForcibly();
            assertThat(process.waitFor(60, SECONDS)).isTrue();
        }
        assertThat(acknowledged).as("the process got to work, last line: " + last).isPositive();
        return acknowledged;
    }

    private static void assertIsWholeGroups(List<Event.Durable> found) {
        var expected = new ArrayList<Event.Durable>(found.size());
        var groups = new Groups();
        while (expected.size() < found.size()) {
            expected.addAll(groups.next());
        }
        assertThat(found).isEqualTo(expected);
    }

    private Path damaged(Path image, int number, SplittableRandom random) throws IOException {
        Path copy =
                Files.createDirectory(folder.resolve("copy" + number)).resolve("coordinator.db");
        byte[] file = Files.readAllBytes(image.resolve("coordinator.db"));
        byte[] wal = Files.readAllBytes(image.resolve("coordinator.db-wal"));
        boolean inFile = random.nextInt(3) > 0;
        byte[] hit = inFile ? file : wal;
        switch (random.nextInt(4)) {
            case 0 -> hit = Arrays.copyOf(hit, random.nextInt(hit.length / 512 + 1) * 512);
            case 1 -> hit = Arrays.copyOf(hit, random.nextInt(hit.length));
            case 2 -> hit[random.nextInt(hit.length)] ^= (byte) (1 << random.nextInt(8));
            default -> {
                int start = random.nextInt(hit.length);
                Arrays.fill(hit, start, Math.min(hit.length, start + 512), (byte) 0);
            }
        }
        Files.write(copy, inFile ? hit : file);
        Files.write(Path.of(copy + "-wal"), inFile ? wal : hit);
        return copy;
    }
}
