package org.idlefleet.edge.adapter.record;

import static org.assertj.core.api.Assertions.assertThat;

import org.idlefleet.edge.adapter.trace.TraceSource;
import org.idlefleet.edge.gate.Gate;
import org.idlefleet.edge.gate.GateState;
import org.idlefleet.edge.gate.Linter;
import org.idlefleet.edge.gate.OwnerRules;
import org.idlefleet.edge.gate.Quantity;
import org.idlefleet.edge.gate.Reading;
import org.idlefleet.edge.gate.Recording;
import org.idlefleet.edge.gate.RuleKey;
import org.idlefleet.edge.gate.TraceLine;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;

class SignalWeekTest {
    private static final Instant START = Instant.parse("2026-01-05T18:00:00Z");
    private static final OwnerRules RULES = OwnerRules.of(Map.of(), ZoneId.of("UTC"));

    @TempDir Path directory;

    private static List<Reading> readings(Instant now, boolean mains, double load) {
        return List.of(
                Reading.of(Quantity.PAUSED, false, now, "owner"),
                Reading.of(Quantity.MAINS, mains, now, "linux"),
                Reading.of(Quantity.OTHER_LOAD, load, now, "linux"),
                Reading.of(Quantity.PRICE, 0.3, now, "tariff"));
    }

    @Test
    void writesChangesOnlyAndRunsOnToTheMinute() throws IOException {
        try (var week = new SignalWeek(directory, RULES)) {
            for (int half = 0; half < 2 * 600; half++) {
                Instant now = START.plusMillis(half * 500L);
                week.write(readings(now, half < 600, half % 7 * 0.01), now);
            }
        }
        Recording recording = SignalWeek.read(directory, SignalWeek.BYTES_MAX).getFirst();
        assertThat(recording.began()).isEqualTo(START);
        assertThat(recording.lines())
                .extracting(TraceLine::text)
                .contains("0s power.mains yes linux", "300s power.mains no linux")
                .noneMatch(line -> line.contains("power.price"))
                .hasSizeLessThan(20);
        assertThat(recording.ended()).isAfter(START.plusSeconds(600 - 61));
    }

    @Test
    void aSourceThatFallsSilentIsUnknownAndAStaleWordIsToo() throws IOException {
        try (var week = new SignalWeek(directory, RULES)) {
            week.write(readings(START, true, 0), START);
            Instant later = START.plusSeconds(30);
            week.write(
                    List.of(
                            Reading.of(Quantity.PAUSED, false, later, "owner"),
                            Reading.of(Quantity.GEAR_PARK, true, START, "kuksa")),
                    later);
        }
        assertThat(SignalWeek.read(directory, SignalWeek.BYTES_MAX).getFirst().lines())
                .extracting(TraceLine::text)
                .contains("30s power.mains unknown linux", "30s vehicle.gear_park unknown kuksa");
    }

    @Test
    void keepsAWeekAndNoMoreThanItsBytes() throws IOException {
        var random = new Random(3);
        try (var week = new SignalWeek(directory, RULES)) {
            for (int minute = 0; minute < 10 * 24 * 60; minute += 5) {
                Instant now = START.plus(Duration.ofMinutes(minute));
                week.write(readings(now, random.nextBoolean(), random.nextInt(100)), now);
                if (minute % (24 * 60) == 0) {
                    try (Stream<Path> files = Files.list(directory)) {
                        for (Path file : files.toList()) {
                            Files.setLastModifiedTime(file, FileTime.from(now));
                        }
                    }
                }
            }
        }
        List<Recording> recordings = SignalWeek.read(directory, SignalWeek.BYTES_MAX);
        assertThat(recordings.size()).isBetween(7, 11);
        assertThat(recordings).isSortedAccordingTo((a, b) -> a.began().compareTo(b.began()));
    }

    @Test
    void theOldestFilesGoWhenAllTogetherAreTooManyBytes() throws IOException {
        String line = "0s power.mains yes linux\n";
        String old = line.repeat(SignalWeek.FILE_BYTES_MAX / line.length());
        for (int file = 10; file < 40; file++) {
            Files.writeString(directory.resolve("2026-01-05T17-" + file + "-00Z.trace"), old);
        }
        try (var week = new SignalWeek(directory, RULES)) {
            week.write(readings(START, true, 0), START);
        }
        try (Stream<Path> files = Files.list(directory)) {
            List<Path> left = files.sorted().toList();
            long bytes = 0;
            for (Path file : left) {
                bytes += Files.size(file);
            }
            assertThat(bytes).isBetween(SignalWeek.BYTES_MAX / 2L, (long) SignalWeek.BYTES_MAX);
            assertThat(left.getFirst().toString()).contains("17-25-00Z");
            assertThat(left.getLast().toString()).contains("18-00-00Z");
            long three = Files.size(left.getLast()) + 2L * old.length();
            assertThat(SignalWeek.read(directory, three))
                    .as("the newest that fit")
                    .hasSize(3)
                    .last()
                    .extracting(Recording::began)
                    .isEqualTo(START);
            assertThat(SignalWeek.read(directory, three - 1)).hasSize(2);
        }
    }

    @Test
    void aSlowSourceIsNotGoneWhileItsWordCounts() throws IOException {
        OwnerRules patient = OwnerRules.of(Map.of(RuleKey.STALE, List.of("1m")), RULES.zone());
        try (var week = new SignalWeek(directory, patient)) {
            for (int second = 0; second < 300; second += 5) {
                Instant now = START.plusSeconds(second);
                boolean all = second % 40 == 0;
                week.write(all ? readings(now, true, 0) : List.of(), now);
            }
        }
        assertThat(SignalWeek.read(directory, SignalWeek.BYTES_MAX).getFirst().lines())
                .noneMatch(line -> line.value().isEmpty());
    }

    @Test
    void aTornLastLineEndsARecording() throws IOException {
        try (var week = new SignalWeek(directory, RULES)) {
            week.write(readings(START, true, 0), START);
            Instant later = START.plusSeconds(90);
            week.write(readings(later, false, 0), later);
        }
        try (Stream<Path> files = Files.list(directory)) {
            Files.writeString(
                    files.findFirst().orElseThrow(), "95s power.ma", StandardOpenOption.APPEND);
        }
        assertThat(SignalWeek.read(directory, SignalWeek.BYTES_MAX).getFirst().ended())
                .isEqualTo(START.plusSeconds(90));
    }

    /** The gate that lives through it, the one that replays the trace and the linter agree. */
    @Test
    void whatIsRecordedReplaysToTheSameGate() throws IOException {
        var random = new Random(11);
        Path file = directory.resolve("record.trace");
        var gate = new Gate(RULES.rules(EnumSet.of(Quantity.MAINS, Quantity.OTHER_LOAD)));
        boolean mains = true;
        double load = 10;
        Duration open = Duration.ZERO;
        Instant now = START;
        try (var writer = new SignalWriter(file, RULES, START)) {
            for (int second = 0; second < 4 * 3600; second++) {
                now = START.plusSeconds(second);
                mains = random.nextInt(900) == 0 ? !mains : mains;
                load = random.nextInt(300) == 0 ? random.nextInt(100) : load;
                List<Reading> readings = readings(now, mains, load);
                readings.forEach(gate::accept);
                open = open.plusSeconds(gate.evaluate(now) instanceof GateState.Open ? 1 : 0);
                writer.write(readings, now);
            }
            writer.end(List.of(), now);
        }
        Recording recording = Recording.parse(Files.readString(file), Instant.EPOCH);
        Duration linted =
                Linter.check(RULES, Linter.told(List.of(recording)), List.of(recording), 0).open();
        // Counted by hand: 30 s of dwell, and each rule has its third leave of an hour to wait out.
        // Without that wait it would be 57 minutes.
        assertThat(open).isEqualTo(Duration.ofSeconds(730));
        assertThat(linted).isCloseTo(open, Duration.ofSeconds(60));
        var source = new TraceSource(file, START);
        assertThat(source.read(now))
                .extracting(reading -> reading.quantity() + "/" + reading.source())
                .contains("MAINS/linux", "OTHER_LOAD/linux", "PAUSED/owner");
        assertThat(source.read(now))
                .filteredOn(reading -> reading.quantity() == Quantity.MAINS)
                .extracting(reading -> reading.value().orElseThrow() != 0)
                .containsExactly(mains);
    }
}
