package org.idlefleet.ledger;

/**
 * One line of a transaction: an amount that enters an account, or leaves it when negative; never
 * zero.
 */
public record Posting(AccountId account, Money amount) {
    public Posting {
        if (amount.isZero()) {
            throw new IllegalArgumentException(
                    "a posting to " + account + " of zero says nothing: leave it out");
        }
    }
}
