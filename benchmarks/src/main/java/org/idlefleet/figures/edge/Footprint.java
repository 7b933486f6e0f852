package org.idlefleet.figures.edge;

import org.idlefleet.cli.Bench;
import org.idlefleet.cli.Figures;
import org.idlefleet.cli.fleet.Directories;
import org.idlefleet.cli.fleet.LocalFleet;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * What the daemon of an enrolled node takes while its gate is closed and no worker lives. The node
 * is connected, hears heartbeats, looks at its signals and has its page open.
 */
public final class Footprint implements Bench {
    private static final Duration CONNECT_LIMIT = Duration.ofSeconds(60);

    /** Past its start, the worker that told how this machine computes, and the first rests. */
    private static final Duration SETTLE = Duration.ofSeconds(30);

    private static final int SECONDS = 60;
    private static final int QUICK_SECONDS = 20;

    @Override
    public String name() {
        return "footprint";
    }

    @Override
    public String description() {
        return "memory and processor that a node takes while its gate is closed";
    }

    @Override
    public void run(Figures figures, boolean quick) throws Exception {
        Path directory = Files.createTempDirectory("idlefleet-footprint-");
        try {
            measure(figures, directory, quick);
        } finally {
            Directories.remove(directory);
        }
    }

    /**
     * @param directory for a file of its own
     */
    static void measure(Figures figures, Path directory, boolean quick) throws Exception {
        int seconds = quick ? QUICK_SECONDS : SECONDS;
        Path trace = directory.resolve("trace.txt");
        Files.writeString(trace, "0s vehicle.gear_park no\n");
        var plan =
                new LocalFleet.Plan(
                        "node",
                        "owner",
                        List.of("signals.trace=" + trace, "engine.provider=cpu", "page.port=0"));
        try (LocalFleet fleet = LocalFleet.start(List.of(), false)) {
            fleet.add(plan);
            awaitStatus(fleet);
            // As a service runs, day after day: enrolled long ago.
            fleet.node("node").terminate();
            if (!fleet.node("node").await(CONNECT_LIMIT)) {
                throw new IllegalStateException("the node does not end");
            }
            fleet.again(plan);
            Thread.sleep(SETTLE);
            long pid = fleet.node("node").pid();
            long before = ticks(pid);
            Thread.sleep(Duration.ofSeconds(seconds));
            double share = (ticks(pid) - before) / (double) seconds;
            double workers =
                    ProcessHandle.of(pid).stream().flatMap(ProcessHandle::descendants).count();
            figures.note(
                    "resident: pages in memory, those of files that others use as well included;"
                            + " proportional: those divided by who uses them; own: neither files"
                            + " nor shared");
            figures.atMost("edge.closed.resident", mebibytes(pid, "Rss"), "MiB", 60);
            figures.plain("edge.closed.proportional", mebibytes(pid, "Pss"), "MiB");
            figures.plain("edge.closed.own", mebibytes(pid, "Anonymous"), "MiB");
            figures.atMost("edge.closed.processor", share, "%", 0.1);
            figures.atMost("edge.closed.workers", workers, "processes", 0);
        }
    }

    private static void awaitStatus(LocalFleet fleet) throws InterruptedException {
        Path status = fleet.directory().resolve("node").resolve("status.json");
        for (long i = 0; i < CONNECT_LIMIT.toMillis() && !Files.exists(status); i += 100) {
            Thread.sleep(100);
        }
    }

    private static double mebibytes(long pid, String what) throws Exception {
        return ProcessFile.memoryBytes(pid, what) / 1048576.0;
    }

    private static long ticks(long pid) {
        return ProcessFile.look(pid)
                .orElseThrow(() -> new IllegalStateException("the daemon ended by itself"))
                .ticks();
    }
}
