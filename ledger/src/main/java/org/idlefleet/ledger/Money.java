package org.idlefleet.ledger;

import java.math.BigDecimal;

/**
 * An amount of one asset in whole millionths, signed.
 *
 * <p>Arithmetic is exact: what does not fit into 64 bits (9.2 billion millions) throws {@link
 * ArithmeticException}.
 */
public record Money(long millionths) implements Comparable<Money> {
    public static final Money ZERO = new Money(0);

    /** Millionths in one whole unit. */
    public static final long UNIT = 1_000_000;

    /** How many decimal places a millionth has. */
    private static final int PLACES = 6;

    public static Money ofMillionths(long millionths) {
        return millionths == 0 ? ZERO : new Money(millionths);
    }

    public static Money ofUnits(long units) {
        return new Money(Math.multiplyExact(units, UNIT));
    }

    /**
     * Reads what {@link #toString} writes, and shorter forms such as {@code 12} or {@code -0.5}.
     */
    public static Money parse(String text) {
        try {
            return ofMillionths(new BigDecimal(text).movePointRight(PLACES).longValueExact());
        } catch (NumberFormatException | ArithmeticException e) {
            throw new IllegalArgumentException(
                    "expected an amount with at most 6 decimal places, such as 12.345678, found '"
                            + text
                            + "'",
                    e);
        }
    }

    public Money plus(Money other) {
        return ofMillionths(Math.addExact(millionths, other.millionths));
    }

    public Money minus(Money other) {
        return ofMillionths(Math.subtractExact(millionths, other.millionths));
    }

    public Money negate() {
        return ofMillionths(Math.negateExact(millionths));
    }

    public Money times(long count) {
        return ofMillionths(Math.multiplyExact(millionths, count));
    }

    /** So many parts per million of an amount of zero or more, rounded down. */
    public Money share(int partsPerMillion) {
        return ofMillionths(Share.floor(millionths, partsPerMillion, Share.WHOLE));
    }

    public boolean isZero() {
        return millionths == 0;
    }

    public boolean isNegative() {
        return millionths < 0;
    }

    public boolean isPositive() {
        return millionths > 0;
    }

    @Override
    public int compareTo(Money other) {
        return Long.compare(millionths, other.millionths);
    }

    /** Always six decimal places: {@code 12.345678}, {@code -0.000001}. */
    @Override
    public String toString() {
        return BigDecimal.valueOf(millionths, PLACES).toPlainString();
    }
}
