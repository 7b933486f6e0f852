package org.idlefleet.edge.diary;

/**
 * What the owner's accounts hold, in micro-credits.
 *
 * @param escrow earned, not yet final
 * @param payable final, not yet paid out
 */
public record Balance(long escrow, long payable) {
    /**
     * What was earned between an earlier balance and this one. A payable account that shrinks, or
     * that is empty, was paid out, which is no loss; what leaves escrow while the payable account
     * keeps its money and does not gain as much was taken back.
     */
    long earnedSince(Balance before) {
        long more = escrow + payable - before.escrow - before.payable;
        boolean paidOut = payable < before.payable || payable == 0;
        return paidOut ? Math.max(0, Math.max(more, escrow - before.escrow)) : more;
    }
}
