package org.idlefleet.ledger;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;

/**
 * What a proven lie costs its owner: all that was not paid out yet. Clients are made whole first,
 * then the re-runs are paid, and the rest goes to the slash reserve. An appeal that succeeds is the
 * reversal of this transaction.
 *
 * @param name of the case, unique for the owner
 * @param refunds what clients paid for results that were wrong
 * @param rerunCost what it took to compute them again
 */
public record Conviction(
        String owner, String name, SortedMap<String, Money> refunds, Money rerunCost) {
    /**
     * More clients in one case are split into several cases, so that one transaction stays one row.
     */
    public static final int CLIENTS_MAX = Transaction.POSTINGS_MAX - 5;

    public Conviction {
        if (refunds.size() > CLIENTS_MAX) {
            throw new IllegalArgumentException(
                    "case "
                            + name
                            + ": expected at most "
                            + CLIENTS_MAX
                            + " clients to refund, found "
                            + refunds.size()
                            + ": open several cases");
        }
    }

    /**
     * Takes the whole escrow and payable balance. What clients are owed beyond that becomes the
     * owner's debt, which his later earnings pay first.
     *
     * @return empty if there is nothing to take and nobody to refund
     */
    public Optional<Transaction> forfeit(Money escrow, Money payable) {
        List<Posting> postings = new ArrayList<>();
        add(postings, AccountId.escrow(owner), escrow.negate());
        add(postings, AccountId.payable(owner), payable.negate());
        Money left = escrow.plus(payable);
        for (var refund : refunds.entrySet()) {
            add(postings, AccountId.prepaid(refund.getKey()), refund.getValue());
            left = left.minus(refund.getValue());
        }
        Money reruns = min(rerunCost, max(left, Money.ZERO));
        add(postings, AccountId.VERIFICATION, reruns);
        left = left.minus(reruns);
        add(
                postings,
                left.isNegative() ? AccountId.ownerDebt(owner) : AccountId.SLASH_RESERVE,
                left);
        return postings.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        new Transaction(
                                new TransactionId(TransactionKind.FORFEIT, owner, name), postings));
    }

    /**
     * A client's bank took a payment back. What the client has spent already becomes the client's
     * debt.
     */
    public static Transaction chargeback(
            String client, String reference, Money amount, Money prepaid) {
        Money available = min(amount, max(prepaid, Money.ZERO));
        List<Posting> postings = new ArrayList<>();
        add(postings, AccountId.prepaid(client), available.negate());
        add(postings, AccountId.clientDebt(client), available.minus(amount));
        add(postings, AccountId.ISSUED, amount);
        return new Transaction(
                new TransactionId(TransactionKind.CHARGEBACK, client, reference), postings);
    }

    /**
     * What a client owes is paid out of its next payment first.
     *
     * @param reference of the payment
     * @param owed more than nothing
     */
    public static Transaction repayment(String client, String reference, Money paid, Money owed) {
        Money repaid = min(paid, owed);
        return new Transaction(
                new TransactionId(TransactionKind.CHARGEBACK, client, reference + "/repaid"),
                List.of(
                        new Posting(AccountId.prepaid(client), repaid.negate()),
                        new Posting(AccountId.clientDebt(client), repaid)));
    }

    private static void add(List<Posting> postings, AccountId account, Money amount) {
        if (!amount.isZero()) {
            postings.add(new Posting(account, amount));
        }
    }

    private static Money min(Money a, Money b) {
        return a.compareTo(b) < 0 ? a : b;
    }

    private static Money max(Money a, Money b) {
        return a.compareTo(b) > 0 ? a : b;
    }
}
