package org.idlefleet.cli;

import org.idlefleet.cli.fleet.Child;
import org.idlefleet.cli.fleet.LocalFleet;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;

/**
 * Lets an enrolled daemon do once what it does all day while its gate is closed, and writes down
 * which classes it needed. The launcher's build and that of the packages make its class archive of
 * them: what lies in a file need not lie in the owner's memory.
 */
@Command(
        name = "rehearse-daemon",
        hidden = true,
        description = "Write down which classes the daemon needs at rest.")
final class RehearseDaemonCommand implements Callable<Integer> {
    /** Lets the launcher start a daemon that writes its classes into this file. */
    private static final String CLASSES = "IDLEFLEET_CLASSES";

    private static final Duration LIMIT = Duration.ofSeconds(90);

    /** Past the first heartbeats, and after it has given memory back once. */
    private static final Duration REST = Duration.ofSeconds(8);

    @Option(names = "--classes", required = true, description = "The file to write them to.")
    private Path classes = Path.of("");

    @Override
    public Integer call() throws Exception {
        try (LocalFleet fleet = LocalFleet.start(List.of(), false)) {
            Path trace = fleet.directory().resolve("trace.txt");
            Files.writeString(trace, "0s vehicle.gear_park no\n");
            var plan =
                    new LocalFleet.Plan(
                            "node",
                            "owner",
                            List.of(
                                    "signals.trace=" + trace,
                                    "engine.provider=cpu",
                                    "page.port=0"));
            fleet.add(plan);
            awaitWelcome(fleet.node("node"), 1);
            end(fleet.node("node"));
            fleet.again(plan, Map.of(CLASSES, classes.toAbsolutePath().toString()));
            Child daemon = fleet.node("node");
            awaitWelcome(daemon, 2);
            Thread.sleep(REST);
            end(daemon);
        }
        return ExitCode.OK;
    }

    /** All starts write into the same log. */
    private static void awaitWelcome(Child daemon, int starts)
            throws IOException, InterruptedException {
        long end = System.nanoTime() + LIMIT.toNanos();
        while (daemon.printed().split("welcome; ", -1).length <= starts) {
            if (!daemon.isAlive() || System.nanoTime() > end) {
                throw new IOException("the daemon did not come up:\n" + daemon.tail());
            }
            Thread.sleep(100);
        }
    }

    private static void end(Child daemon) throws IOException {
        daemon.terminate();
        if (!daemon.await(LIMIT)) {
            throw new IOException("the daemon does not end:\n" + daemon.tail());
        }
    }
}
