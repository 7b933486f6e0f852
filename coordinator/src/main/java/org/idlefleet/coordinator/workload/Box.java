package org.idlefleet.coordinator.workload;

import java.util.Optional;

/**
 * A detected object: a rectangle with a class and a score from 0 to 1.
 *
 * @param label number of the class
 */
public record Box(int label, double score, double left, double top, double right, double bottom) {
    /** No two boxes are further apart. */
    static final double FAR = 1;

    /** What is wrong with it; empty if a model with this cut-off can give it. */
    Optional<String> malformed(double cutOff) {
        boolean finite =
                Double.isFinite(left)
                        && Double.isFinite(top)
                        && Double.isFinite(right)
                        && Double.isFinite(bottom)
                        && Double.isFinite(area());
        if (!(finite && left < right && top < bottom && area() > 0)) {
            return Optional.of("is no rectangle: " + this);
        }
        if (!(score >= cutOff && score <= 1)) {
            return Optional.of("has a score outside " + cutOff + " to 1: " + score);
        }
        return label < 0 ? Optional.of("has a class below 0: " + label) : Optional.empty();
    }

    /** 0 of equal ones, {@link #FAR} if the classes differ or nothing overlaps; a metric. */
    double distance(Box other) {
        if (label != other.label) {
            return FAR;
        }
        return Math.max(1 - overlap(other), Math.abs(score - other.score));
    }

    /** Intersection over union. */
    private double overlap(Box other) {
        double width = Math.min(right, other.right) - Math.max(left, other.left);
        double height = Math.min(bottom, other.bottom) - Math.max(top, other.top);
        if (!(width > 0 && height > 0)) {
            return 0;
        }
        double both = width * height;
        return both / (area() + other.area() - both);
    }

    private double area() {
        return (right - left) * (bottom - top);
    }
}
