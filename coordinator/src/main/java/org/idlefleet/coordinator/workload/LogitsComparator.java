package org.idlefleet.coordinator.workload;

import java.util.List;
import java.util.Optional;

/**
 * Logits, row by row. The distance is the largest difference of two logits relative to {@code
 * scale}, a metric. The scale is the model's, measured when it was calibrated: one taken from the
 * outputs would be in the hand of whoever made them. The Kullback-Leibler divergence of the
 * softmaxes, the larger of its two directions and the largest of all rows, is a veto.
 *
 * @param type of the elements
 * @param shape rows, columns
 * @param scale the usual range of a row, its largest logit minus its smallest
 * @param divergenceMax largest divergence, in nats, at which two rows agree
 */
public record LogitsComparator(
        ElementType type, List<Integer> shape, double scale, double tolerance, double divergenceMax)
        implements OutputComparator<Tensor> {
    public LogitsComparator {
        shape = List.copyOf(shape);
        if (shape.size() != 2 || type.whole()) {
            throw new IllegalArgumentException(
                    "logits are rows and columns of floats, found " + type + shape);
        }
        if (!(scale > 0 && tolerance > 0 && divergenceMax > 0)) {
            throw new IllegalArgumentException(
                    "scale, tolerance and largest divergence are positive, found "
                            + List.of(scale, tolerance, divergenceMax));
        }
    }

    @Override
    public String id() {
        return "logits/1";
    }

    @Override
    public Optional<String> malformed(Tensor output) {
        return output.malformed(type, shape);
    }

    @Override
    public double distance(Tensor a, Tensor b) {
        double largest = 0;
        for (int i = 0; i < a.elements(); i++) {
            largest = Math.max(largest, Math.abs(a.value(i) - b.value(i)));
        }
        return largest / scale;
    }

    @Override
    public List<Match.Remark> remarks(Tensor a, Tensor b, Zone zone) {
        return divergence(a, b) <= divergenceMax ? List.of() : List.of(Match.Remark.VETO);
    }

    /** The largest divergence of a row, in nats. */
    public double divergence(Tensor a, Tensor b) {
        int columns = shape.getLast();
        double[] left = a.values();
        double[] right = b.values();
        double largest = 0;
        for (int at = 0; at < left.length; at += columns) {
            double[] logLeft = logSoftmax(left, at, columns);
            double[] logRight = logSoftmax(right, at, columns);
            largest = Math.max(largest, divergence(logLeft, logRight));
            largest = Math.max(largest, divergence(logRight, logLeft));
        }
        return largest;
    }

    private static double divergence(double[] logP, double[] logQ) {
        double sum = 0;
        for (int i = 0; i < logP.length; i++) {
            sum += StrictMath.exp(logP[i]) * (logP[i] - logQ[i]);
        }
        return sum;
    }

    private static double[] logSoftmax(double[] logits, int from, int count) {
        double highest = Double.NEGATIVE_INFINITY;
        for (int i = from; i < from + count; i++) {
            highest = Math.max(highest, logits[i]);
        }
        double sum = 0;
        for (int i = from; i < from + count; i++) {
            sum += StrictMath.exp(logits[i] - highest);
        }
        double shift = highest + StrictMath.log(sum);
        var logs = new double[count];
        for (int i = 0; i < count; i++) {
            logs[i] = logits[from + i] - shift;
        }
        return logs;
    }
}
