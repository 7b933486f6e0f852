package org.idlefleet.cli;

import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;

import java.util.Optional;

/**
 * {@code idlefleet edge run} without the other commands: the launcher starts a daemon here, which
 * then carries no class in memory that only another command needs.
 */
public final class EdgeRun {
    private EdgeRun() {}

    public static void main(String[] args) {
        System.exit(Options.read(args).map(EdgeRun::run).orElseGet(() -> Explained.run(args)));
    }

    private static int run(Options options) {
        return Failure.said(() -> EdgeCommand.Run.run(options.settings(), options.token()));
    }

    /** The options of this command. */
    record Options(EdgeCommand.Settings settings, EdgeCommand.Token token) {
        /** Empty if there is anything that picocli has to explain. */
        static Optional<Options> read(String[] args) {
            var options = new Options(new EdgeCommand.Settings(), new EdgeCommand.Token());
            return PlainOptions.read(args, options::take) ? Optional.of(options) : Optional.empty();
        }

        private boolean take(String name, String value) {
            return settings.take(name, value) || token.take(name, value);
        }
    }

    /** The same as a command of picocli's. */
    private static final class Explained {
        static int run(String[] args) {
            var command =
                    new CommandLine(new EdgeCommand.Run())
                            .setCommandName("idlefleet edge run")
                            .setColorScheme(CommandLine.Help.defaultColorScheme(Ansi.AUTO))
                            .setExecutionExceptionHandler(Idlefleet::failed);
            command.getCommandSpec().mixinStandardHelpOptions(true);
            return Idlefleet.run(command, args, System.out);
        }
    }
}
