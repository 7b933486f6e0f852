package org.idlefleet.coordinator.verification;

/**
 * How far apart two honest results may be. It depends on where they were computed, so it is looked
 * up by pair: {@code manifest.comparator().agree(class of a, class of b)}.
 */
@FunctionalInterface
public interface Tolerance {
    /** Nobody knows how far apart two honest results of these classes are: they can't be judged. */
    double UNMEASURED = Double.NaN;

    /**
     * The largest distance at which the two agree, or {@link #UNMEASURED}; the order of the two
     * does not matter.
     */
    double between(Ballot a, Ballot b);
}
