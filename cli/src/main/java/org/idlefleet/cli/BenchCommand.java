package org.idlefleet.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import java.util.Comparator;
import java.util.List;
import java.util.ServiceLoader;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;

@Command(
        name = "bench",
        description = {
            "Measure figures, each beside its bar and its peer.",
            "Without NAME: list them."
        })
final class BenchCommand implements Callable<Integer> {
    @Spec private CommandSpec spec = CommandSpec.create();

    @Parameters(arity = "0..*", paramLabel = "NAME", description = "Which figures; 'all' for all.")
    private List<String> names = List.of();

    @Option(
            names = "--quick",
            description = "Smaller numbers, to see that it runs; the figures then mean little.")
    private boolean quick;

    @Option(names = "--strict", description = "Exit with 1 if a figure falls short of its bar.")
    private boolean strict;

    @Override
    public Integer call() throws Exception {
        var out = spec.commandLine().getOut();
        List<Bench> all = all();
        if (names.isEmpty()) {
            var table = new Table("NAME", "MEASURES");
            all.forEach(bench -> table.row(bench.name(), bench.description()));
            out.print(table);
            return ExitCode.OK;
        }
        var figures = new Figures(out);
        for (Bench bench : wanted(all)) {
            figures.note("bench " + bench.name() + " | " + Machine.describe());
            bench.run(figures, quick);
        }
        return strict && !figures.missed().isEmpty() ? ExitCode.ERROR : ExitCode.OK;
    }

    private List<Bench> wanted(List<Bench> all) {
        if (names.equals(List.of("all"))) {
            return all;
        }
        return names.stream()
                .map(name ->
                        all.stream()
                                .filter(bench -> bench.name().equals(name))
                                .findFirst()
                                .orElseThrow(() -> unknown(name, all)))
                .toList();
    }

    private static Failure unknown(String name, List<Bench> all) {
        return Failure.usage(
                "there is no bench '"
                        + name
                        + "'; there are: "
                        + all.stream().map(Bench::name).collect(Collectors.joining(", ")));
    }

    private static List<Bench> all() {
        List<Bench> all =
                ServiceLoader.load(Bench.class).stream()
                        .map(ServiceLoader.Provider::get)
                        .sorted(Comparator.comparing(Bench::name))
                        .toList();
        if (all.isEmpty()) {
            throw Failure.error("this package has no benches; run it from the source tree");
        }
        return all;
    }
}
