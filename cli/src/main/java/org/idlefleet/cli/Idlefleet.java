package org.idlefleet.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.ScopeType;

import java.io.PrintStream;
import java.io.PrintWriter;

/** The {@code idlefleet} command. */
@Command(
        name = "idlefleet",
        description = "Inference on parked cars and other idle devices.",
        versionProvider = Version.class,
        mixinStandardHelpOptions = true,
        scope = ScopeType.INHERIT,
        usageHelpAutoWidth = true,
        synopsisSubcommandLabel = "COMMAND",
        commandListHeading = "%nCommands:%n",
        footer = {
            "",
            "Exit codes: 0 ok, 1 error, 2 usage, 3 not running, 4 key refused.",
        },
        subcommands = {
            DemoCommand.class,
            CoordinatorCommand.class,
            EdgeCommand.class,
            ModelCommand.class,
            NodesCommand.class,
            TrustCommand.class,
            JobsCommand.class,
            ReceiptCommand.class,
            LedgerCommand.class,
            BenchCommand.class,
            SimulateCommand.class,
            CommandLine.HelpCommand.class,
            CompletionCommand.class,
            VersionCommand.class,
            RehearseCommand.class,
            RehearseDaemonCommand.class,
        })
public final class Idlefleet {
    private Idlefleet() {}

    public static void main(String[] args) {
        System.exit(run(commandLine(), args, System.out));
    }

    /** Runs one command line; all that it prints has left for {@code out} when this returns. */
    static int run(CommandLine command, String[] args, PrintStream out) {
        var writer = new PrintWriter(out, true, out.charset());
        int code = command.setOut(writer).execute(args);
        writer.flush();
        return code;
    }

    /** The command with all its subcommands. */
    static CommandLine commandLine() {
        return Values.readBy(new CommandLine(new Idlefleet()))
                .setColorScheme(CommandLine.Help.defaultColorScheme(Ansi.AUTO))
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionExceptionHandler(Idlefleet::failed);
    }

    /** What a command that failed prints, and its exit code. */
    static int failed(Exception e, CommandLine command, CommandLine.ParseResult parsed) {
        return Failure.say(e, command.getErr());
    }
}
