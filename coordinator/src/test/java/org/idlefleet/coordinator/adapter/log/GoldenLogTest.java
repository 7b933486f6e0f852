package org.idlefleet.coordinator.adapter.log;

import static org.assertj.core.api.Assertions.assertThat;

import org.idlefleet.coordinator.Event;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A log written by any release replays in every later one. Each release that changes what is
 * written adds a file; no file is ever written anew.
 */
class GoldenLogTest {
    private static final String FIRST = "log-0.1.0.db";
    private static final int EVENTS = 90;
    private static final int STATE = 60;

    @TempDir Path folder;

    /** Writes the file of the present release: {@code FILE}, which must not exist. */
    static final class Writing {
        private Writing() {}

        public static void main(String[] arguments) {
            try (var log = SqliteEventLog.open(Path.of(arguments[0]))) {
                List<Event.Durable> events = events();
                log.append(events.subList(0, 30));
                log.flush();
                log.append(events.subList(30, 60));
                log.snapshot(state());
                log.append(events.subList(60, EVENTS));
                log.flush();
            }
        }
    }

    @Test
    void theFirstReleasesLogIsReadEventForEvent() throws IOException {
        try (var log = SqliteEventLog.open(golden())) {
            assertThat(SqliteEventLogTest.readFrom(log, 0)).isEqualTo(events());
        }
    }

    @Test
    void theFirstReleasesLogReplaysFromItsSnapshotAndCanBeContinued() throws IOException {
        List<Event.Durable> expected = new ArrayList<>(state());
        expected.addAll(events().subList(60, EVENTS));
        Path file = golden();
        try (var log = SqliteEventLog.open(file)) {
            assertThat(SqliteEventLogTest.replayed(log)).isEqualTo(expected);
            log.append(events().subList(0, 5));
            log.flush();
        }
        try (var log = SqliteEventLog.open(file)) {
            expected.addAll(events().subList(0, 5));
            assertThat(SqliteEventLogTest.replayed(log)).isEqualTo(expected);
        }
    }

    private static List<Event.Durable> events() {
        return drawn(1, EVENTS);
    }

    private static List<Event.Durable> state() {
        return drawn(2, STATE);
    }

    /** Every kind in turn. */
    private static List<Event.Durable> drawn(long seed, int count) {
        var random = new RandomEvents(seed);
        var events = new ArrayList<Event.Durable>(count);
        for (int i = 0; i < count; i++) {
            events.add(random.ofKind(i % RandomEvents.FIRST_KINDS));
        }
        return events;
    }

    private Path golden() throws IOException {
        Path copy = folder.resolve(FIRST);
        try (InputStream stream = GoldenLogTest.class.getResourceAsStream(FIRST)) {
            assertThat(stream).as(FIRST).isNotNull();
            Files.copy(stream, copy);
        }
        return copy;
    }
}
