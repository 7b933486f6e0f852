package org.idlefleet.cli;

import java.io.PrintWriter;
import java.io.StringWriter;

/** What a person sees after typing a command: its exit code and everything it printed. */
record Typed(int exitCode, String out, String err) {
    /** Runs {@code idlefleet ARGUMENTS} in this process. */
    static Typed idlefleet(String... arguments) {
        var out = new StringWriter();
        var err = new StringWriter();
        int exitCode =
                Idlefleet.commandLine()
                        .setOut(new PrintWriter(out, true))
                        .setErr(new PrintWriter(err, true))
                        .execute(arguments);
        return new Typed(exitCode, out.toString(), err.toString());
    }
}
