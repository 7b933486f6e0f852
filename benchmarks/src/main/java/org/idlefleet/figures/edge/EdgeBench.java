package org.idlefleet.figures.edge;

import org.HdrHistogram.ConcurrentHistogram;
import org.idlefleet.cli.Bench;
import org.idlefleet.cli.Figures;
import org.idlefleet.cli.fleet.Directories;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** How fast the daemon lets go of the processor, and what it takes while the gate is closed. */
public final class EdgeBench implements Bench {
    /** Workers whose gate closes; each costs a start. */
    private static final int CLOSED = 1_500;

    /** Workers whose daemon is stopped; they go on afterwards, so most of the rounds are these. */
    private static final int STOPPED = 8_500;

    /** Nodes that leave a real fleet in the middle of its work. */
    private static final int DEPARTURES = 100;

    private static final int QUICK_CLOSED = 40;
    private static final int QUICK_STOPPED = 160;
    private static final int QUICK_DEPARTURES = 10;
    private static final int AT_A_TIME = 4;

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
            Preemptions.models(directory);
            stop(figures, directory, quick ? QUICK_CLOSED : CLOSED);
            hang(figures, directory, quick ? QUICK_STOPPED : STOPPED);
            double orphans =
                    ProcessHandle.current().descendants().filter(EdgeBench::isWorker).count();
            figures.atMost("edge.orphans", orphans, "processes", 0);
            departures(figures, quick ? QUICK_DEPARTURES : DEPARTURES);
            Footprint.measure(figures, directory, quick);
        } finally {
            Directories.remove(directory);
        }
    }

    private static void stop(Figures figures, Path directory, int count) throws Exception {
        var lastTick = new ConcurrentHistogram(3);
        var gone = new ConcurrentHistogram(3);
        var booked = new AtomicInteger();
        var reached = new ConcurrentSkipListMap<Preemptions.Phase, Integer>();
        var frozen = new AtomicLong();
        var killed = new AtomicLong();
        sideBySide(number -> {
            try (var preemptions = new Preemptions(directory, "closed-" + number, number)) {
                for (int i = number; i < count; i += AT_A_TIME) {
                    Preemptions.Outcome outcome = preemptions.next();
                    lastTick.recordValue(Math.round(1000 * outcome.lastTickMillis()));
                    gone.recordValue(Math.round(1000 * outcome.goneMillis()));
                    booked.addAndGet(outcome.unfinished() ? 0 : 1);
                }
                preemptions.reached().forEach((phase, n) -> reached.merge(phase, n, Integer::sum));
                frozen.addAndGet(preemptions.frozen());
                killed.addAndGet(preemptions.killed());
            }
        });
        figures.note(
                count
                        + " preemptions, "
                        + AT_A_TIME
                        + " side by side, by phase "
                        + reached
                        + "; frozen "
                        + frozen
                        + ", killed "
                        + killed
                        + "; processor time is counted in steps of 10 ms");
        figures.atMost("edge.stop.p99", lastTick.getValueAtPercentile(99) / 1e3, "ms", 100);
        figures.atMost("edge.stop.max", lastTick.getMaxValue() / 1e3, "ms", 250);
        figures.atMost("edge.memory.back.max", gone.getMaxValue() / 1e3, "ms", 1000);
        figures.atMost("edge.finished.after.stop", booked.get(), "shards", 0);
    }

    private static void hang(Figures figures, Path directory, int count) throws Exception {
        var lastTick = new ConcurrentHistogram(3);
        var left = new AtomicInteger();
        sideBySide(number -> {
            try (var stops = new SupervisorStops(directory, "hung-" + number, number)) {
                for (int i = number; i < count; i += AT_A_TIME) {
                    lastTick.recordValue(Math.round(1000 * stops.next()));
                }
                left.addAndGet(stops.killed() ? 0 : 1);
            }
        });
        figures.note(
                count
                        + " times a daemon was stopped by SIGSTOP while its worker computed, "
                        + AT_A_TIME
                        + " side by side");
        figures.atMost("edge.hang.p99", lastTick.getValueAtPercentile(99) / 1e3, "ms", 100);
        figures.atMost("edge.hang.max", lastTick.getMaxValue() / 1e3, "ms", 250);
        figures.atMost("edge.hang.left", left.get(), "processes", 0);
    }

    private static void departures(Figures figures, int count) throws Exception {
        Departures.Outcome outcome = Departures.run(count, 3);
        figures.note(
                count
                        + " departures from a fleet at work, by way "
                        + outcome.ways()
                        + "; "
                        + outcome.items()
                        + " items in "
                        + outcome.payments()
                        + " payments, "
                        + outcome.released()
                        + " shards given back or lost");
        figures.atMost("edge.departures.unanswered", outcome.unanswered(), "items", 0);
        figures.atMost("edge.departures.paid-twice", outcome.paidTwice(), "items", 0);
        figures.atMost("edge.departures.paid-for-nothing", outcome.paidForNothing(), "items", 0);
        figures.atMost("edge.departures.ledger-faults", outcome.ledgerFaults(), "faults", 0);
    }

    private interface Numbered {
        void run(int number) throws Exception;
    }

    /** Runs several at the same time: they wait more than they compute. */
    private static void sideBySide(Numbered work) throws Exception {
        try (var threads = Executors.newFixedThreadPool(AT_A_TIME)) {
            var running = new ArrayList<Future<?>>();
            for (int i = 0; i < AT_A_TIME; i++) {
                int number = i;
                running.add(
                        threads.submit(() -> {
                            work.run(number);
                            return null;
                        }));
            }
            for (Future<?> one : running) {
                one.get();
            }
        }
    }

    private static boolean isWorker(ProcessHandle process) {
        return process.isAlive()
                && process.info().commandLine().orElse("").contains("WorkerProcess");
    }
}
