package org.idlefleet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.LoggingEvent;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.time.Instant;
import java.util.ServiceLoader;

final class LogLayoutTest {
    private final LoggerContext context = new LoggerContext();

    @Test
    void aLineHasTimeLevelClassAndWords() {
        assertThat(line("org.idlefleet.edge.adapter.EdgeLoop", null))
                .matches(
                        "\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d\\.042 INFO  EdgeLoop         "
                                + "gate 7 open\\R");
    }

    @Test
    void aLongNameKeepsItsEnd() {
        assertThat(line("a.TheVeryLongNameOfAClass", null))
                .contains(" INFO  LongNameOfAClass gate");
    }

    @Test
    void aThrowableShowsItsCauseAndADozenFramesOfEach() {
        var thrown = new IllegalStateException("outer", deep(40));
        String text = line("a.B", thrown);
        assertThat(text)
                .contains("java.lang.IllegalStateException: outer")
                .contains("Caused by: java.lang.IllegalArgumentException: inner")
                .contains(" more");
        assertThat(text.lines().filter(each -> each.contains("LogLayoutTest.deep")).count())
                .isEqualTo(12);
    }

    @Test
    void theSetupIsFoundAndLeavesTestsTheirOwn() {
        assertThat(ServiceLoader.load(Configurator.class))
                .anySatisfy(found -> {
                    assertThat(found).isInstanceOf(LogSetup.class);
                    assertThat(found.configure(context))
                            .isEqualTo(Configurator.ExecutionStatus.INVOKE_NEXT_IF_ANY);
                });
    }

    private static Throwable deep(int levels) {
        return levels == 0 ? new IllegalArgumentException("inner") : deep(levels - 1);
    }

    private String line(String logger, @Nullable Throwable thrown) {
        var event =
                new LoggingEvent(
                        "",
                        context.getLogger(logger),
                        Level.INFO,
                        "gate {} open",
                        thrown,
                        new Object[] {7});
        event.setInstant(Instant.parse("2026-11-28T22:03:11.042Z"));
        return new LogLayout().doLayout(event);
    }
}
