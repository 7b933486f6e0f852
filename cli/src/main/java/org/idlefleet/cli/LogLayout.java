package org.idlefleet.cli;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.StackTraceElementProxy;
import ch.qos.logback.core.LayoutBase;

import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;

/** {@code 2026-11-28 22:03:11.042 INFO EdgeLoop gate open}, local time. */
final class LogLayout extends LayoutBase<ILoggingEvent> {
    private static final int LEVEL_WIDTH = 5;
    private static final int LOGGER_WIDTH = 16;

    /** Lines of one throwable's stack. */
    private static final int FRAMES_MAX = 12;

    private final DateTimeFormatter time =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSS").withZone(ZoneId.systemDefault());

    @Override
    public String doLayout(ILoggingEvent event) {
        var line = new StringBuilder(128);
        time.formatTo(Instant.ofEpochMilli(event.getTimeStamp()), line);
        column(line.append(' '), event.getLevel().toString(), LEVEL_WIDTH);
        String logger = event.getLoggerName();
        String last = logger.substring(logger.lastIndexOf('.') + 1);
        column(
                line.append(' '),
                last.substring(Math.max(0, last.length() - LOGGER_WIDTH)),
                LOGGER_WIDTH);
        line.append(' ').append(event.getFormattedMessage()).append(System.lineSeparator());
        String cause = "";
        for (IThrowableProxy thrown = event.getThrowableProxy();
                thrown != null;
                thrown = thrown.getCause()) {
            stack(line.append(cause), thrown);
            cause = "Caused by: ";
        }
        return line.toString();
    }

    private static void column(StringBuilder line, String text, int width) {
        line.append(text).repeat(' ', Math.max(0, width - text.length()));
    }

    /** Frames that the cause shares with what it caused are left out. */
    private static void stack(StringBuilder line, IThrowableProxy thrown) {
        line.append(thrown.getClassName());
        if (thrown.getMessage() != null) {
            line.append(": ").append(thrown.getMessage());
        }
        line.append(System.lineSeparator());
        StackTraceElementProxy[] frames = thrown.getStackTraceElementProxyArray();
        int own = frames.length - thrown.getCommonFrames();
        for (int i = 0; i < Math.min(own, FRAMES_MAX); i++) {
            line.append("\t").append(frames[i]).append(System.lineSeparator());
        }
        if (own < frames.length || own > FRAMES_MAX) {
            line.append("\t... ")
                    .append(frames.length - Math.min(own, FRAMES_MAX))
                    .append(" more")
                    .append(System.lineSeparator());
        }
    }
}
