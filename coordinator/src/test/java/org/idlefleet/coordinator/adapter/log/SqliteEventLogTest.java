package org.idlefleet.coordinator.adapter.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.idlefleet.coordinator.Event;
import org.idlefleet.protocol.JobId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

class SqliteEventLogTest {
    @TempDir Path folder;

    @Test
    void whatWasFlushedIsThereAfterAReopenAndWhatWasNotIsNot() {
        List<Event.Durable> events = new RandomEvents(1).next(500);
        try (var log = open()) {
            for (int i = 0; i < 450; i += 30) {
                log.append(events.subList(i, i + 30));
                log.flush();
            }
            log.append(events.subList(450, 500));
            assertThat(log.position()).isEqualTo(450);
        }
        try (var log = open()) {
            assertThat(log.position()).isEqualTo(450);
            assertThat(replayed(log)).isEqualTo(events.subList(0, 450));
            log.append(events.subList(450, 500));
            log.flush();
            assertThat(readFrom(log, 0)).isEqualTo(events);
        }
    }

    @Test
    void aLargeGroupIsSeveralRowsAndComesBackWhole() {
        List<Event.Durable> events = new RandomEvents(2).next(30_000);
        try (var log = open()) {
            log.append(events);
            log.flush();
        }
        try (var log = open()) {
            assertThat(replayed(log)).isEqualTo(events);
        }
    }

    @Test
    void readersBeginAnywhereAndSeeOnlyWhatIsDurable() {
        List<Event.Durable> events = new RandomEvents(3).next(200);
        try (var log = open()) {
            for (int i = 0; i < 200; i += 7) {
                log.append(events.subList(i, Math.min(200, i + 7)));
                if (i < 190) {
                    log.flush();
                }
            }
            int durable = (int) log.position();
            for (int from = 0; from <= durable; from++) {
                assertThat(readFrom(log, from)).isEqualTo(events.subList(from, durable));
                assertThat(log.event(from + 1L).stream().toList())
                        .isEqualTo(events.subList(from, Math.min(from + 1, durable)));
            }
            assertThat(log.event(0)).isEmpty();
            assertThat(log.read(durable, (_, _) -> {})).isEqualTo(durable);
            assertThat(log.read(durable + 100, (_, _) -> {})).isEqualTo(durable + 100);
        }
    }

    @Test
    void aReaderThatWaitsIsWokenByTheNextFlush() throws Exception {
        try (var log = open()) {
            assertThat(log.await(0, Duration.ofMillis(1))).isFalse();
            var waiting =
                    CompletableFuture.supplyAsync(() -> {
                        try {
                            return log.await(0, Duration.ofSeconds(30));
                        } catch (InterruptedException e) {
                            throw new IllegalStateException("nobody interrupts", e);
                        }
                    });
            log.append(new RandomEvents(4).next(1));
            log.flush();
            assertThat(waiting.get(30, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void aReplayBeginsAtTheNewestSnapshotAndHistoryStaysReadable() {
        List<Event.Durable> events = new RandomEvents(5).next(300);
        List<Event.Durable> first = new RandomEvents(6).next(3_000);
        List<Event.Durable> second = new RandomEvents(7).next(50);
        List<Event.Durable> third = new RandomEvents(8).next(7_000);
        try (var log = open()) {
            log.append(events.subList(0, 100));
            log.snapshot(first);
            log.append(events.subList(100, 200));
            log.snapshot(second);
            log.snapshot(third);
            log.append(events.subList(200, 300));
            log.flush();
        }
        try (var log = open()) {
            List<Event.Durable> expected = new ArrayList<>(third);
            expected.addAll(events.subList(200, 300));
            assertThat(replayed(log)).isEqualTo(expected);
            assertThat(readFrom(log, 0)).isEqualTo(events);
        }
    }

    @Test
    void aJobsHistoryIsFoundWhetherItIsOpenOrEnded() {
        var random = new RandomEvents(9);
        Event.JobAdmitted ended = admitted(random);
        Event.JobAdmitted open = admitted(random);
        List<Event.Durable> ofEnded =
                List.of(
                        ended,
                        random.settled(ended.job(), 0),
                        random.cast(ended.job(), 1),
                        random.settled(ended.job(), 1),
                        random.ended(ended.job()));
        List<Event.Durable> ofOpen = List.of(open, random.settled(open.job(), 0));
        try (var log = open()) {
            log.append(List.of(ended, ofEnded.get(1), open));
            log.flush();
            log.append(List.of(random.ofKind(0)));
            log.flush();
            log.append(List.of(ofEnded.get(2), ofEnded.get(3)));
            log.snapshot(
                    List.of(
                            new Event.JobRestored(
                                    ended,
                                    ended.hold().orElseThrow().postings().getFirst().amount(),
                                    2,
                                    List.of()),
                            new Event.JobRestored(
                                    open,
                                    ended.hold().orElseThrow().postings().getFirst().amount(),
                                    0,
                                    List.of())));
            assertThat(log.ofJob(ended.job())).isEqualTo(ofEnded.subList(0, 4));
        }
        try (var log = open()) {
            log.replay(_ -> {});
            log.append(List.of(ofOpen.get(1), ofEnded.get(4)));
            assertThat(log.ofJob(ended.job())).isEqualTo(ofEnded.subList(0, 4));
            log.flush();
        }
        try (var log = open()) {
            assertThat(log.ofJob(ended.job())).isEqualTo(ofEnded);
            log.replay(_ -> {});
            assertThat(log.ofJob(ended.job())).isEqualTo(ofEnded);
            assertThat(log.ofJob(open.job())).isEqualTo(ofOpen);
            assertThat(log.ofJob(new JobId(Long.MAX_VALUE))).isEmpty();
        }
    }

    @Test
    void aSecondCoordinatorOnTheSameFileIsRefusedAndTheFirstGoesOn() {
        try (var log = open()) {
            assertThatThrownBy(this::open)
                    .isInstanceOf(LogException.class)
                    .hasMessageContaining("in use by another coordinator");
            log.append(new RandomEvents(1).next(3));
            log.flush();
        }
        open().close();
    }

    @Test
    void appendingBeforeReplayIsRefused() {
        try (var log = open()) {
            log.append(new RandomEvents(1).next(1));
            log.flush();
        }
        try (var log = open()) {
            assertThatThrownBy(() -> log.append(new RandomEvents(1).next(1)))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("replay");
        }
    }

    @Test
    void anotherProgramsFileIsRefusedUntouched() throws Exception {
        try (Connection other = DriverManager.getConnection("jdbc:sqlite:" + file());
                Statement statement = other.createStatement()) {
            statement.execute("CREATE TABLE theirs (a)");
            statement.execute("PRAGMA application_id = 7");
        }
        assertThatThrownBy(this::open)
                .isInstanceOf(LogException.class)
                .hasMessageContaining("not an event log");
        Files.writeString(file(), "not a database at all, but long enough to be looked at");
        assertThatThrownBy(this::open)
                .isInstanceOf(LogException.class)
                .hasMessageContaining("cannot be opened");
    }

    @Test
    void aFileOfANewerReleaseIsRefused() throws Exception {
        open().close();
        sql("PRAGMA user_version = 99");
        assertThatThrownBy(this::open)
                .isInstanceOf(LogException.class)
                .hasMessageContaining("schema version 99");
    }

    @Test
    void aFullDiskFailsTheFlushAndNothingOfTheGroupStays() throws Exception {
        List<Event.Durable> events = new RandomEvents(10).next(20_000);
        try (var log = open()) {
            log.append(events.subList(0, 10));
            log.flush();
            try (Statement statement = log.connection().createStatement()) {
                statement.execute("PRAGMA max_page_count = 200");
            }
            log.append(events.subList(10, 20_000));
            assertThatThrownBy(log::flush)
                    .isInstanceOf(LogException.class)
                    .hasMessageContaining("is it full?")
                    .hasMessageContaining("SQLITE_FULL");
            assertThatThrownBy(() -> log.append(events.subList(0, 1)))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("failed before");
        }
        try (var log = open()) {
            assertThat(replayed(log)).isEqualTo(events.subList(0, 10));
            log.append(events.subList(10, 20));
            log.flush();
            assertThat(readFrom(log, 0)).isEqualTo(events.subList(0, 20));
        }
    }

    @Test
    void aMissingRowIsAnErrorThatSaysWhere() throws Exception {
        for (String missing :
                List.of("first = 1", "first = 31", "first > 60", "first > 30", "first > 0")) {
            Files.deleteIfExists(file());
            fill();
            sql("DROP TRIGGER log_is_not_deleted");
            sql("DELETE FROM log WHERE " + missing);
            try (var log = open()) {
                assertThatThrownBy(() -> replayed(log))
                        .as(missing)
                        .isInstanceOf(LogException.class)
                        .hasMessageContaining("is damaged")
                        .hasMessageContaining("event");
                assertThatThrownBy(() -> readFrom(log, 0)).isInstanceOf(LogException.class);
            }
        }
    }

    @Test
    void aChangedRowIsAnErrorThatSaysWhere() throws Exception {
        for (String change :
                List.of(
                        "payload = zeroblob(length(payload))",
                        "payload = substr(payload, 1, length(payload) - 1)",
                        "events = events + 1",
                        "chain = zeroblob(32)")) {
            Files.deleteIfExists(file());
            fill();
            sql("DROP TRIGGER log_is_not_changed");
            sql("UPDATE log SET " + change + " WHERE first = 31");
            try (var log = open()) {
                assertThatThrownBy(() -> replayed(log))
                        .as(change)
                        .isInstanceOf(LogException.class)
                        .hasMessageContaining("event 31");
            }
        }
    }

    @Test
    void aDamagedSnapshotIsAnErrorThatSaysWhere() throws Exception {
        for (String change :
                List.of(
                        "UPDATE snapshot_chunks SET payload = zeroblob(9) WHERE number = 2",
                        "DELETE FROM snapshot_chunks WHERE number = 1",
                        "UPDATE snapshots SET chunks = chunks + 1")) {
            Files.deleteIfExists(file());
            try (var log = open()) {
                log.append(new RandomEvents(1).next(10));
                log.snapshot(new RandomEvents(2).next(10_000));
            }
            sql(change);
            try (var log = open()) {
                assertThatThrownBy(() -> replayed(log))
                        .as(change)
                        .isInstanceOf(LogException.class)
                        .hasMessageContaining("snapshot after event 10");
            }
        }
    }

    @Test
    void theLogTableRefusesToBeEdited() throws Exception {
        fill();
        assertThatThrownBy(() -> sql("DELETE FROM log")).hasMessageContaining("never deleted");
        assertThatThrownBy(() -> sql("UPDATE log SET events = 1"))
                .hasMessageContaining("never changed");
    }

    static List<Event.Durable> replayed(SqliteEventLog log) {
        var events = new ArrayList<Event.Durable>();
        log.replay(events::add);
        return events;
    }

    static List<Event.Durable> readFrom(SqliteEventLog log, long from) {
        var events = new ArrayList<Event.Durable>();
        long last =
                log.read(
                        from,
                        (position, event) -> {
                            assertThat(position).isEqualTo(from + events.size() + 1);
                            events.add(event);
                        });
        assertThat(last).isEqualTo(from + events.size());
        return events;
    }

    /** Three rows of 30 events. */
    private void fill() {
        try (var log = open()) {
            for (int i = 0; i < 3; i++) {
                log.append(new RandomEvents(i).next(30));
                log.flush();
            }
        }
    }

    private static Event.JobAdmitted admitted(RandomEvents random) {
        return random.admitted();
    }

    private void sql(String text) throws SQLException {
        try (Connection other = DriverManager.getConnection("jdbc:sqlite:" + file());
                Statement statement = other.createStatement()) {
            statement.execute(text);
        }
    }

    private Path file() {
        return folder.resolve("coordinator.db");
    }

    private SqliteEventLog open() {
        return SqliteEventLog.open(file());
    }
}
