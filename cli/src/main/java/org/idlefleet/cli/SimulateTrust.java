package org.idlefleet.cli;

import org.idlefleet.coordinator.verification.Assurance;
import org.idlefleet.protocol.adapter.Sentence;
import org.idlefleet.simulator.trust.Adversaries;
import org.idlefleet.simulator.trust.Adversary;
import org.idlefleet.simulator.trust.Column;
import org.idlefleet.simulator.trust.Outcome;
import org.idlefleet.simulator.trust.TrustPlan;
import org.idlefleet.simulator.trust.TrustRuns;

import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Stream;

@Command(
        name = "trust",
        description = {
            "Pit audits and standing against adversaries, in virtual time.",
            "W: wrong results per hostile owner that were accepted for good. EPS: their share of"
                    + " all results. Both with their 95 %% upper bounds. R: executions of a result,"
                    + " all checks among them; TRUSTED: those of them that trusted owners do.",
            "The same seed always gives the same table. Without an adversary: list them."
        })
final class SimulateTrust implements Callable<Integer> {
    @Spec private CommandSpec spec = CommandSpec.create();

    @ArgGroup(exclusive = true)
    private Whom whom = new Whom();

    private static final class Whom {
        @Option(
                names = "--adversary",
                paramLabel = "NAME",
                description = "Who is hostile, and how.")
        private String name = "";

        @Option(
                names = "--all",
                description = {
                    "All adversaries; the last row is the worst of each column. Where nearly every",
                    "audit has to be played, as with strong draggers, a tenth of the owners."
                })
        private boolean all;
    }

    @Option(
            names = "--hostile",
            paramLabel = "PERCENT",
            defaultValue = "10",
            description = "How many of a hundred owners are hostile (default: ${DEFAULT-VALUE}).")
    private int hostile;

    @Option(
            names = "--assurance",
            paramLabel = "TERM",
            defaultValue = "standard",
            description = "What clients buy: verified, strict, standard, bulk.")
    private String assurance = "";

    @Option(
            names = "--owners",
            paramLabel = "N",
            defaultValue = "10000",
            description = "Owners, hostile ones among them (default: ${DEFAULT-VALUE}).")
    private int owners;

    @Option(
            names = "--tasks",
            paramLabel = "N",
            defaultValue = "2500000",
            description = "Results of an owner, on average (default: ${DEFAULT-VALUE}).")
    private long tasks;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "1",
            description = "Draws everything (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(
            names = "--exact",
            description = {
                "Draw by production's keyed hash and put every audit to its vote: slower.",
                "Otherwise dice of the same odds draw."
            })
    private boolean exact;

    @Option(names = "--csv", paramLabel = "FILE", description = "Also write all columns to FILE.")
    private Path csv = Path.of("");

    @Option(names = "--strict", description = "Exit with 1 if a figure falls short of its bar.")
    private boolean strict;

    @Override
    public Integer call() throws InterruptedException {
        var out = spec.commandLine().getOut();
        if (!whom.all && whom.name.isEmpty()) {
            var list = new Table("ADVERSARY", "WHAT IT DOES");
            Adversaries.library().forEach(one -> list.row(one.name(), one.sentence()));
            out.print(list);
            return ExitCode.OK;
        }
        List<TrustPlan> plans = plans();
        // A file that can't be written shows before the minutes that the simulation takes; what it
        // holds stays until they are over.
        write(List.of(), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        var err = spec.commandLine().getErr();
        long began = System.nanoTime();
        List<Outcome> outcomes = TrustRuns.all(plans, new TrustProgress(err, plans.size())::ran);
        double seconds = (System.nanoTime() - began) / 1e9;
        out.print(table(outcomes));
        var figures = new Figures(out);
        new TrustFigures(figures).of(outcomes, seconds);
        write(
                Stream.concat(Stream.of(Column.csvHeader()), outcomes.stream().map(Column::csv))
                        .toList());
        return strict && !figures.missed().isEmpty() ? ExitCode.ERROR : ExitCode.OK;
    }

    private List<TrustPlan> plans() {
        List<Adversary> adversaries =
                whom.all
                        ? Adversaries.library()
                        : List.of(Adversaries.named(whom.name).orElseThrow(this::unknown));
        try {
            return adversaries.stream()
                    .map(one ->
                            TrustPlan.of(
                                    one,
                                    terms(),
                                    whom.all ? one.enough(owners) : owners,
                                    hostile,
                                    tasks,
                                    seed,
                                    exact))
                    .toList();
        } catch (IllegalArgumentException e) {
            throw Failure.usage(e);
        }
    }

    private Failure unknown() {
        return Failure.usage(
                "there is no adversary '"
                        + whom.name
                        + "'; `idlefleet simulate trust` lists them all");
    }

    private Assurance terms() {
        try {
            return Assurance.valueOf(assurance.toUpperCase(Locale.ROOT).replace('-', '_'));
        } catch (IllegalArgumentException e) {
            throw Failure.usage(
                    "--assurance is one of verified, strict, standard and bulk, found '"
                            + assurance
                            + "'");
        }
    }

    private static Table table(List<Outcome> outcomes) {
        var headings = new ArrayList<>(List.of("ADVERSARY"));
        Column.TABLE.forEach(column -> headings.add(">" + column.name()));
        var table = new Table(headings.toArray(String[]::new));
        outcomes.forEach(outcome -> table.row(Column.row(outcome).toArray()));
        if (outcomes.size() > 1) {
            table.row(Column.worst(outcomes).toArray());
        }
        return table;
    }

    private void write(List<String> lines, OpenOption... how) {
        if (csv.toString().isEmpty()) {
            return;
        }
        try {
            Files.write(csv, lines, how);
        } catch (IOException e) {
            throw Failure.error("cannot write " + csv + ": " + Sentence.of(e));
        }
    }
}
