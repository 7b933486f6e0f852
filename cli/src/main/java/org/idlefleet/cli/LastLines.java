package org.idlefleet.cli;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** The last {@value #LINES_MAX} lines of the log, for the owner's page. */
final class LastLines extends AppenderBase<ILoggingEvent> {
    private static final int LINES_MAX = 200;
    private static final int CHARACTERS_MAX = 500;
    private static final Deque<String> LINES = new ArrayDeque<>();

    /** What was logged last, oldest first. */
    static List<String> read() {
        synchronized (LINES) {
            return List.copyOf(LINES);
        }
    }

    @Override
    protected void append(ILoggingEvent event) {
        String line =
                Instant.ofEpochMilli(event.getTimeStamp()).truncatedTo(ChronoUnit.SECONDS)
                        + " "
                        + event.getLevel()
                        + " "
                        + event.getLoggerName().replaceAll(".*\\.", "")
                        + " "
                        + event.getFormattedMessage();
        synchronized (LINES) {
            LINES.addLast(line.substring(0, Math.min(line.length(), CHARACTERS_MAX)));
            while (LINES.size() > LINES_MAX) {
                LINES.removeFirst();
            }
        }
    }
}
