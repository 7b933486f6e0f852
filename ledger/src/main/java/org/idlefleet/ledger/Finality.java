package org.idlefleet.ledger;

import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * When earnings become final: the days they stay in escrow, in which a wrong result may still come
 * to light.
 *
 * @param holdDays for owners who have proven themselves
 * @param newOwnerHoldDays for owners in their first {@code newOwnerDays} since the first payment
 */
public record Finality(int holdDays, int newOwnerHoldDays, int newOwnerDays) {
    /** A week; a month for whoever is new. */
    public static final Finality DEFAULT = new Finality(7, 30, 30);

    public Finality {
        if (holdDays < 0 || newOwnerHoldDays < holdDays || newOwnerDays < 0) {
            throw new IllegalArgumentException(
                    "expected days of zero or more, and new owners held no shorter: found "
                            + holdDays
                            + ", "
                            + newOwnerHoldDays
                            + ", "
                            + newOwnerDays);
        }
    }

    /** The last day whose earnings are final today. */
    public LocalDate finalUpTo(LocalDate firstEarned, LocalDate today) {
        boolean isNew = firstEarned.plusDays(newOwnerDays).isAfter(today);
        return today.minusDays((long) (isNew ? newOwnerHoldDays : holdDays) + 1);
    }

    /**
     * Moves what has become final from escrow to payable, what the owner owes first; empty if there
     * is nothing to move.
     *
     * @param upTo the last day whose earnings are final
     * @param earned what settlements brought into escrow up to that day
     * @param taken what ever left escrow: matured before, reversed, forfeited; it counts against
     *     the oldest earnings
     * @param owed zero or more
     */
    public static Optional<Transaction> mature(
            String owner, LocalDate upTo, Money earned, Money taken, Money owed) {
        Money due = earned.minus(taken);
        if (!due.isPositive()) {
            return Optional.empty();
        }
        Money netted = due.compareTo(owed) < 0 ? due : owed;
        List<Posting> postings = new ArrayList<>();
        postings.add(new Posting(AccountId.escrow(owner), due.negate()));
        add(postings, AccountId.ownerDebt(owner), netted);
        add(postings, AccountId.payable(owner), due.minus(netted));
        return Optional.of(
                new Transaction(
                        new TransactionId(TransactionKind.MATURE, owner, upTo.toString()),
                        postings));
    }

    private static void add(List<Posting> postings, AccountId account, Money amount) {
        if (amount.isPositive()) {
            postings.add(new Posting(account, amount));
        }
    }
}
