package org.idlefleet.figures.trust;

import org.idlefleet.cli.Bench;
import org.idlefleet.cli.Figures;
import org.idlefleet.cli.TrustFigures;
import org.idlefleet.cli.TrustProgress;
import org.idlefleet.coordinator.verification.Assurance;
import org.idlefleet.figures.calibration.ComparatorsBench;
import org.idlefleet.simulator.trust.Adversaries;
import org.idlefleet.simulator.trust.Adversary;
import org.idlefleet.simulator.trust.Outcome;
import org.idlefleet.simulator.trust.Pace;
import org.idlefleet.simulator.trust.TrustPlan;
import org.idlefleet.simulator.trust.TrustRuns;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Wrong answers don't pass, and honest owners are left alone. */
public final class VerificationBench implements Bench {
    private static final long SEED = 1;

    /** Those that get most through, and those that strike, with few and many hostile owners. */
    private static final List<String> WORST =
            List.of(
                    "smash",
                    "safe-strike",
                    "slow-drip",
                    "cover-up",
                    "slow-cover-up",
                    "drip",
                    "watcher",
                    "sybils",
                    "false-accuser");

    private static final List<String> COALITIONS = List.of("smash", "safe-strike");

    /** Who might get honest owners convicted. */
    private static final List<String> ACCUSERS = List.of("false-accuser", "drag-0.9");

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
        int owners = quick ? 100 : 10_000;
        long results = quick ? 100_000 : 2_500_000;
        against(figures, Adversaries.library(), owners, 10, results);
        against(figures, named(WORST), owners, 1, results);
        against(figures, named(WORST), owners, 30, results);
        years(figures, quick ? 100 : 10_000);
        CoreFigures.of(figures, quick);
        new ComparatorsBench().run(figures, quick);
    }

    private static void against(
            Figures figures, List<Adversary> adversaries, int owners, int percent, long results)
            throws InterruptedException {
        long began = System.nanoTime();
        List<Outcome> outcomes =
                ran(
                        adversaries.stream()
                                .map(adversary ->
                                        TrustPlan.of(
                                                adversary,
                                                Assurance.STANDARD,
                                                adversary.enough(owners),
                                                percent,
                                                results,
                                                SEED,
                                                false))
                                .toList());
        new TrustFigures(figures).of(outcomes, (System.nanoTime() - began) / 1e9);
        outcomes.stream()
                .filter(outcome -> COALITIONS.contains(outcome.plan().adversary().name()))
                .forEach(outcome -> banned(figures, outcome, percent));
    }

    private static void banned(Figures figures, Outcome outcome, int percent) {
        figures.atLeast(
                "convicted-" + outcome.plan().adversary().name() + "-at-" + percent + "%",
                100.0 * outcome.hostileConvicted() / outcome.hostile(),
                "%",
                100);
    }

    /** Honest owners of one car each, for a year: among themselves, and among who harms them. */
    private static void years(Figures figures, int honest) throws InterruptedException {
        var plans = new ArrayList<TrustPlan>();
        plans.add(year(named(WORST).getFirst(), honest, 0));
        named(ACCUSERS).forEach(accuser -> plans.add(year(accuser, honest * 10 / 9 + 1, 10)));
        for (Outcome year : ran(plans)) {
            String among =
                    year.hostile() == 0 ? "" : "-among-" + year.plan().adversary().name() + "s";
            figures.plain("owner-years" + among, year.honest(), "years");
            figures.plain("owner-years-results" + among, year.settled() / 1e6, "M-results");
            figures.plain("owner-years-audits" + among, year.audits() / 1e6, "M-audits");
            figures.plain("owner-years-disputes" + among, (double) year.disputes(), "disputes");
            figures.atMost(
                    "honest-convicted-in-owner-years" + among, year.honestConvicted(), "owners", 0);
        }
    }

    private static TrustPlan year(Adversary adversary, int owners, int percent) {
        return new TrustPlan(
                adversary,
                Assurance.STANDARD,
                owners,
                percent,
                Duration.ofDays(365),
                Pace.ONE_CAR,
                SEED,
                false);
    }

    private static List<Outcome> ran(List<TrustPlan> plans) throws InterruptedException {
        var progress =
                new TrustProgress(
                        new PrintWriter(System.err, true, StandardCharsets.UTF_8), plans.size());
        return TrustRuns.all(plans, progress::ran);
    }

    private static List<Adversary> named(List<String> names) {
        return names.stream().map(name -> Adversaries.named(name).orElseThrow()).toList();
    }
}
