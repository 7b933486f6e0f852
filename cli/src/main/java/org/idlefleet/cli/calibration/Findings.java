package org.idlefleet.cli.calibration;

import org.idlefleet.coordinator.workload.EmbeddingComparator;
import org.idlefleet.coordinator.workload.Zone;
import org.idlefleet.protocol.ModelId;
import org.idlefleet.protocol.ModelManifest;
import org.idlefleet.protocol.ModelManifest.Tolerance;
import org.idlefleet.protocol.NumericClass;

import java.util.ArrayList;
import java.util.List;

/**
 * What a calibration found out about a model.
 *
 * @param shards the same shard on both sides, the pairs that a fleet compares: one for each pair of
 *     numeric classes
 * @param mixed the same text in batches of other sizes, which no two nodes of a shard have; it
 *     shows what a tolerance for it would let pass
 * @param controls what a dishonest node could send
 */
public record Findings(
        ModelId model,
        String precision,
        List<HonestPairs> shards,
        HonestPairs mixed,
        List<Control> controls) {
    /** Of each control so many may pass. */
    private static final double CHEATS_MISSED_MAX = 0.001;

    /** Of honest pairs so many agree. */
    private static final double HONEST_AGREE_MIN = 0.9999;

    /**
     * What is beyond twice the tolerance is rejected; a little less than half stays clear of it.
     */
    private static final double BELOW_HALF = 0.45;

    public Findings {
        shards = List.copyOf(shards);
        controls = List.copyOf(controls);
    }

    /**
     * Distances of honest pairs.
     *
     * @param calibrated those that the tolerance was made of
     * @param tolerance the largest of them with a margin
     * @param heldOut those of other texts, that it was tried on
     */
    public record HonestPairs(
            NumericClass a, NumericClass b, Spread calibrated, double tolerance, Spread heldOut) {}

    /**
     * Distances between a dishonest and an honest result.
     *
     * @param malformed how many of them were no possible outputs
     */
    public record Control(String name, Spread distances, int malformed) {
        /** The share that a tolerance rejects, 0 to 1. */
        public double caught(double tolerance) {
            int total = distances.count() + malformed;
            int rejected = distances.in(Zone.REJECT, tolerance);
            return (double) (rejected + malformed) / total;
        }
    }

    /** The tolerance within one numeric class, the tightest. */
    public double withinClass() {
        return shards.getFirst().tolerance();
    }

    /** The tolerance between the two classes that were measured, the widest. */
    public double acrossClasses() {
        return shards.getLast().tolerance();
    }

    /**
     * The tolerance for classes that nobody measured: the widest that was measured, as another
     * processor does the same arithmetic in another order, but not so wide that a control passes.
     */
    public double unmeasured() {
        double nearestCheat =
                controls.stream()
                        .filter(control -> control.distances().count() > 0)
                        .mapToDouble(control -> control.distances().quantile(CHEATS_MISSED_MAX))
                        .min()
                        .orElse(Double.POSITIVE_INFINITY);
        return Math.max(withinClass(), Math.min(acrossClasses(), BELOW_HALF * nearestCheat));
    }

    /**
     * The pairs of classes whose results may be held against each other. Of some the honest noise
     * is as large as what a cheat does: no tolerance tells the two apart, so none is given, and
     * results of such classes don't judge each other.
     */
    public List<HonestPairs> comparable() {
        return shards.stream()
                .filter(pairs ->
                        controls.stream()
                                .allMatch(control ->
                                        control.caught(pairs.tolerance()) >= 1 - CHEATS_MISSED_MAX))
                .toList();
    }

    /** What belongs into the manifest. */
    public ModelManifest.Comparator comparator() {
        return new ModelManifest.Comparator(
                EmbeddingComparator.VERSION,
                unmeasured(),
                comparable().stream()
                        .map(pairs -> new Tolerance(pairs.a(), pairs.b(), pairs.tolerance()))
                        .toList());
    }

    /**
     * Why the model can't be checked with this; empty if it can: within one numeric class and in
     * classes that nobody measured honest results agree, and of each control 99.9 % are caught.
     */
    public List<String> shortcomings() {
        var found = new ArrayList<String>();
        for (HonestPairs pairs : shards) {
            double agree = pairs.heldOut().share(Zone.AGREE, pairs.tolerance());
            if (!(agree >= HONEST_AGREE_MIN)) {
                found.add(
                        "only %.3f %% of honest results of %s and %s agree"
                                .formatted(100 * agree, pairs.a(), pairs.b()));
            }
        }
        for (Control control : controls) {
            double caught = control.caught(Math.max(withinClass(), unmeasured()));
            if (!(caught >= 1 - CHEATS_MISSED_MAX)) {
                found.add(
                        "only %.2f %% of '%s' are caught".formatted(100 * caught, control.name()));
            }
        }
        return found;
    }
}
