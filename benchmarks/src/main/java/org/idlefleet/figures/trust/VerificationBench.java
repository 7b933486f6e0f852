package org.idlefleet.figures.trust;

import org.idlefleet.cli.Bench;
import org.idlefleet.cli.Figures;
import org.idlefleet.cli.TrustFigures;
import org.idlefleet.coordinator.verification.Assurance;
import org.idlefleet.figures.calibration.ComparatorsBench;
import org.idlefleet.simulator.trust.Adversaries;
import org.idlefleet.simulator.trust.Adversary;
import org.idlefleet.simulator.trust.Outcome;
import org.idlefleet.simulator.trust.Pace;
import org.idlefleet.simulator.trust.TrustPlan;
import org.idlefleet.simulator.trust.TrustRuns;

import java.time.Duration;
import java.util.List;

/** Wrong answers don't pass, and honest owners are left alone. */
public final class VerificationBench implements Bench {
    private static final long SEED = 1;

    /** Those that get most through, tried with few and with many hostile owners. */
    private static final List<String> WORST =
            List.of("slow-drip", "cover-up", "drip", "watcher", "sybils", "false-accuser");

    private static final List<String> COALITIONS = List.of("smash", "safe-strike");

    @Override
    public String name() {
        return "verification";
    }

    @Override
    public String description() {
        return "Audits and standing against every adversary; comparators of real models.";
    }

    @Override
    public void run(Figures figures, boolean quick) throws Exception {
        int owners = quick ? 100 : 1_000;
        long results = quick ? 20_000 : 2_500_000;
        everybody(figures, Adversaries.library(), owners, 10, results);
        everybody(figures, named(WORST), owners, 1, results);
        everybody(figures, named(WORST), owners, 30, results);
        for (int percent : new int[] {10, 30}) {
            coalitions(figures, owners, percent, quick ? 200_000 : 500_000);
        }
        years(figures, quick ? 100 : 10_000);
        new ComparatorsBench().run(figures, quick);
    }

    private static void everybody(
            Figures figures, List<Adversary> adversaries, int owners, int percent, long results)
            throws InterruptedException {
        long began = System.nanoTime();
        List<Outcome> outcomes = outcomes(adversaries, owners, percent, results);
        new TrustFigures(figures).of(outcomes, (System.nanoTime() - began) / 1e9);
    }

    private static void coalitions(Figures figures, int owners, int percent, long results)
            throws InterruptedException {
        for (Outcome outcome : outcomes(named(COALITIONS), owners, percent, results)) {
            figures.atLeast(
                    "convicted-" + outcome.plan().adversary().name() + "-at-" + percent + "%",
                    100.0 * outcome.hostileConvicted() / outcome.hostile(),
                    "%",
                    100);
        }
    }

    private static List<Outcome> outcomes(
            List<Adversary> adversaries, int owners, int percent, long results)
            throws InterruptedException {
        return TrustRuns.all(
                adversaries.stream()
                        .map(adversary ->
                                TrustPlan.of(
                                        adversary,
                                        Assurance.STANDARD,
                                        owners,
                                        percent,
                                        results,
                                        SEED,
                                        false))
                        .toList(),
                done ->
                        System.err.println(
                                "ran "
                                        + done.plan().adversary().name()
                                        + " at "
                                        + percent
                                        + " % hostile"));
    }

    /** Honest owners of one car each, for a year. */
    private static void years(Figures figures, int owners) throws InterruptedException {
        var plan =
                new TrustPlan(
                        named(WORST).getFirst(),
                        Assurance.STANDARD,
                        owners,
                        0,
                        Duration.ofDays(365),
                        Pace.ONE_CAR,
                        SEED,
                        false);
        Outcome year = TrustRuns.all(List.of(plan), _ -> {}).getFirst();
        figures.plain("owner-years", owners, "years");
        figures.plain("owner-years-audits", (double) year.audits(), "audits");
        figures.plain("owner-years-disputes", (double) year.disputes(), "disputes");
        figures.atMost("honest-convicted-in-owner-years", year.honestConvicted(), "owners", 0);
    }

    private static List<Adversary> named(List<String> names) {
        return names.stream().map(name -> Adversaries.named(name).orElseThrow()).toList();
    }
}
