package org.idlefleet.figures.edge;

import org.HdrHistogram.Histogram;
import org.idlefleet.cli.Bench;
import org.idlefleet.cli.Figures;
import org.idlefleet.cli.fleet.Directories;
import org.idlefleet.cli.fleet.LocalFleet;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** How fast the daemon lets go of the processor, and what it takes while the gate is closed. */
public final class EdgeBench implements Bench {
    /** Workers whose gate closes; each costs a start. */
    private static final int CLOSED = 1_500;

    /** Workers whose daemon is stopped; they go on afterwards, so most of the rounds are these. */
    private static final int STOPPED = 8_500;

    private static final int QUICK_CLOSED = 40;
    private static final int QUICK_STOPPED = 160;

    @Override
    public String name() {
        return "edge";
    }

    @Override
    public String description() {
        return "how fast a node lets go when its gate closes, and what it takes while it is closed";
    }

    @Override
    public void run(Figures figures, boolean quick) throws Exception {
        Path directory = Files.createTempDirectory("idlefleet-edge-");
        try {
            stop(figures, directory, quick ? QUICK_CLOSED : CLOSED);
            hang(figures, directory, quick ? QUICK_STOPPED : STOPPED);
            double orphans =
                    ProcessHandle.current().descendants().filter(EdgeBench::isWorker).count();
            figures.atMost("edge.orphans", orphans, "processes", 0);
            footprint(figures, directory, quick ? 10 : 60);
        } finally {
            Directories.remove(directory);
        }
    }

    private static void stop(Figures figures, Path directory, int count) throws Exception {
        var lastTick = new Histogram(3);
        var gone = new Histogram(3);
        int booked = 0;
        try (var preemptions = new Preemptions(directory, 1)) {
            for (int i = 0; i < count; i++) {
                Preemptions.Outcome outcome = preemptions.next();
                lastTick.recordValue(Math.round(1000 * outcome.lastTickMillis()));
                gone.recordValue(Math.round(1000 * outcome.goneMillis()));
                booked += outcome.unfinished() ? 0 : 1;
            }
            figures.note(
                    count
                            + " preemptions, by phase "
                            + preemptions.reached()
                            + "; frozen "
                            + preemptions.frozen()
                            + ", killed "
                            + preemptions.killed()
                            + "; processor time is counted in steps of 10 ms");
        }
        figures.atMost("edge.stop.p99", lastTick.getValueAtPercentile(99) / 1e3, "ms", 100);
        figures.atMost("edge.stop.max", lastTick.getMaxValue() / 1e3, "ms", 250);
        figures.atMost("edge.memory.back.max", gone.getMaxValue() / 1e3, "ms", 1000);
        figures.atMost("edge.finished.after.stop", booked, "shards", 0);
    }

    private static void hang(Figures figures, Path directory, int count) throws Exception {
        var lastTick = new Histogram(3);
        boolean gone;
        try (var stops = new SupervisorStops(directory, 2)) {
            for (int i = 0; i < count; i++) {
                lastTick.recordValue(Math.round(1000 * stops.next()));
            }
            gone = stops.killed();
        }
        figures.note(count + " times the daemon was stopped by SIGSTOP while its worker computed");
        figures.atMost("edge.hang.p99", lastTick.getValueAtPercentile(99) / 1e3, "ms", 100);
        figures.atMost("edge.hang.max", lastTick.getMaxValue() / 1e3, "ms", 250);
        figures.atMost("edge.hang.left", gone ? 0 : 1, "processes", 0);
    }

    private static boolean isWorker(ProcessHandle process) {
        return process.isAlive()
                && process.info().commandLine().orElse("").contains("WorkerProcess");
    }

    private static void footprint(Figures figures, Path directory, int seconds) throws Exception {
        Path trace = directory.resolve("trace.txt");
        Files.writeString(trace, "0s vehicle.gear_park no\n");
        try (LocalFleet fleet = LocalFleet.start(List.of(), false)) {
            fleet.add(
                    new LocalFleet.Plan(
                            "node",
                            "owner",
                            List.of("signals.trace=" + trace, "engine.provider=cpu")));
            Path status = fleet.directory().resolve("node").resolve("status.json");
            for (int i = 0; i < 600 && !Files.exists(status); i++) {
                Thread.sleep(100);
            }
            // Past its start and the worker that told how this machine computes.
            Thread.sleep(10_000);
            long pid = fleet.node("node").pid();
            long before = ticks(pid);
            Thread.sleep(seconds * 1000L);
            double share = (ticks(pid) - before) / (double) seconds;
            double workers =
                    ProcessHandle.of(pid).stream().flatMap(ProcessHandle::descendants).count();
            figures.atMost("edge.closed.resident", residentMiB(pid), "MiB", 60);
            figures.atMost("edge.closed.processor", share, "%", 0.1);
            figures.atMost("edge.closed.workers", workers, "processes", 0);
        }
    }

    private static double residentMiB(long pid) throws Exception {
        return ProcessFile.residentBytes(pid) / 1048576.0;
    }

    private static long ticks(long pid) {
        return ProcessFile.look(pid)
                .orElseThrow(() -> new IllegalStateException("the daemon ended by itself"))
                .ticks();
    }
}
