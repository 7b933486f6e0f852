package org.idlefleet.coordinator.workload;

import java.util.List;
import java.util.Optional;

/**
 * Latents of a picture and tensors at the cut of a pipeline. The distance is {@code |a-b| /
 * max(|a|,|b|)} by Euclidean lengths, a metric between 0 and 2.
 *
 * @param type of the elements, floats
 */
public record LatentComparator(ElementType type, List<Integer> shape, double tolerance)
        implements OutputComparator<Tensor> {
    public LatentComparator {
        shape = List.copyOf(shape);
        if (type.whole() || !(tolerance > 0)) {
            throw new IllegalArgumentException(
                    "expected floats and a tolerance above 0, found " + type + ", " + tolerance);
        }
    }

    @Override
    public String id() {
        return "latent/1";
    }

    @Override
    public Optional<String> malformed(Tensor output) {
        return output.malformed(type, shape);
    }

    @Override
    public double distance(Tensor a, Tensor b) {
        return relative(a.values(), b.values());
    }

    /** Scaled by the largest element first, so that squares neither overflow nor vanish. */
    static double relative(double[] a, double[] b) {
        double largest = 0;
        for (int i = 0; i < a.length; i++) {
            largest = Math.max(largest, Math.max(Math.abs(a[i]), Math.abs(b[i])));
        }
        if (largest == 0) {
            return 0;
        }
        double squaresA = 0;
        double squaresB = 0;
        double squares = 0;
        for (int i = 0; i < a.length; i++) {
            double x = a[i] / largest;
            double y = b[i] / largest;
            squaresA += x * x;
            squaresB += y * y;
            squares += (x - y) * (x - y);
        }
        return Math.sqrt(squares / Math.max(squaresA, squaresB));
    }
}
