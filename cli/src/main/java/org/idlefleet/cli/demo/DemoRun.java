package org.idlefleet.cli.demo;

import org.idlefleet.cli.fleet.LocalFleet;
import org.idlefleet.edge.EngineException;

import java.io.Console;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** The demo from its first process to the last; whatever happens, nothing is left behind. */
public final class DemoRun {
    private final PrintWriter out;
    private final int sentences;
    private final boolean keep;

    /**
     * @param keep leaves the processes running and their files where they are
     */
    public DemoRun(PrintWriter out, int sentences, boolean keep) {
        this.out = out;
        this.sentences = sentences;
        this.keep = keep;
    }

    /**
     * @return whether every claim of the demo held
     */
    public boolean run() throws IOException, InterruptedException, EngineException {
        boolean terminal =
                Optional.ofNullable(System.console()).map(Console::isTerminal).orElse(false);
        var screen = new Screen(out, terminal);
        LocalFleet fleet = LocalFleet.start(List.of("jobs.quorum=2"), keep);
        Thread cleaner = new Thread(fleet::close, "cleaner");
        Runtime.getRuntime().addShutdownHook(cleaner);
        boolean held = new Demo(screen, fleet, sentences).run();
        if (keep) {
            fleet.keep();
            screen.title("Left running");
            screen.say("  API        " + fleet.api().base());
            screen.say("  operator   ./idlefleet nodes --data " + fleet.data());
            screen.say("  logs       " + fleet.directory() + "/*.log");
            screen.say(
                    "  end it     kill "
                            + fleet.pids().stream()
                                    .map(String::valueOf)
                                    .collect(Collectors.joining(" "))
                            + " && rm -r "
                            + fleet.directory());
        }
        screen.say(
                String.format(
                        Locale.ROOT,
                        "%n%s after %.0f s.",
                        held ? "All of it held" : "NOT all of it held",
                        screen.passed().toMillis() / 1000.0));
        return held;
    }
}
