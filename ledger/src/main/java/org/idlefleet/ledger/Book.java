package org.idlefleet.ledger;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * All balances and open holds: the one place that says whether money may move, and moves it.
 *
 * <p>{@link #check} only reads; {@link #apply} and {@link #offer} write. Balances sum to zero after
 * every transaction. Settlements are remembered as long as their hold is open and forgotten with
 * it, so memory follows what is open, not what was ever paid; the durable ledger keeps every id. A
 * hold that has ended is final: its job's id is never used again. A check's settlement, which draws
 * on no hold but on {@link AccountId#CHECKS}, is not remembered at all: a second one would be
 * booked.
 *
 * <p>One thread at a time; no clock, no chance. Maps here are only looked up; what leaves the book
 * is sorted.
 */
public final class Book {
    private final Map<AccountId, long[]> balances = new HashMap<>();
    private final Map<String, OpenHold> holds = new HashMap<>();
    private final Map<TransactionId, BookState.Booked> booked = new HashMap<>();

    public Book() {}

    /** A book that knows what another one knew when it gave its {@link #state}. */
    public Book(BookState state) {
        restore(state);
    }

    /** Forgets everything and knows what another book knew when it gave its {@link #state}. */
    public final void restore(BookState state) {
        balances.clear();
        holds.clear();
        booked.clear();
        state.balances()
                .forEach(line ->
                        balances.put(line.account(), new long[] {line.amount().millionths()}));
        state.holds().forEach(hold -> holds.put(hold.job(), OpenHold.of(hold)));
        state.booked().forEach(known -> booked.put(memoryOf(known.id()), known));
    }

    /** Whether the transaction may be booked now. Changes nothing. */
    public Check check(Transaction transaction) {
        return switch (transaction.kind()) {
            case HOLD -> checkHold(transaction);
            case SETTLE -> checkSettle(transaction);
            case VOID -> checkVoid(transaction);
            case FUND, REVERSE, MATURE, FORFEIT, CHARGEBACK, PAYOUT, PAID, RETURN, AVAILABLE ->
                    checkOther(transaction);
        };
    }

    /** Books the transaction if {@link #check} allows it, and says what it said. */
    public Check offer(Transaction transaction) {
        Check check = check(transaction);
        if (check instanceof Check.Bookable) {
            book(transaction);
        }
        return check;
    }

    /**
     * Books the transaction; one that is {@link Check.Known} changes nothing.
     *
     * @throws IllegalStateException if {@link #check} refuses it: the caller had to ask before
     */
    public void apply(Transaction transaction) {
        if (offer(transaction) instanceof Check.Refusal refusal) {
            throw new IllegalStateException(refusal.reason());
        }
    }

    /** Zero for an account that nobody has used yet. */
    public Money balance(AccountId account) {
        return Money.ofMillionths(millionths(account));
    }

    /** Every account with a balance other than zero, in the order of the paths. */
    public SortedMap<AccountId, Money> balances() {
        var sorted = new TreeMap<AccountId, Money>();
        balances.forEach((account, balance) -> {
            if (balance[0] != 0) {
                sorted.put(account, Money.ofMillionths(balance[0]));
            }
        });
        return sorted;
    }

    /** The sum of all balances: always zero. */
    public Money total() {
        return balances().values().stream().reduce(Money.ZERO, Money::plus);
    }

    /** The open hold of a job; empty if none was taken or it has ended. */
    public Optional<Hold> hold(String job) {
        return Optional.ofNullable(holds.get(job)).map(hold -> hold.view(job));
    }

    /** Whether the job's hold is open. */
    public boolean holds(String job) {
        return holds.containsKey(job);
    }

    public int openHolds() {
        return holds.size();
    }

    /**
     * The transaction that gives back what the job's hold still has and ends it; empty if no hold
     * is open.
     */
    public Optional<Transaction> voiding(String job) {
        return Optional.ofNullable(holds.get(job))
                .map(hold ->
                        Transaction.move(
                                TransactionId.voiding(job),
                                hold.account,
                                hold.prepaid,
                                Money.ofMillionths(hold.rest)));
    }

    /** Everything known, for a snapshot; sorted, so equal books give equal states. */
    public BookState state() {
        List<Posting> lines = new ArrayList<>();
        balances().forEach((account, balance) -> lines.add(new Posting(account, balance)));
        List<BookState.HoldState> open = new ArrayList<>();
        new TreeMap<>(holds).forEach((job, hold) -> open.add(hold.state(job)));
        var sorted = new TreeMap<String, BookState.Booked>();
        booked.values().forEach(known -> sorted.put(known.id().toString(), known));
        return new BookState(lines, open, List.copyOf(sorted.values()));
    }

    private Check checkHold(Transaction transaction) {
        TransactionId id = transaction.id();
        OpenHold open = holds.get(id.subject());
        if (open != null) {
            return open.fingerprint == Fingerprint.of(transaction)
                    ? Check.KNOWN
                    : new Check.Conflict(id);
        }
        return isHold(transaction.postings())
                ? checkLimits(transaction)
                : new Check.Misshapen(
                        id,
                        "one posting to a client's hold, from the same client's prepaid or from"
                                + " the platform's own money");
    }

    /** Clients' accounts come first in the order of accounts. */
    private static boolean isHold(List<Posting> lines) {
        Posting hold = lines.getFirst();
        if (!hold.account().isHold() || !hold.amount().isPositive()) {
            return false;
        }
        if (lines.size() == 2 && lines.getLast().account().equals(hold.account().prepaidOfHold())) {
            return true;
        }
        for (Posting from : lines.subList(1, lines.size())) {
            boolean platform =
                    from.account().equals(AccountId.VERIFICATION)
                            || from.account().equals(AccountId.ISSUED);
            if (!platform || !from.amount().isNegative()) {
                return false;
            }
        }
        return true;
    }

    private Check checkSettle(Transaction transaction) {
        TransactionId id = transaction.id();
        OpenHold hold = holds.get(id.subject());
        if (hold == null) {
            return transaction.isSingle() && onlyEarns(transaction, AccountId.CHECKS)
                    ? checkLimits(transaction)
                    : new Check.NoOpenHold(id);
        }
        if (hold.isSettled(id.detail())) {
            return hold.isSettledBy(id.detail(), Fingerprint.of(transaction))
                    ? Check.KNOWN
                    : new Check.Conflict(id);
        }
        long drawn = -transaction.change(hold.account).millionths();
        if (drawn <= 0 || !onlyEarns(transaction, hold.account)) {
            return new Check.Misshapen(
                    id, "money from " + hold.account + " alone to accounts that are no holds");
        }
        if (drawn > hold.rest) {
            return new Check.HoldExceeded(
                    id, Money.ofMillionths(hold.rest), Money.ofMillionths(drawn));
        }
        return checkLimits(transaction);
    }

    private Check checkVoid(Transaction transaction) {
        TransactionId id = transaction.id();
        OpenHold hold = holds.get(id.subject());
        if (hold == null) {
            return new Check.NoOpenHold(id);
        }
        boolean whole =
                transaction.postings().size() == 2
                        && transaction.change(hold.account).millionths() == -hold.rest
                        && transaction.change(hold.prepaid).millionths() == hold.rest;
        return whole
                ? checkLimits(transaction)
                : new Check.Misshapen(
                        id,
                        "all "
                                + Money.ofMillionths(hold.rest)
                                + " from "
                                + hold.account
                                + " to "
                                + hold.prepaid);
    }

    private Check checkOther(Transaction transaction) {
        TransactionId id = transaction.id();
        BookState.Booked known = booked.get(memoryOf(id));
        if (known != null && known.id().equals(id)) {
            return known.fingerprint() == Fingerprint.of(transaction)
                    ? Check.KNOWN
                    : new Check.Conflict(id);
        }
        if (known != null && id.detail().compareTo(known.id().detail()) < 0) {
            return Check.KNOWN;
        }
        for (Posting posting : transaction.postings()) {
            if (posting.account().isHold()) {
                return new Check.Misshapen(
                        id, "no posting to " + posting.account() + ": only jobs touch a hold");
            }
        }
        return checkLimits(transaction);
    }

    private Check checkLimits(Transaction transaction) {
        for (Posting posting : transaction.postings()) {
            long change = posting.amount().millionths();
            long balance = millionths(posting.account());
            long after = Math.addExact(balance, change);
            if (change < 0 && after < 0 && !posting.account().mayBeNegative()) {
                return new Check.Overdrawn(
                        transaction.id(),
                        posting.account(),
                        Money.ofMillionths(balance),
                        posting.amount());
            }
        }
        return Check.BOOKABLE;
    }

    private void book(Transaction transaction) {
        for (Posting posting : transaction.postings()) {
            balances.computeIfAbsent(posting.account(), _ -> new long[1])[0] +=
                    posting.amount().millionths();
        }
        TransactionId id = transaction.id();
        switch (transaction.kind()) {
            case HOLD -> openHold(transaction);
            case SETTLE -> draw(transaction);
            case VOID -> holds.remove(id.subject());
            case FUND, REVERSE, MATURE, FORFEIT, CHARGEBACK, PAYOUT, PAID, RETURN, AVAILABLE ->
                    remember(transaction);
        }
    }

    private void remember(Transaction transaction) {
        TransactionId id = transaction.id();
        booked.put(memoryOf(id), new BookState.Booked(id, Fingerprint.of(transaction)));
    }

    /** Under which id a transaction is remembered: of a series only the latest is. */
    private static TransactionId memoryOf(TransactionId id) {
        return id.kind().isSerial() ? new TransactionId(id.kind(), id.subject(), "") : id;
    }

    private void openHold(Transaction transaction) {
        Posting hold = transaction.postings().getFirst();
        AccountId prepaid = hold.account().prepaidOfHold();
        long ceiling = hold.amount().millionths();
        holds.put(
                transaction.id().subject(),
                new OpenHold(
                        hold.account(), prepaid, ceiling, ceiling, Fingerprint.of(transaction)));
    }

    private void draw(Transaction transaction) {
        String job = transaction.id().subject();
        OpenHold hold = holds.get(job);
        if (hold == null && transaction.isSingle()) {
            return;
        }
        if (hold == null) {
            throw new IllegalStateException("no open hold for " + transaction.id());
        }
        long drawn = -transaction.change(hold.account).millionths();
        hold.settle(transaction.id().detail(), Fingerprint.of(transaction), drawn);
        if (hold.rest == 0) {
            holds.remove(job);
        }
    }

    private static boolean onlyEarns(Transaction transaction, AccountId hold) {
        for (Posting posting : transaction.postings()) {
            boolean earns = posting.amount().isPositive() && !posting.account().isHold();
            if (!earns && !posting.account().equals(hold)) {
                return false;
            }
        }
        return true;
    }

    private long millionths(AccountId account) {
        long[] balance = balances.get(account);
        return balance == null ? 0 : balance[0];
    }
}
