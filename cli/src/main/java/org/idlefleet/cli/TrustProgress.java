package org.idlefleet.cli;

import org.idlefleet.simulator.trust.Outcome;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;

/** A line for each simulated run as it ends: how far it is, and what came of it. One thread. */
public final class TrustProgress {
    private final PrintWriter out;
    private final int runs;
    private final long began = System.nanoTime();
    private int done;

    public TrustProgress(PrintWriter out, int runs) {
        this.out = out;
        this.runs = runs;
    }

    public void ran(Outcome outcome) {
        done++;
        long seconds = Duration.ofNanos(System.nanoTime() - began).toSeconds();
        out.printf(
                Locale.ROOT,
                "%d of %d, %d:%02d: %s with %d %% of %d owners hostile, W %.2f, R %.4f%n",
                done,
                runs,
                seconds / 60,
                seconds % 60,
                outcome.plan().adversary().name(),
                outcome.plan().hostilePercent(),
                outcome.plan().owners(),
                outcome.wrongPerHostile(),
                outcome.meanExecutions());
        out.flush();
    }
}
