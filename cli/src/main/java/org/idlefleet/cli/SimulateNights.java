package org.idlefleet.cli;

import org.idlefleet.simulator.nights.NightRun.Outcome;
import org.idlefleet.simulator.nights.Nights;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import java.util.Locale;
import java.util.concurrent.Callable;

@Command(
        name = "nights",
        description = {
            "Live nights of vehicles whose signals come late, get lost, freeze, lie and contradict"
                    + " each other, with the owner's gate of production among them.",
            "Prints in how many nights each corner was reached, and the figures. The same seeds"
                    + " always say the same. Fails if a promise was broken."
        })
final class SimulateNights implements Callable<Integer> {
    @Spec private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "1",
            description = "The first night's (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(
            names = "--nights",
            paramLabel = "N",
            defaultValue = "1000",
            description = "How many (default: ${DEFAULT-VALUE}).")
    private int count;

    @Override
    public Integer call() {
        if (count < 1) {
            throw Failure.usage("--nights takes 1 or more, found " + count);
        }
        var out = spec.commandLine().getOut();
        Nights nights = Nights.run(seed, count);
        var table = new Table("CORNER", ">NIGHTS");
        nights.corners()
                .forEach((corner, often) ->
                        table.row(corner.name().toLowerCase(Locale.ROOT).replace('_', ' '), often));
        out.print(table);
        nights.violations().forEach(out::println);
        var figures = new Figures(out);
        figures.plain("nights", nights.count(), "count");
        figures.plain("nights.corners_missed", nights.missed().size(), "count");
        figures.plain("nights.allowed", nights.allowed().toSeconds() / 3600.0, "h");
        figures.plain("nights.open", nights.open().toSeconds() / 3600.0, "h");
        figures.atMost("nights.without_consent", nights.sum(Outcome::withoutConsent), "count", 0);
        figures.atMost("nights.not_parked", nights.sum(Outcome::notParked), "count", 0);
        figures.atMost("nights.not_fresh", nights.sum(Outcome::notFresh), "count", 0);
        figures.atMost("nights.against_rules", nights.sum(Outcome::againstRules), "count", 0);
        figures.atMost("nights.below_floor", nights.sum(Outcome::belowFloor), "count", 0);
        figures.atLeast("nights.floor_margin", nights.floorMargin(), "points", 0);
        figures.atMost("nights.flaps_an_hour", nights.flaps(), "count", 2);
        out.flush();
        return figures.missed().isEmpty() ? ExitCode.OK : ExitCode.ERROR;
    }
}
