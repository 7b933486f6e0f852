package org.idlefleet.cli;

import org.idlefleet.edge.adapter.SignalLook;
import org.idlefleet.edge.adapter.config.EdgeConfig;
import org.idlefleet.edge.adapter.record.SignalWriter;
import org.idlefleet.edge.gate.Quantity;
import org.idlefleet.edge.gate.Reading;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;

/** What the device's sources tell, live or written down. Both ask themselves; no node need run. */
final class SignalsCommand {
    private SignalsCommand() {}

    @Command(
            name = "signals",
            description = "Show what every source of this device tells now, and how old that is.")
    static final class Show implements Callable<Integer> {
        /** Sources that are connected to need a moment, and loads a second look. */
        private static final Duration WARM_UP = Duration.ofSeconds(1);

        @Mixin private EdgeCommand.Settings settings = new EdgeCommand.Settings();
        @Mixin private Output output = new Output();

        @Option(names = "--watch", description = "Again every second, until Ctrl-C.")
        private boolean watch;

        @Override
        public Integer call() throws InterruptedException {
            EdgeConfig config = settings.load();
            try (SignalLook look = SignalLook.open(config)) {
                look.readings();
                Thread.sleep(WARM_UP);
                do {
                    List<Reading> readings = look.readings();
                    output.print(
                            json(config, look, readings),
                            table(config, look, readings) + states(look));
                    if (watch) {
                        Thread.sleep(WARM_UP);
                    }
                } while (watch);
                return ExitCode.OK;
            } catch (IOException e) {
                throw Failure.error(e);
            }
        }

        private static Table table(EdgeConfig config, SignalLook look, List<Reading> readings) {
            var table = new Table("SIGNAL", ">VALUE", ">AGE", "SOURCE", "MARK");
            for (Reading reading : readings) {
                table.row(
                        reading.quantity().key(),
                        value(reading),
                        "%.1f s".formatted(age(look, reading).toMillis() / 1e3),
                        reading.source(),
                        mark(config, look, reading));
            }
            return table;
        }

        private static String states(SignalLook look) {
            return look.states().isEmpty()
                    ? ""
                    : String.join("\n", look.states()) + System.lineSeparator();
        }

        private static String value(Reading reading) {
            return reading.value().isPresent()
                    ? reading.quantity().unit().text(reading.value().getAsDouble())
                    : "unknown";
        }

        private static Duration age(SignalLook look, Reading reading) {
            return Duration.between(reading.at(), look.now());
        }

        private static String mark(EdgeConfig config, SignalLook look, Reading reading) {
            Duration limit =
                    reading.quantity().safety()
                            ? config.rules().staleSafety()
                            : config.rules().stale();
            if (reading.value().isEmpty()) {
                return "unknown";
            }
            return age(look, reading).compareTo(limit) > 0 ? "stale" : "";
        }

        private static ArrayNode json(EdgeConfig config, SignalLook look, List<Reading> readings) {
            ArrayNode json = JsonMapper.shared().createArrayNode();
            for (Reading reading : readings) {
                Quantity.Unit unit = reading.quantity().unit();
                var row =
                        json.addObject()
                                .put("signal", reading.quantity().key())
                                .put("unit", unit.sign())
                                .put("ageSeconds", age(look, reading).toMillis() / 1e3)
                                .put("source", reading.source())
                                .put("mark", mark(config, look, reading));
                if (reading.value().isEmpty()) {
                    row.putNull("value");
                } else if (unit == Quantity.Unit.YES_NO) {
                    row.put("value", reading.value().getAsDouble() != 0);
                } else {
                    row.put("value", reading.value().getAsDouble());
                }
            }
            return json;
        }
    }

    @Command(
            name = "record",
            description = {
                "Write what every source tells to a trace, which a node, 'rules check' and the"
                        + " simulator replay.",
                "Where the device is stands in it only as at home or not."
            })
    static final class Write implements Callable<Integer> {
        @Mixin private EdgeCommand.Settings settings = new EdgeCommand.Settings();
        @Mixin private Output output = new Output();

        @Option(
                names = "--for",
                paramLabel = "TIME",
                defaultValue = "10m",
                description = "Such as 30s, 10m or 8h (default: ${DEFAULT-VALUE}).")
        private String time = "";

        @Option(
                names = "--output",
                paramLabel = "FILE",
                required = true,
                description = "The trace.")
        private Path file = Path.of("");

        @Override
        public Integer call() throws InterruptedException {
            Duration span = OwnerCommands.Pause.time(time);
            EdgeConfig config = settings.load();
            Duration step = config.signals().everySafety();
            try (SignalLook look = SignalLook.open(config)) {
                Instant began = look.now();
                Instant end = began.plus(span);
                try (var writer = new SignalWriter(file, config.rules(), began)) {
                    for (Instant now = began; now.isBefore(end); now = look.now()) {
                        writer.write(look.readings(), now);
                        Thread.sleep(step);
                    }
                    writer.end(look.readings(), look.now());
                    output.print(
                            JsonMapper.shared()
                                    .createObjectNode()
                                    .put("file", file.toString())
                                    .put("bytes", writer.bytes()),
                            String.format(
                                    Locale.ROOT,
                                    "recorded %s into %s, %d bytes%n",
                                    time,
                                    file,
                                    writer.bytes()));
                }
                return ExitCode.OK;
            } catch (IOException e) {
                throw Failure.error(e);
            }
        }
    }
}
