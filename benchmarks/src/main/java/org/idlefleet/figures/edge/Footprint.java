package org.idlefleet.figures.edge;

import org.idlefleet.cli.Bench;
import org.idlefleet.cli.Figures;
import org.idlefleet.cli.fleet.Directories;
import org.idlefleet.cli.fleet.EmbeddingClient;
import org.idlefleet.cli.fleet.LocalFleet;
import org.idlefleet.cli.model.BuiltIn;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * What the daemon of an enrolled node takes while its gate is closed and no worker lives: soon
 * after its start, and again after it has computed. The node is connected, hears heartbeats, looks
 * at its signals and has its page open.
 *
 * <p>The bar on the processor holds for the steady state, since a daemon runs for weeks: in its
 * first minutes the JVM still compiles the little that goes on all day. That minute is printed,
 * too.
 */
public final class Footprint implements Bench {
    private static final Duration CONNECT_LIMIT = Duration.ofSeconds(60);

    /** Past its start, the worker that told how this machine computes, and the first rests. */
    private static final Duration SETTLE = Duration.ofSeconds(30);

    /** From its start: what goes on all day has mostly been compiled by then. */
    private static final Duration STEADY = Duration.ofMinutes(4);

    private static final Duration QUICK_STEADY = Duration.ofMinutes(1);
    private static final int SECONDS = 60;
    private static final int QUICK_SECONDS = 20;

    /** Texts that the node computes before it comes to rest again. */
    private static final int TEXTS = 200;

    private static final String SHUT = "0s vehicle.gear_park no\n";
    private static final String OPEN = "0s vehicle.gear_park yes\n";

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
        Path trace = directory.resolve("trace.txt");
        Files.writeString(trace, SHUT);
        var plan =
                new LocalFleet.Plan(
                        "node",
                        "owner",
                        List.of(
                                "signals.trace=" + trace,
                                "rules.settle=0s",
                                "rules.otherLoad=off",
                                "engine.provider=cpu",
                                "page.port=0"));
        try (LocalFleet fleet = LocalFleet.start(List.of(), false)) {
            fleet.add(plan);
            awaitStatus(fleet);
            // As a service runs, day after day: enrolled long ago.
            fleet.node("node").terminate();
            if (!fleet.node("node").await(CONNECT_LIMIT)) {
                throw new IllegalStateException("the node does not end");
            }
            fleet.again(plan);
            long started = System.nanoTime();
            Thread.sleep(SETTLE);
            long pid = fleet.node("node").pid();
            int seconds = quick ? QUICK_SECONDS : SECONDS;
            double first = processor(pid, seconds);
            figures.note(
                    "resident: pages in memory, those of files that others use as well included;"
                            + " proportional: those divided by who uses them; own: neither files"
                            + " nor shared");
            memory(figures, "edge.closed", pid);
            figures.plain("edge.closed.processor.first", first, "%");
            Thread.sleep(
                    Duration.ofNanos(
                            Math.max(
                                    0,
                                    (quick ? QUICK_STEADY : STEADY).toNanos()
                                            - (System.nanoTime() - started))));
            figures.atMost("edge.closed.processor", processor(pid, seconds), "%", 0.1);
            figures.atMost("edge.closed.workers", workers(pid), "processes", 0);
            compute(fleet, trace);
            Thread.sleep(SETTLE);
            memory(figures, "edge.again", pid);
            figures.atMost("edge.again.workers", workers(pid), "processes", 0);
        }
    }

    private static void memory(Figures figures, String name, long pid) throws Exception {
        figures.atMost(name + ".resident", mebibytes(pid, "Rss"), "MiB", 60);
        figures.plain(name + ".proportional", mebibytes(pid, "Pss"), "MiB");
        figures.plain(name + ".own", mebibytes(pid, "Anonymous"), "MiB");
    }

    /** Share of one processor, in percent: ticks are hundredths of a second. */
    private static double processor(long pid, int seconds) throws InterruptedException {
        long before = ticks(pid);
        Thread.sleep(Duration.ofSeconds(seconds));
        return (ticks(pid) - before) / (double) seconds;
    }

    private static double workers(long pid) {
        return ProcessHandle.of(pid).stream().flatMap(ProcessHandle::descendants).count();
    }

    /** The gate opens, the node fetches a model, loads it, computes, and the gate closes again. */
    private static void compute(LocalFleet fleet, Path trace) throws Exception {
        Path files = Files.createDirectories(fleet.directory().resolve("model"));
        BuiltIn.ALL_MINILM.unpack(files);
        fleet.serve(BuiltIn.ALL_MINILM.recipe().manifest(files), files);
        Files.writeString(trace, OPEN);
        fleet.awaitNodes(1);
        String key = fleet.client("bench", "1000");
        String model = BuiltIn.ALL_MINILM.recipe().model().value();
        try (var client = new EmbeddingClient(fleet.api().base(), key, model, 1)) {
            for (int i = 0; i < TEXTS; i++) {
                client.embed(List.of("text " + i));
            }
        }
        Files.writeString(trace, SHUT);
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
