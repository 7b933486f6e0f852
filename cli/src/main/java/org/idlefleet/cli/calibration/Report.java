package org.idlefleet.cli.calibration;

import org.idlefleet.cli.calibration.Findings.Control;
import org.idlefleet.cli.calibration.Findings.HonestPairs;
import org.idlefleet.coordinator.workload.Zone;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Findings for a reader: one line for each pair of numeric classes and for each control. */
public final class Report {
    private Report() {}

    /** What the columns of the lines about honest pairs are. */
    public static final String HONEST =
            "| model | honest pair | pairs | equal | median | p99 | max | tolerance"
                    + " | held out: agree / inconclusive / reject |";

    /** What the columns of the lines about controls are. */
    public static final String CONTROLS =
            "| model | control | results | nearest | median | caught within a class"
                    + " | in unmeasured classes | across two classes | with other batches |";

    /** The lines, without line feeds: first honest pairs, then controls. Distances are chords. */
    public static List<String> lines(Findings found) {
        var lines = new ArrayList<String>();
        String model = found.model() + " " + found.precision();
        lines.add(HONEST);
        for (HonestPairs pairs : found.shards()) {
            lines.add(honest(model, pairs.a() + " ~ " + pairs.b(), pairs));
        }
        lines.add(honest(model, "same text, other batch", found.mixed()));
        lines.add(CONTROLS);
        double within = found.withinClass();
        double unmeasured = found.unmeasured();
        double across = found.acrossClasses();
        double mixed = found.mixed().tolerance();
        for (Control control : found.controls()) {
            lines.add(
                    "| %s | %s | %d | %s | %s | %.2f %% | %.2f %% | %.2f %% | %.2f %% |"
                            .formatted(
                                    model,
                                    control.name(),
                                    control.distances().count() + control.malformed(),
                                    distance(control, 0),
                                    distance(control, 0.5),
                                    100 * control.caught(within),
                                    100 * control.caught(unmeasured),
                                    100 * control.caught(across),
                                    100 * control.caught(mixed)));
        }
        lines.add(model + ": tolerance in classes that nobody measured " + number(unmeasured));
        found.shards().stream()
                .filter(pairs -> !found.comparable().contains(pairs))
                .forEach(pairs ->
                        lines.add(
                                model
                                        + ": "
                                        + pairs.a()
                                        + " and "
                                        + pairs.b()
                                        + " can't judge each other, as a cheat would pass"));
        return lines;
    }

    private static String honest(String model, String what, HonestPairs pairs) {
        Spread all = pairs.calibrated().and(pairs.heldOut());
        double tolerance = pairs.tolerance();
        return "| %s | %s | %d | %d | %s | %s | %s | %s | %d / %d / %d |"
                .formatted(
                        model,
                        what,
                        all.count(),
                        all.zero(),
                        number(all.quantile(0.5)),
                        number(all.quantile(0.99)),
                        number(all.max()),
                        number(tolerance),
                        pairs.heldOut().in(Zone.AGREE, tolerance),
                        pairs.heldOut().in(Zone.INCONCLUSIVE, tolerance),
                        pairs.heldOut().in(Zone.REJECT, tolerance));
    }

    private static String distance(Control control, double share) {
        return control.distances().count() == 0
                ? "malformed"
                : number(control.distances().quantile(share));
    }

    private static String number(double value) {
        return value == 0 ? "0" : String.format(Locale.ROOT, "%.2e", value);
    }
}
