package org.idlefleet.coordinator.workload;

import java.util.List;
import java.util.Optional;

/**
 * Classes with their scores, row by row: the class is the highest score, the first of equal ones.
 * Where two outputs name different classes they are as far apart as half the larger lead that one
 * of them gives its own class over the other's, relative to {@code scale}. That is never more than
 * the distance of {@link LogitsComparator}, so what is within twice its tolerance is not rejected
 * here either. By itself it is no metric: equal classes are at distance 0 whatever their scores.
 *
 * @param shape rows, classes
 * @param scale the usual range of a row, its highest score minus its lowest
 */
public record ClassComparator(ElementType type, List<Integer> shape, double scale, double tolerance)
        implements OutputComparator<Tensor> {
    public ClassComparator {
        shape = List.copyOf(shape);
        if (shape.size() != 2 || type.whole()) {
            throw new IllegalArgumentException(
                    "class scores are rows and classes of floats, found " + type + shape);
        }
        if (!(scale > 0 && tolerance > 0)) {
            throw new IllegalArgumentException(
                    "scale and tolerance are positive, found " + scale + " and " + tolerance);
        }
    }

    @Override
    public String id() {
        return "classes/1";
    }

    @Override
    public Optional<String> malformed(Tensor output) {
        return output.malformed(type, shape);
    }

    @Override
    public double distance(Tensor a, Tensor b) {
        double largest = 0;
        for (int row = 0; row < shape.getFirst(); row++) {
            int classA = top(a, row);
            int classB = top(b, row);
            double lead =
                    Math.max(
                            score(a, row, classA) - score(a, row, classB),
                            score(b, row, classB) - score(b, row, classA));
            largest = Math.max(largest, lead / 2);
        }
        return largest / scale;
    }

    /** A tie, where the classes differ though the outputs agree: the client is told. */
    @Override
    public List<Match.Remark> remarks(Tensor a, Tensor b, Zone zone) {
        return zone == Zone.AGREE && differ(a, b) ? List.of(Match.Remark.TIE) : List.of();
    }

    /** The class of a row. */
    public int top(Tensor scores, int row) {
        int best = 0;
        for (int i = 1; i < shape.getLast(); i++) {
            if (score(scores, row, i) > score(scores, row, best)) {
                best = i;
            }
        }
        return best;
    }

    private boolean differ(Tensor a, Tensor b) {
        for (int row = 0; row < shape.getFirst(); row++) {
            if (top(a, row) != top(b, row)) {
                return true;
            }
        }
        return false;
    }

    private double score(Tensor scores, int row, int column) {
        return scores.value(row * shape.getLast() + column);
    }
}
