package org.idlefleet.edge.gate;

import java.time.Instant;
import java.util.OptionalDouble;

/**
 * What one source says about one quantity.
 *
 * @param value empty if the source can't tell; never NaN
 * @param at when it was so
 * @param source whose word it is, such as {@code linux}
 */
public record Reading(Quantity quantity, OptionalDouble value, Instant at, String source) {
    public Reading {
        if (value.isPresent() && !Double.isFinite(value.getAsDouble())) {
            throw new IllegalArgumentException(
                    quantity.key() + " from " + source + " is not a number: " + value);
        }
    }

    /** A known value. */
    public static Reading of(Quantity quantity, double value, Instant at, String source) {
        return new Reading(quantity, OptionalDouble.of(value), at, source);
    }

    /** A known yes or no. */
    public static Reading of(Quantity quantity, boolean yes, Instant at, String source) {
        return of(quantity, yes ? 1 : 0, at, source);
    }

    /** The source can't tell. */
    public static Reading unknown(Quantity quantity, Instant at, String source) {
        return new Reading(quantity, OptionalDouble.empty(), at, source);
    }
}
