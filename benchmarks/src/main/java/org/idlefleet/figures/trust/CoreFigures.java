package org.idlefleet.figures.trust;

import org.idlefleet.cli.Figures;
import org.idlefleet.coordinator.verification.Assurance;
import org.idlefleet.simulator.CoreReport;
import org.idlefleet.simulator.CoreRun;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * The whole coordinator core in the simulator: what it settles in a second of processor time, what
 * verification adds to that, and how soon audits and withdrawals come. One thread.
 */
final class CoreFigures {
    private static final int OWNERS = 50;
    private static final int TRUSTED = 5;
    private static final int TRIES = 5;
    private static final long SEED = 1;

    private CoreFigures() {}

    static void of(Figures figures, boolean quick) {
        speed(figures, quick ? 5_000 : 200_000);
        virtualTimes(figures, quick ? 10_000 : 100_000);
    }

    private static void speed(Figures figures, int shards) {
        var plain = new ArrayList<Double>();
        var audited = new ArrayList<Double>();
        double executions = 1;
        for (int i = 0; i < TRIES; i++) {
            plain.add(seconds(atOnce(Assurance.QUORUM), shards));
            CoreRun run = atOnce(Assurance.STANDARD);
            audited.add(seconds(run, shards));
            CoreReport report = run.report();
            executions = 1 + report.checks() / (double) report.shards();
        }
        double one = median(plain);
        double both = median(audited);
        figures.note(
                "the whole core, a log in memory, "
                        + OWNERS
                        + " nodes that answer at once, "
                        + shards
                        + " shards of one item; processor time, median of "
                        + TRIES);
        figures.atLeast("core-settled-shards", shards / one, "shards/s", 200_000);
        figures.plain("core-settled-shards-standard", shards / both, "shards/s");
        figures.plain("core-executions-standard", executions, "x");
        figures.plain("core-cost-of-standard", both / one, "x");
        figures.atMost("core-cost-of-standard-per-execution", both / one / executions, "x", 1.1);
    }

    private static CoreRun atOnce(Assurance assurance) {
        var run =
                new CoreRun(
                        new CoreRun.Plan(assurance, OWNERS, TRUSTED, 0, 0, Duration.ZERO, SEED));
        run.warmUp();
        return run;
    }

    private static double seconds(CoreRun run, int shards) {
        long began = processorNanos();
        run.run(1, shards);
        return (processorNanos() - began) / 1e9;
    }

    private static long processorNanos() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    private static double median(List<Double> values) {
        Collections.sort(values);
        return values.get(values.size() / 2);
    }

    private static void virtualTimes(Figures figures, int shards) {
        var run =
                new CoreRun(
                        new CoreRun.Plan(
                                Assurance.STANDARD,
                                100,
                                TRUSTED,
                                10,
                                0.05,
                                Duration.ofSeconds(2),
                                SEED));
        run.warmUp();
        run.run(10, shards / 10);
        CoreReport report = run.report();
        figures.note(
                "100 nodes that are always busy with shards of two seconds for 10 clients, 10 of"
                        + " them hostile; virtual time");
        figures.atMost("core-audit-p99", report.auditP99(), "s", 60);
        figures.plain("core-audits", (double) report.audits(), "audits");
        figures.atLeast(
                "core-convicted", 100.0 * report.hostileConvicted() / report.hostile(), "%", 100);
        figures.atMost("core-honest-convicted", report.honestConvicted(), "owners", 0);
        figures.plain("core-results-withdrawn", (double) report.unfinal(), "results");
        figures.atMost("core-conviction-to-withdrawal", report.retraction(), "s", 5);
        figures.plain("core-draws-computed-again", (double) report.draws(), "draws");
        figures.atMost("core-draws-differing", (double) report.drawsDiffering(), "draws", 0);
    }
}
