package org.idlefleet.coordinator.workload;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Detected boxes, in any order. The distance is a metric: the smallest number such that the boxes
 * of both sides can be paired off with no pair further apart, where a box may also stay alone if
 * its score is no further above the model's cut-off, so that one on the edge may be found by one
 * side only. Two boxes of one class are as far apart as the larger of 1 - IoU and the difference of
 * their scores; boxes of different classes are never paired.
 *
 * <p>The pairing minimises the worst pair (bottleneck assignment), not the sum as the Hungarian
 * method does: in a sum one wrong box hides among many right ones.
 *
 * @param cutOff lowest score that the model reports
 * @param boxesMax most boxes of one image
 */
public record BoxComparator(double cutOff, int boxesMax, double tolerance)
        implements OutputComparator<List<Box>> {
    public BoxComparator {
        if (!(cutOff >= 0 && cutOff < 1 && tolerance > 0 && tolerance < 1 && boxesMax > 0)) {
            throw new IllegalArgumentException(
                    "expected a cut-off from 0 to 1, a tolerance between 0 and 1 and boxes, found "
                            + List.of(cutOff, tolerance, boxesMax));
        }
    }

    @Override
    public String id() {
        return "boxes/1";
    }

    @Override
    public Optional<String> malformed(List<Box> output) {
        if (output.size() > boxesMax) {
            return Optional.of("expected " + boxesMax + " boxes at most, found " + output.size());
        }
        for (int i = 0; i < output.size(); i++) {
            Optional<String> why = output.get(i).malformed(cutOff);
            if (why.isPresent()) {
                return Optional.of("box " + i + " " + why.get());
            }
        }
        return Optional.empty();
    }

    @Override
    public double distance(List<Box> a, List<Box> b) {
        double[][] costs = costs(a, b);
        double[] steps =
                Arrays.stream(costs).flatMapToDouble(Arrays::stream).sorted().distinct().toArray();
        int low = 0;
        int high = steps.length - 1;
        while (low < high) {
            int middle = (low + high) / 2;
            if (new Pairing(costs, steps[middle]).complete()) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return steps.length == 0 ? 0 : steps[low];
    }

    /** Square: the boxes of a, then a place to stay alone for each of b; the same the other way. */
    private double[][] costs(List<Box> a, List<Box> b) {
        int size = a.size() + b.size();
        var costs = new double[size][size];
        for (int i = 0; i < a.size(); i++) {
            for (int j = 0; j < size; j++) {
                costs[i][j] = j < b.size() ? a.get(i).distance(b.get(j)) : alone(a.get(i));
            }
        }
        for (int i = a.size(); i < size; i++) {
            for (int j = 0; j < b.size(); j++) {
                costs[i][j] = alone(b.get(j));
            }
        }
        return costs;
    }

    private double alone(Box box) {
        return box.score() - cutOff;
    }

    /** Rows and columns paired so that no pair costs more than a limit, by augmenting paths. */
    private static final class Pairing {
        private final double[][] costs;
        private final double limit;
        private final int[] rowOf;
        private final boolean[] seen;

        Pairing(double[][] costs, double limit) {
            this.costs = costs;
            this.limit = limit;
            this.rowOf = new int[costs.length];
            this.seen = new boolean[costs.length];
            Arrays.fill(rowOf, -1);
        }

        boolean complete() {
            for (int row = 0; row < costs.length; row++) {
                Arrays.fill(seen, false);
                if (!place(row)) {
                    return false;
                }
            }
            return true;
        }

        private boolean place(int row) {
            for (int column = 0; column < costs.length; column++) {
                if (!seen[column] && costs[row][column] <= limit) {
                    seen[column] = true;
                    if (rowOf[column] < 0 || place(rowOf[column])) {
                        rowOf[column] = row;
                        return true;
                    }
                }
            }
            return false;
        }
    }
}
