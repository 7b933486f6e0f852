package org.idlefleet.coordinator;

import org.idlefleet.coordinator.Event.Booked;
import org.idlefleet.ledger.AccountId;
import org.idlefleet.ledger.Book;
import org.idlefleet.ledger.Money;
import org.idlefleet.ledger.Transaction;
import org.idlefleet.protocol.JobId;

import java.time.Instant;

/**
 * What the platform has set aside for checks: filled up for many of them at once, because a hold of
 * its own would make every check two transactions.
 */
final class CheckFund {
    /** It is filled up for so many like the one that it is short of. */
    private static final int PAYMENTS = 256;

    private final Book book;

    CheckFund(Book book) {
        this.book = book;
    }

    /**
     * Fills up the fund if it is short of a payment: from the verification reserve as far as that
     * reaches, the rest granted by the platform.
     *
     * @param price the most that is paid for this shard of the check
     */
    void fill(Decision.Builder decision, JobId check, int shard, Money price, Instant now) {
        if (book.balance(AccountId.CHECKS).compareTo(price) >= 0) {
            return;
        }
        Money whole = price.times(Math.min(PAYMENTS, Long.MAX_VALUE / price.millionths()));
        Money reserve = book.balance(AccountId.VERIFICATION);
        Money reserved =
                !reserve.isPositive() ? Money.ZERO : reserve.compareTo(whole) < 0 ? reserve : whole;
        decision.event(
                new Booked(
                        Transaction.fundChecks(
                                "checks-" + check + "-" + shard, reserved, whole.minus(reserved)),
                        now));
    }
}
