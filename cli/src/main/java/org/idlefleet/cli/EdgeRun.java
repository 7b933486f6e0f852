package org.idlefleet.cli;

import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;

/**
 * {@code idlefleet edge run} without the other commands: the launcher starts a daemon here, which
 * then carries no class in memory that only another command needs.
 */
public final class EdgeRun {
    private EdgeRun() {}

    public static void main(String[] args) {
        var command =
                new CommandLine(new EdgeCommand.Run())
                        .setCommandName("idlefleet edge run")
                        .setColorScheme(CommandLine.Help.defaultColorScheme(Ansi.AUTO))
                        .setExecutionExceptionHandler(Idlefleet::failed);
        command.getCommandSpec().mixinStandardHelpOptions(true);
        System.exit(Idlefleet.run(command, args, System.out));
    }
}
