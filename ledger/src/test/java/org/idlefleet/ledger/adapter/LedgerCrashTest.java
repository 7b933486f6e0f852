package org.idlefleet.ledger.adapter;

import static org.assertj.core.api.Assertions.assertThat;

import static java.util.concurrent.TimeUnit.SECONDS;

import org.idlefleet.ledger.Money;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;

/** Kills and damage, with real files and real processes. */
class LedgerCrashTest {
    private static final long SEED = 42;
    private static final int KILLS = 8;
    private static final int DAMAGES = 300;

    @TempDir Path directory;

    /** The process that is killed: folds the story, and says each position that is durable. */
    static final class Folding {
        public static void main(String[] arguments) {
            var story = new LedgerStory(SEED);
            try (var ledger = LedgerDatabase.open(Path.of(arguments[0]))) {
                while (true) {
                    ledger.append(story.next(20));
                    System.out.println(ledger.position());
                }
            }
        }
    }

    @Test
    void losesNothingAcknowledgedAndBooksNothingTwiceWhenKilled() throws Exception {
        Path file = directory.resolve("ledger.db");
        var random = new Random(SEED);
        long acknowledged = 0;
        for (int kill = 0; kill < KILLS; kill++) {
            acknowledged = Math.max(acknowledged, foldUntilKilled(file, 1 + random.nextInt(60)));
            try (var ledger = LedgerDatabase.open(file)) {
                assertThat(ledger.position()).isGreaterThanOrEqualTo(acknowledged);
                assertIsPrefixOfStory(file, ledger.position());
            }
        }
    }

    @Test
    void aDamagedWriteAheadLogLeavesAPrefixOrARefusalAndTheFoldHealsIt() throws IOException {
        Path file = directory.resolve("ledger.db");
        Path image = directory.resolve("image");
        var story = new LedgerStory(SEED);
        List<LedgerBatch> log = story.next(150);
        try (var ledger = LedgerDatabase.open(file)) {
            ledger.append(log.subList(0, 50));
            ledger.append(log.subList(50, 80));
            for (LedgerBatch batch : log.subList(80, 150)) {
                ledger.append(batch.position(), batch.bookings());
            }
            Files.createDirectory(image);
            for (String ending : List.of("", "-wal")) {
                Files.copy(Path.of(file + ending), image.resolve("ledger.db" + ending));
            }
        }
        int shortened = 0;
        int refused = 0;
        var random = new Random(SEED);
        for (int damage = 0; damage < DAMAGES; damage++) {
            Path copy = damaged(image, damage, random);
            try (var ledger = LedgerDatabase.open(copy)) {
                assertThat(ledger.position()).isLessThanOrEqualTo(log.getLast().position());
                shortened += ledger.position() < log.getLast().position() ? 1 : 0;
                assertIsPrefixOfStory(copy, ledger.position());
                ledger.append(log);
                assertIsPrefixOfStory(copy, log.getLast().position());
            } catch (LedgerException refusal) {
                assertThat(refusal).hasMessageContaining(copy.toString());
                refused++;
            }
        }
        assertThat(shortened).as("damages that lost the end").isGreaterThan(DAMAGES / 4);
        assertThat(refused).as("damages that were refused").isLessThan(DAMAGES / 4);
    }

    private static long foldUntilKilled(Path file, int lines) throws Exception {
        Process process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "--enable-native-access=ALL-UNNAMED",
                                "-XX:TieredStopAtLevel=1",
                                "-cp",
                                System.getProperty("java.class.path"),
                                Folding.class.getName(),
                                file.toString())
                        .redirectErrorStream(true)
                        .start();
        long acknowledged = 0;
        try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
            String line = output.readLine();
            for (int i = 0; line != null && i < lines; i++) {
                acknowledged = line.matches("\\d+") ? Long.parseLong(line) : acknowledged;
                line = output.readLine();
            }
            process.destroyForcibly();
            assertThat(process.waitFor(30, SECONDS)).isTrue();
            assertThat(acknowledged).as("the process got to work, last line: " + line).isPositive();
        }
        return acknowledged;
    }

    /** The file books exactly what the story books up to that position. */
    private static void assertIsPrefixOfStory(Path file, long position) {
        var story = new LedgerStory(SEED);
        var expected = new TreeMap<>(story.book().balances());
        while (true) {
            LedgerBatch batch = story.next();
            if (batch.position() > position) {
                break;
            }
            expected = new TreeMap<>(story.book().balances());
        }
        try (var reader = LedgerReader.open(file)) {
            assertThat(reader.check().faults()).isEmpty();
            var found = reader.balances();
            found.values().removeIf(Money::isZero);
            assertThat(found).isEqualTo(expected);
        }
    }

    private Path damaged(Path image, int number, Random random) throws IOException {
        Path copy = Files.createDirectory(directory.resolve("copy" + number)).resolve("ledger.db");
        Files.copy(image.resolve("ledger.db"), copy, StandardCopyOption.REPLACE_EXISTING);
        byte[] log = Files.readAllBytes(image.resolve("ledger.db-wal"));
        switch (random.nextInt(4)) {
            case 0 -> log = Arrays.copyOf(log, random.nextInt(log.length / 512 + 1) * 512);
            case 1 -> log = Arrays.copyOf(log, random.nextInt(log.length));
            case 2 -> log[random.nextInt(log.length)] ^= (byte) (1 << random.nextInt(8));
            default -> {
                int start = random.nextInt(log.length);
                Arrays.fill(log, start, Math.min(log.length, start + 512), (byte) 0);
            }
        }
        Files.write(Path.of(copy + "-wal"), log);
        return copy;
    }
}
