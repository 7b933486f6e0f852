package org.idlefleet.coordinator.workload;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Whole numbers, compared to the bit: token ids, counts, labels, hashes. The distance is 0 or 1,
 * the discrete metric, and any tolerance below a half means the same, so it is not a parameter.
 *
 * @param type of the elements, a whole number
 */
public record ExactComparator(ElementType type, List<Integer> shape)
        implements OutputComparator<Tensor> {
    private static final double BELOW_A_HALF = 0.25;

    public ExactComparator {
        shape = List.copyOf(shape);
        if (!type.whole()) {
            throw new IllegalArgumentException(
                    "whole numbers are compared exactly, not "
                            + type
                            + "; floats need a tolerance");
        }
    }

    @Override
    public String id() {
        return "exact/1";
    }

    @Override
    public double tolerance() {
        return BELOW_A_HALF;
    }

    @Override
    public Optional<String> malformed(Tensor output) {
        return output.malformed(type, shape);
    }

    @Override
    public double distance(Tensor a, Tensor b) {
        return Arrays.equals(a.raw(), b.raw()) ? 0 : 1;
    }
}
