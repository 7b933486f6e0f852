package org.idlefleet.ledger;

/** What part of a price one party gets, in parts per million. */
public record Share(Party party, int partsPerMillion) {
    /** The whole. */
    public static final int WHOLE = 1_000_000;

    public Share {
        if (partsPerMillion < 0 || partsPerMillion > WHOLE) {
            throw new IllegalArgumentException(
                    "share of "
                            + party
                            + ": expected 0 to 1000000 parts per million, found "
                            + partsPerMillion);
        }
    }

    /** The share of an amount, rounded down; for amounts of zero or more. */
    static long floor(long amount, int parts, int whole) {
        return amount / whole * parts + amount % whole * parts / whole;
    }
}
