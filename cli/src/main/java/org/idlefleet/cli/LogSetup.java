package org.idlefleet.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.LayoutWrappingEncoder;
import ch.qos.logback.core.spi.ContextAwareBase;

import java.util.Map;

/**
 * What a person wants to read of a daemon, on standard output; never a prompt, an input or an
 * output. Found by ServiceLoader, and not an XML file: the parser of those would stay in an idle
 * node's memory for its whole life. A file named by {@code -Dlogback.configurationFile}, or a
 * {@code logback-test.xml} on the class path, wins.
 */
public final class LogSetup extends ContextAwareBase implements Configurator {
    private static final Map<String, Level> QUIETER =
            Map.of(
                    "com.linecorp", Level.WARN,
                    "io.netty", Level.WARN,
                    "ai.djl", Level.ERROR,
                    "io.github.resilience4j", Level.WARN);

    @Override
    public ExecutionStatus configure(LoggerContext context) {
        if (System.getProperty("logback.configurationFile") != null
                || LogSetup.class.getResource("/logback-test.xml") != null) {
            return ExecutionStatus.INVOKE_NEXT_IF_ANY;
        }
        QUIETER.forEach((name, level) -> context.getLogger(name).setLevel(level));
        var root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        root.setLevel(Level.toLevel(System.getenv("IDLEFLEET_LOG"), Level.INFO));
        root.addAppender(started("out", console(context), context));
        root.addAppender(started("last", new LastLines(), context));
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }

    private static Appender<ILoggingEvent> console(LoggerContext context) {
        var layout = new LogLayout();
        layout.setContext(context);
        layout.start();
        var encoder = new LayoutWrappingEncoder<ILoggingEvent>();
        encoder.setContext(context);
        encoder.setLayout(layout);
        encoder.start();
        var console = new ConsoleAppender<ILoggingEvent>();
        console.setEncoder(encoder);
        return console;
    }

    private static Appender<ILoggingEvent> started(
            String name, Appender<ILoggingEvent> appender, LoggerContext context) {
        appender.setName(name);
        appender.setContext(context);
        appender.start();
        return appender;
    }
}
