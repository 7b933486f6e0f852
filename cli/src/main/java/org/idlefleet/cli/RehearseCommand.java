package org.idlefleet.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

import java.io.PrintWriter;
import java.io.Writer;

/**
 * Does a little of everything once, so that the JVM can note what a start needs; the launcher keeps
 * the notes (an AOT cache) for all later starts.
 */
@Command(name = "rehearse", hidden = true, description = "Warm the start cache.")
final class RehearseCommand implements Runnable {
    @Override
    public void run() {
        var nowhere = new PrintWriter(Writer.nullWriter());
        CommandLine root = Idlefleet.commandLine();
        root.usage(nowhere);
        root.getSubcommands().values().forEach(command -> command.usage(nowhere));
    }
}
