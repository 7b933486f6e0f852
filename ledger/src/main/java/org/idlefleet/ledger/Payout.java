package org.idlefleet.ledger;

/**
 * One owner's money on its way to his bank, in one payout run: leaves payable when it is ordered,
 * ends as paid or comes back.
 *
 * @param run sorts after all earlier runs, such as {@code 2026-11-30}
 * @param credits what leaves the owner's payable account
 */
public record Payout(String run, String owner, Money credits) {
    public Payout {
        if (!credits.isPositive()) {
            throw new IllegalArgumentException(
                    "payout " + run + " of " + owner + ": expected more than " + credits);
        }
    }

    /**
     * Names this payout for ever: the bank's end-to-end id, and the idempotency key of every
     * request about it.
     */
    public String key() {
        return run + "." + owner;
    }

    /** Booked before anything is sent. */
    public Transaction ordered() {
        return move(TransactionKind.PAYOUT, AccountId.payable(owner), AccountId.clearing(owner));
    }

    public Transaction arrived() {
        return move(TransactionKind.PAID, AccountId.clearing(owner), AccountId.PAID);
    }

    public Transaction cameBack() {
        return move(TransactionKind.RETURN, AccountId.clearing(owner), AccountId.payable(owner));
    }

    private Transaction move(TransactionKind kind, AccountId from, AccountId to) {
        return Transaction.move(new TransactionId(kind, owner, run), from, to, credits);
    }
}
