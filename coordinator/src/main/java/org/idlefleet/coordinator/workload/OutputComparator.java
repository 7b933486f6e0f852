package org.idlefleet.coordinator.workload;

import java.util.List;
import java.util.Optional;

/**
 * A pure, versioned function that holds two outputs of one type against each other. The same id,
 * parameters and outputs give the same answer on every machine.
 *
 * @param <T> an output
 */
public interface OutputComparator<T> {
    /** Name and version of the function, such as {@code logits/1}; it stands in receipts. */
    String id();

    /** Largest distance at which two outputs agree. */
    double tolerance();

    /** What is wrong with an output by itself; empty if it is one that the model can give. */
    Optional<String> malformed(T output);

    /**
     * How far two well-formed outputs are apart: not negative, 0 of one with itself, the same in
     * both directions.
     */
    double distance(T a, T b);

    /** Notes on two well-formed outputs in this zone. */
    default List<Match.Remark> remarks(T a, T b, Zone zone) {
        return List.of();
    }

    /** Holds two outputs against each other. */
    default Match match(T a, T b) {
        Optional<String> first = malformed(a);
        if (first.isPresent()) {
            return new Match.Malformed(true, first.get());
        }
        Optional<String> second = malformed(b);
        if (second.isPresent()) {
            return new Match.Malformed(false, second.get());
        }
        double distance = distance(a, b);
        Zone zone = Zone.of(distance, tolerance());
        List<Match.Remark> remarks = remarks(a, b, zone);
        boolean withheld = zone == Zone.AGREE && remarks.contains(Match.Remark.VETO);
        return new Match.Measured(distance, withheld ? Zone.INCONCLUSIVE : zone, remarks);
    }
}
