package org.idlefleet.cli;

import org.idlefleet.simulator.Seeds;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "simulate",
        description = "Run production classes in virtual time, with everything going wrong.",
        subcommands = {SimulateCommand.RunSeeds.class, SimulateTrust.class, SimulateNights.class})
final class SimulateCommand {
    private SimulateCommand() {}

    @Command(
            name = "seeds",
            description = {
                "Run seeds: each draws a fleet, prices, faults and their order.",
                "Prints a line for each and fails if one breaks a promise."
            })
    static final class RunSeeds implements Runnable {
        @Option(
                names = "--from",
                paramLabel = "SEED",
                defaultValue = "1",
                description = "The first one (default: ${DEFAULT-VALUE}).")
        private long from;

        @Option(
                names = "--count",
                paramLabel = "N",
                defaultValue = "100",
                description = "How many (default: ${DEFAULT-VALUE}).")
        private long count;

        @Override
        public void run() {
            if (count < 1) {
                throw Failure.usage("--count takes 1 or more, found " + count);
            }
            try {
                Seeds.main(new String[] {Long.toString(from), Long.toString(count)});
            } catch (RuntimeException | AssertionError e) {
                throw Failure.error(String.valueOf(e.getMessage()));
            }
        }
    }
}
