package org.idlefleet.ledger;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;

/**
 * A balanced set of postings: whatever leaves some accounts enters others, in each asset by itself.
 *
 * <p>Postings are kept in the order of their accounts, so two transactions with the same content
 * are equal.
 *
 * @param policy version of the price and revenue policy that the amounts follow from; 0 where none
 *     had a say
 */
public record Transaction(TransactionId id, int policy, List<Posting> postings) {
    /** More lines than any settlement needs; one transaction is one row of the durable ledger. */
    public static final int POSTINGS_MAX = 12;

    private static final Comparator<Posting> BY_ACCOUNT = Comparator.comparing(Posting::account);

    public Transaction {
        if (policy < 0) {
            throw new IllegalArgumentException(
                    id + ": a policy version is not negative, found " + policy);
        }
        if (postings.isEmpty() || postings.size() > POSTINGS_MAX) {
            throw new IllegalArgumentException(
                    id + ": expected 1 to " + POSTINGS_MAX + " postings, found " + postings.size());
        }
        var sorted = new ArrayList<>(postings);
        sorted.sort(BY_ACCOUNT);
        postings = List.copyOf(sorted);
        checkAccountsDiffer(id, postings);
        checkBalanced(id, postings);
    }

    public Transaction(TransactionId id, List<Posting> postings) {
        this(id, 0, postings);
    }

    public TransactionKind kind() {
        return id.kind();
    }

    /**
     * Money of a client enters the system. The reference names the payment (a bank reference, a
     * webhook's id).
     */
    public static Transaction fund(String client, String reference, Money amount) {
        return fund(TransactionId.fund(client, reference), amount);
    }

    /** The same, of a payment or a refund that has its name already. */
    public static Transaction fund(TransactionId id, Money amount) {
        return move(id, AccountId.ISSUED, AccountId.prepaid(id.subject()), amount);
    }

    /**
     * Money for checks of results: out of the platform's verification reserve, and what that lacks
     * newly issued.
     *
     * @param reference what it was first needed for
     * @param reserved zero or more; what is taken of the reserve
     * @param issued zero or more; together they are more than zero
     */
    public static Transaction fundChecks(String reference, Money reserved, Money issued) {
        var postings = new ArrayList<Posting>(3);
        postings.add(new Posting(AccountId.CHECKS, reserved.plus(issued)));
        if (!reserved.isZero()) {
            postings.add(new Posting(AccountId.VERIFICATION, reserved.negate()));
        }
        if (!issued.isZero()) {
            postings.add(new Posting(AccountId.ISSUED, issued.negate()));
        }
        return new Transaction(TransactionId.fund(AccountId.CHECKS.name(), reference), postings);
    }

    /** The ceiling price of a job is set aside from the client's prepaid money. */
    public static Transaction hold(String job, String client, Money ceiling) {
        return move(
                TransactionId.hold(job),
                AccountId.prepaid(client),
                AccountId.hold(client),
                ceiling);
    }

    /**
     * Whether it stands for itself: it opens no hold, ends none, and draws on none. A check's
     * settlement does not.
     */
    public boolean isSingle() {
        return !kind().ofHold()
                || kind() == TransactionKind.SETTLE && change(AccountId.CHECKS).isNegative();
    }

    /**
     * Undoes a transaction by its opposite. What came out of a hold goes back to the client's
     * prepaid money, because the hold may have ended long ago.
     */
    public static Transaction reverse(Transaction undone) {
        var opposite = new TreeMap<AccountId, Money>();
        for (Posting posting : undone.postings) {
            AccountId account = posting.account();
            AccountId back = account.isHold() ? account.prepaidOfHold() : account;
            opposite.merge(back, posting.amount().negate(), Money::plus);
        }
        var postings = new ArrayList<Posting>();
        opposite.forEach((account, amount) -> {
            if (!amount.isZero()) {
                postings.add(new Posting(account, amount));
            }
        });
        return new Transaction(TransactionId.reverse(undone.id), undone.policy, postings);
    }

    /**
     * What one account gains or, negative, loses by this transaction; zero if it is not touched.
     */
    public Money change(AccountId account) {
        for (Posting posting : postings) {
            if (posting.account().equals(account)) {
                return posting.amount();
            }
        }
        return Money.ZERO;
    }

    static Transaction move(TransactionId id, AccountId from, AccountId to, Money amount) {
        if (!amount.isPositive()) {
            throw new IllegalArgumentException(
                    id + ": expected a positive amount, found " + amount);
        }
        return new Transaction(
                id, List.of(new Posting(from, amount.negate()), new Posting(to, amount)));
    }

    private static void checkAccountsDiffer(TransactionId id, List<Posting> sorted) {
        for (int i = 1; i < sorted.size(); i++) {
            if (sorted.get(i).account().equals(sorted.get(i - 1).account())) {
                throw new IllegalArgumentException(
                        id
                                + ": account "
                                + sorted.get(i).account()
                                + " occurs twice: add its postings up");
            }
        }
    }

    private static void checkBalanced(TransactionId id, List<Posting> postings) {
        long credits = 0;
        TreeMap<String, Money> otherAssets = null;
        for (Posting posting : postings) {
            if (posting.account().isCredit()) {
                credits = Math.addExact(credits, posting.amount().millionths());
            } else {
                otherAssets = otherAssets == null ? new TreeMap<>() : otherAssets;
                otherAssets.merge(posting.account().asset(), posting.amount(), Money::plus);
            }
        }
        if (credits != 0) {
            throw new IllegalArgumentException(
                    id + " is unbalanced by " + Money.ofMillionths(credits) + " credits");
        }
        if (otherAssets != null) {
            otherAssets.forEach((asset, sum) -> {
                if (!sum.isZero()) {
                    throw new IllegalArgumentException(
                            id + " is unbalanced by " + sum + " " + asset);
                }
            });
        }
    }
}
