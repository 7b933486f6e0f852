package org.idlefleet.edge.adapter;

import static org.assertj.core.api.Assertions.assertThat;

import org.idlefleet.edge.adapter.config.EdgeConfig;
import org.idlefleet.edge.diary.Diary;
import org.idlefleet.edge.diary.Entry;
import org.idlefleet.edge.diary.Meter;
import org.idlefleet.edge.diary.Observation;
import org.idlefleet.edge.gate.RuleKey;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/** An owner who edits his configuration while the node runs. */
final class LiveConfigTest {
    private static final Instant START = Instant.parse("2026-11-28T12:00:00Z");

    @TempDir private Path home;
    private Path file;
    private int ruled;
    private int written;

    @BeforeEach
    void place() {
        file = home.resolve("edge.yaml");
    }

    private void write(String more) throws IOException {
        Files.writeString(
                file, "node: {data: '" + home.resolve("data") + "', coordinator: fleet}\n" + more);
        // Two changes within one step of the file system's clock, and of one length, look alike.
        Files.setLastModifiedTime(file, FileTime.from(START.plusSeconds(written++)));
    }

    private LiveConfig start(String more) throws IOException {
        write(more);
        return new LiveConfig(EdgeConfig.load(file, Map.of(), List.of()), () -> ruled++);
    }

    @Test
    void whatAKilowattHourCostsCountsFromTheNextLookOnAndNotBackwards() throws IOException {
        LiveConfig live = start("costs: {perKwh: 0.25, watts: 1000}\n");
        var diary = new Diary();
        var meter = new Meter(() -> live.costs().costs(), diary);
        var entries = new ArrayList<Entry>();
        entries.addAll(meter.see(hours(0)));
        entries.addAll(meter.see(hours(1)));
        write("costs: {perKwh: 1.00, watts: 1000}\n");
        live.look();
        entries.addAll(meter.see(hours(2)));
        entries.addAll(meter.end(hours(2).at(), "over"));

        entries.forEach(diary::apply);
        assertThat(electricity(diary)).isEqualTo(1_250_000);
        assertThat(ruled).isZero();
    }

    private static long electricity(Diary diary) {
        return diary.sessions(9).stream()
                .mapToLong(session -> session.usage().electricityMicros())
                .sum();
    }

    private static Observation hours(int count) {
        long nanos = 3_600_000_000_000L * count;
        return new Observation(
                START.plusSeconds(3600L * count),
                nanos,
                Optional.empty(),
                nanos,
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                false,
                0,
                0,
                0,
                Optional.empty());
    }

    @Test
    void rulesOfTheFileCountAtOnceToo() throws IOException {
        LiveConfig live = start("");
        live.look();
        assertThat(ruled).isZero();
        write("rules: {temperatureMax: 60, temperatureResume: 50}\n");
        live.look();
        live.look();
        assertThat(ruled).isEqualTo(1);
        assertThat(live.rules().texts().get(RuleKey.TEMPERATURE_MAX)).containsExactly("60");
    }

    @Test
    void aMistakeOrAMissingFileChangesNothing() throws IOException {
        LiveConfig live = start("costs: {perKwh: 0.25}\n");
        write("costs: {perKwh: dear}\n");
        live.look();
        write("costs: {perKwh: -1}\n");
        live.look();
        Files.delete(file);
        live.look();
        assertThat(live.costs().costs().perKwh()).isEqualTo(0.25);
        write("costs: {perKwh: 0.5}\n");
        live.look();
        assertThat(live.costs().costs().perKwh()).isEqualTo(0.5);
    }

    @Test
    void whatTheOwnerSavedOnHisPageSurvivesAChangeOfTheFile() throws IOException {
        LiveConfig live = start("");
        Files.createDirectories(home.resolve("data"));
        var said = new EnumMap<RuleKey, List<String>>(live.rules().texts());
        said.put(RuleKey.TEMPERATURE_MAX, List.of("50"));
        said.put(RuleKey.TEMPERATURE_RESUME, List.of("40"));
        live.save(said);
        write("costs: {perKwh: 0.5}\n");
        live.look();
        assertThat(ruled).isEqualTo(1);
        assertThat(live.rules().texts().get(RuleKey.TEMPERATURE_MAX)).containsExactly("50");
        assertThat(live.costs().costs().perKwh()).isEqualTo(0.5);
    }
}
