package org.idlefleet.coordinator;

import org.idlefleet.ledger.Money;

/**
 * What a client agreed to when its job was admitted; a later policy does not change it.
 *
 * @param micros micro-credits for one execution of one work unit, at least 1
 * @param surgePpm the most that surge may add, in parts per million
 */
public record Price(long micros, int surgePpm) {
    public Price {
        if (micros < 1 || surgePpm < 0) {
            throw new IllegalArgumentException(
                    "expected a price of at least 1 and a surge of at least 0, found "
                            + micros
                            + " and "
                            + surgePpm);
        }
    }

    /** Without surge. */
    public Money of(long units) {
        return Money.ofMillionths(micros).times(units);
    }

    /** The most that so many units may cost: what is held for them. */
    public Money ceiling(long units) {
        return of(units).plus(of(units).share(surgePpm));
    }

    /** The part of a job's ceiling that its units {@code from} up to {@code to} have. */
    public Money ceiling(long from, long to) {
        return ceiling(to).minus(ceiling(from));
    }
}
