package org.idlefleet.cli;

import org.idlefleet.edge.adapter.Bench;
import org.idlefleet.edge.adapter.Check;
import org.idlefleet.edge.adapter.Doctor;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

import java.util.Locale;
import java.util.concurrent.Callable;

/** Says what a node lacks on this device, and how fast and thrifty it computes. */
@Command(
        name = "doctor",
        description = {
            "Check everything this node needs, and measure what it can do.",
            "Computes for some seconds with each model here, whatever the rules say."
        })
final class DoctorCommand implements Callable<Integer> {
    @Mixin private EdgeCommand.Settings settings = new EdgeCommand.Settings();
    @Mixin private Output output = new Output();

    @Override
    public Integer call() {
        Doctor.Report report = Doctor.look(settings.load(), WorkerCommand.launch());
        output.print(json(report), text(report));
        return report.healthy() ? ExitCode.OK : ExitCode.ERROR;
    }

    private static String word(Check.Level level) {
        return level.name().toLowerCase(Locale.ROOT);
    }

    private static ObjectNode json(Doctor.Report report) {
        ObjectNode root = JsonMapper.shared().createObjectNode();
        root.put("healthy", report.healthy());
        ArrayNode checks = root.putArray("checks");
        for (Check check : report.checks()) {
            checks.addObject()
                    .put("what", check.what())
                    .put("level", word(check.level()))
                    .put("found", check.found())
                    .put("advice", check.advice());
        }
        ArrayNode benches = root.putArray("benches");
        for (Bench bench : report.benches()) {
            benches.addObject()
                    .put("provider", bench.provider())
                    .put("numericClass", bench.numericClass())
                    .put("model", bench.model())
                    .put("problem", bench.problem().orElse(""))
                    .put("workUnitsPerSecond", bench.unitsPerSecond())
                    .put("watts", bench.watts())
                    .put("wattsMeasured", bench.measured())
                    .put("wattsSource", bench.source())
                    .put("workUnitsPerJoule", bench.unitsPerJoule());
        }
        return root;
    }

    private static String text(Doctor.Report report) {
        var text = new StringBuilder();
        for (Check check : report.checks()) {
            text.append(
                    "%-4s  %s: %s%n".formatted(word(check.level()), check.what(), check.found()));
            if (!check.advice().isEmpty()) {
                text.append("      -> %s%n".formatted(check.advice()));
            }
        }
        var table =
                new Table("PROVIDER", "MODEL", "ANSWER", ">UNITS/S", ">WATTS", ">UNITS/J", "WATTS");
        for (Bench bench : report.benches()) {
            table.row(
                    bench.provider(),
                    bench.model(),
                    bench.problem().isEmpty() ? "right" : "wrong",
                    Math.round(bench.unitsPerSecond()),
                    "%.1f".formatted(bench.watts()),
                    Math.round(bench.unitsPerJoule()),
                    bench.source());
        }
        return text.append(table.isEmpty() ? "" : table)
                .append(report.healthy() ? "this node can work\n" : "this node can't work yet\n")
                .toString();
    }
}
