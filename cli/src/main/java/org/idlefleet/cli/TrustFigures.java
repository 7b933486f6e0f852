package org.idlefleet.cli;

import org.idlefleet.coordinator.verification.AuditDraw;
import org.idlefleet.simulator.trust.Outcome;

import java.util.Comparator;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** The figures of simulated trust, beside their bars. One thread. */
public final class TrustFigures {
    /** The law's {@code (1 - q) / q} wrong results of a hostile owner, and a quarter more. */
    private static final double SLACK = 1.25;

    /** The accepted-wrong bar is for so many results of an owner, and so many hostile of 100. */
    private static final double RESULTS = 2_500_000;

    private static final int BAR_HOSTILE = 10;

    private static final double PER_MILLION = 1e6;

    private final Figures figures;

    public TrustFigures(Figures figures) {
        this.figures = figures;
    }

    /** Of one table: all outcomes have the same share of hostile owners and the same terms. */
    public void of(List<Outcome> outcomes, double seconds) {
        Outcome any = outcomes.getFirst();
        String at = "-at-" + any.plan().hostilePercent() + "%";
        double law = any.plan().assurance().auditPpm() / (double) AuditDraw.ALL;
        Outcome worst = worst(outcomes, Outcome::wrongPerHostile);
        figures.note(
                "most wrong results per hostile owner: "
                        + worst.plan().adversary().name()
                        + "; highest accepted-wrong bound: "
                        + worst(outcomes, Outcome::rateUpper).plan().adversary().name());
        figures.atMost(
                "wrong-per-hostile-owner" + at,
                worst.wrongPerHostile(),
                "results",
                SLACK * (1 - law) / law);
        figures.plain(
                "wrong-per-hostile-owner-upper-95" + at,
                largest(outcomes, Outcome::wrongPerHostileUpper),
                "results");
        double upper = PER_MILLION * largest(outcomes, Outcome::rateUpper);
        double settled = outcomes.stream().mapToDouble(Outcome::resultsPerHonest).min().orElse(0);
        if (any.plan().hostilePercent() > BAR_HOSTILE) {
            figures.plain("accepted-wrong-upper-95" + at, upper, "per-million");
        } else if (settled < 0.98 * RESULTS) {
            figures.note(
                    "the accepted-wrong bar is for 2.5 M results of an owner: --tasks 2500000");
            figures.plain("accepted-wrong-upper-95" + at, upper, "per-million");
        } else {
            figures.atMost("accepted-wrong-upper-95" + at, upper, "per-million", 1);
        }
        figures.plain("results-per-honest-owner" + at, settled, "results");
        figures.atMost(
                "mean-executions" + at, largest(outcomes, Outcome::meanExecutions), "x", 1.1);
        figures.plain(
                "mean-executions-by-trusted" + at, largest(outcomes, Outcome::trustedShare), "x");
        figures.atMost(
                "honest-convicted" + at, largest(outcomes, Outcome::honestConvicted), "owners", 0);
        figures.atMost("audit-p99" + at, largest(outcomes, Outcome::auditP99), "s", 60);
        figures.atMost(
                "conviction-to-withdrawal" + at, largest(outcomes, Outcome::withdrawal), "s", 5);
        double all = outcomes.stream().mapToDouble(Outcome::settled).sum();
        figures.atLeast("simulation-speed" + at, all / seconds / 1e6, "M-results/s", 2);
    }

    private static Outcome worst(List<Outcome> outcomes, ToDoubleFunction<Outcome> value) {
        return outcomes.stream().max(Comparator.comparingDouble(value)).orElseThrow();
    }

    private static double largest(List<Outcome> outcomes, ToDoubleFunction<Outcome> value) {
        return value.applyAsDouble(worst(outcomes, value));
    }
}
