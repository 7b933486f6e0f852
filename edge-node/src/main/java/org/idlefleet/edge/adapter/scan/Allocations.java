package org.idlefleet.edge.adapter.scan;

import org.idlefleet.edge.adapter.scan.TensorScan.Tensor;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The nodes that make a tensor of a shape that stands in the model as a constant: the runtime runs
 * them while it loads, so a few bytes could take all memory. Shapes that are computed are left to
 * the limits of the process.
 */
final class Allocations {
    private static final long ELEMENTS_MAX = 1 << 28;

    /** The input that holds a shape or counts of repetition. */
    private static final Map<String, Integer> SHAPES =
            Map.of("ConstantOfShape", 0, "Expand", 1, "Tile", 1);

    /** By name of a constant: elements of the largest shape that any tensor of that name is. */
    private final Map<String, Double> sizes = new HashMap<>();

    private final List<Use> uses = new ArrayList<>();

    private record Use(String operator, String shape) {}

    /** Notes a tensor that may be a shape. */
    void constant(String name, Tensor tensor) {
        long[] values = tensor.values();
        if (values != null) {
            double product = 1;
            for (long value : values) {
                product *= Math.max(1, (double) value);
            }
            sizes.merge(name, product, Math::max);
        }
    }

    /** Notes a node. */
    void node(String operator, List<String> inputs) {
        Integer index = SHAPES.get(operator);
        if (index != null && index < inputs.size()) {
            uses.add(new Use(operator, inputs.get(index)));
        }
    }

    /** What would take too much; empty if nothing would. */
    Optional<String> problem() {
        return uses.stream()
                .filter(use -> sizes.getOrDefault(use.shape(), 1.0) > ELEMENTS_MAX)
                .findFirst()
                .map(use ->
                        use.operator()
                                + " with the constant '"
                                + use.shape()
                                + "' makes more than "
                                + ELEMENTS_MAX
                                + " elements");
    }
}
