package org.idlefleet.cli;

import org.idlefleet.edge.adapter.DataDirectory;
import org.idlefleet.edge.adapter.config.EdgeConfig;
import org.idlefleet.edge.adapter.record.SignalWeek;
import org.idlefleet.edge.gate.Linter;
import org.idlefleet.edge.gate.OwnerRules;
import org.idlefleet.edge.gate.Quantity;
import org.idlefleet.edge.gate.Recording;
import org.idlefleet.edge.gate.RuleKey;
import org.idlefleet.protocol.adapter.Sentence;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;

@Command(
        name = "rules",
        description = "Show the owner's rules, or try them on signals that were recorded.",
        subcommands = {RulesCommand.Show.class, RulesCommand.Check.class})
final class RulesCommand {
    private RulesCommand() {}

    @Command(
            name = "show",
            description = "Every key of 'rules' with its value here, its unit and what it means.")
    static final class Show implements Callable<Integer> {
        @Mixin private EdgeCommand.Settings settings = new EdgeCommand.Settings();
        @Mixin private Output output = new Output();

        @Override
        public Integer call() {
            OwnerRules rules = settings.load().rules();
            var table = new Table("KEY", "VALUE", "UNIT", "MEANING");
            ArrayNode json = JsonMapper.shared().createArrayNode();
            rules.texts()
                    .forEach((key, texts) -> {
                        table.row(key.key(), value(key, texts), key.unit(), key.meaning());
                        ObjectNode row =
                                json.addObject()
                                        .put("key", key.path())
                                        .put("kind", key.kind().name().toLowerCase(Locale.ROOT));
                        if (key.list()) {
                            texts.forEach(row.putArray("value")::add);
                        } else {
                            row.put("value", texts.getFirst());
                        }
                        row.put("usual", key.usual())
                                .put("unit", key.unit())
                                .put("meaning", key.meaning());
                    });
            output.print(json, table);
            return ExitCode.OK;
        }

        private static String value(RuleKey key, List<String> texts) {
            return key.list() ? texts.toString() : texts.getFirst();
        }
    }

    @Command(
            name = "check",
            description = {
                "Say what the rules would have made of recorded signals, and what is odd about"
                        + " them.",
                "Fails if there is a warning."
            })
    static final class Check implements Callable<Integer> {
        @Mixin private EdgeCommand.Settings settings = new EdgeCommand.Settings();
        @Mixin private Output output = new Output();

        @Option(
                names = "--trace",
                paramLabel = "FILE",
                description = {
                    "A recording or a scripted trace; may be given several times",
                    "(default: what the node recorded in the last week)."
                })
        private List<Path> traces = List.of();

        @Override
        public Integer call() {
            EdgeConfig config = settings.load();
            List<Recording> recordings =
                    traces.isEmpty() ? week(config) : traces.stream().map(Check::read).toList();
            Set<Quantity> told = Linter.told(recordings);
            Linter.Report report =
                    Linter.check(config.rules(), told, recordings, config.costs().costs().watts());
            output.print(json(report), text(report));
            return report.warnings().isEmpty() ? ExitCode.OK : ExitCode.ERROR;
        }

        private static List<Recording> week(EdgeConfig config) {
            Path signals = DataDirectory.signals(config.data());
            try {
                List<Recording> week = SignalWeek.read(signals, SignalWeek.BYTES_MAX);
                if (week.isEmpty()) {
                    throw Failure.error(
                            "no node recorded signals in "
                                    + signals
                                    + " yet; name a trace by --trace, or make one by 'idlefleet"
                                    + " edge record'");
                }
                return week;
            } catch (IOException e) {
                throw Failure.error(
                        "the recordings in " + signals + " can't be read: " + Sentence.of(e));
            }
        }

        private static Recording read(Path file) {
            try {
                Instant changed = Files.getLastModifiedTime(file).toInstant();
                return Recording.parse(Files.readString(file), changed);
            } catch (IOException e) {
                throw Failure.error("the trace " + file + " can't be read: " + Sentence.of(e));
            } catch (IllegalArgumentException e) {
                throw Failure.error(file + " " + e.getMessage());
            }
        }

        private static ObjectNode json(Linter.Report report) {
            ObjectNode json = JsonMapper.shared().createObjectNode();
            json.put("recordedSeconds", report.recorded().toSeconds())
                    .put("openSeconds", report.open().toSeconds())
                    .put("openings", report.times());
            ArrayNode rules = json.putArray("rules");
            report.shares()
                    .forEach(share ->
                            rules.addObject()
                                    .put("rule", share.rule())
                                    .put("closedSeconds", share.closed().toSeconds())
                                    .put("aloneSeconds", share.alone().toSeconds()));
            ArrayNode warnings = json.putArray("warnings");
            report.warnings()
                    .forEach(warning ->
                            warnings.addObject()
                                    .put("rule", warning.rule())
                                    .put("text", warning.text()));
            return json;
        }

        private static String text(Linter.Report report) {
            var lines = new ArrayList<String>();
            lines.add(
                    "with these rules the gate would have been open for %s of %s, in %d stretches"
                            .formatted(
                                    hours(report.open()),
                                    hours(report.recorded()),
                                    report.times()));
            var table = new Table("RULE", ">CLOSED IT FOR", ">ALONE");
            report.shares()
                    .forEach(share ->
                            table.row(share.rule(), hours(share.closed()), hours(share.alone())));
            lines.add(table.toString().stripTrailing());
            report.warnings()
                    .forEach(warning ->
                            lines.add("warning: " + warning.rule() + " " + warning.text()));
            return String.join("\n", lines) + "\n";
        }

        private static String hours(Duration time) {
            return String.format(Locale.ROOT, "%.2f h", time.toSeconds() / 3600.0);
        }
    }
}
