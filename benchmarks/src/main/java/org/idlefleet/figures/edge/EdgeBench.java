package org.idlefleet.figures.edge;

import org.HdrHistogram.Histogram;
import org.idlefleet.cli.Bench;
import org.idlefleet.cli.Figures;
import org.idlefleet.cli.fleet.Directories;

import java.nio.file.Files;
import java.nio.file.Path;

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
            Footprint.measure(figures, directory, quick);
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
}
