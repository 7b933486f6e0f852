package org.idlefleet.ledger.adapter;

import org.idlefleet.ledger.AccountId;
import org.idlefleet.ledger.Book;
import org.idlefleet.ledger.Booking;
import org.idlefleet.ledger.Check;
import org.idlefleet.ledger.Checks;
import org.idlefleet.ledger.Money;
import org.idlefleet.ledger.RevenueShare;
import org.idlefleet.ledger.Transaction;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * An event log drawn from a seed: for every position the transactions that it books; the same seed,
 * the same log.
 */
public final class LedgerStory {
    public static final RevenueShare POLICY = RevenueShare.of(3, 700_000, 200_000, 100_000);
    public static final List<String> OWNERS = List.of("ann", "bob", "cid", "dan", "eve");

    private final Random random;
    private final Book book = new Book();
    private final List<String> open = new ArrayList<>();
    private int jobs;
    private long position;
    private long millis = 1_795_375_900_000L;

    public LedgerStory(long seed) {
        random = new Random(seed);
    }

    public Book book() {
        return book;
    }

    /** The next position of the log. Every transaction in it can be booked. */
    public LedgerBatch next() {
        position += 1 + random.nextInt(3);
        var bookings = new ArrayList<Booking>();
        int count = random.nextInt(6);
        for (int i = 0; i < count; i++) {
            Transaction transaction = draw();
            if (book.offer(transaction) instanceof Check.Bookable) {
                millis += random.nextInt(1_000);
                bookings.add(new Booking(transaction, Instant.ofEpochMilli(millis)));
            }
        }
        return new LedgerBatch(position, bookings);
    }

    public List<LedgerBatch> next(int batches) {
        var log = new ArrayList<LedgerBatch>();
        for (int i = 0; i < batches; i++) {
            log.add(next());
        }
        return log;
    }

    private Transaction draw() {
        String client = "c" + random.nextInt(3);
        Money amount = new Money(1 + random.nextInt(1_000_000));
        int kind = random.nextInt(12);
        if (kind == 0 || book.balances().isEmpty()) {
            return Transaction.fund(client, "bank-" + random.nextInt(1 << 20), amount.times(50));
        }
        if (open.isEmpty() || kind < 3) {
            open.add("job-" + jobs++ + "-" + client);
            if (random.nextInt(4) == 0) {
                Money reserve = book.balance(AccountId.VERIFICATION);
                return Checks.hold(open.getLast(), client, reserve, amount);
            }
            return Transaction.hold(open.getLast(), client, amount);
        }
        if (kind == 10) {
            Money reserve = book.balance(AccountId.VERIFICATION);
            return Transaction.fundChecks("for-" + random.nextInt(1 << 20), reserve, amount);
        }
        if (kind == 11) {
            Money price = new Money(1 + random.nextInt(100_000));
            return Checks.settle("check-" + jobs++, OWNERS.getFirst(), price);
        }
        String job = open.get(random.nextInt(open.size()));
        if (kind == 3) {
            open.remove(job);
            return book.voiding(job).orElseGet(() -> settlement(job, amount));
        }
        return settlement(job, new Money(1 + random.nextInt(100_000)));
    }

    private Transaction settlement(String job, Money price) {
        int owner = random.nextInt(OWNERS.size());
        List<String> agreeing =
                OWNERS.subList(owner, Math.min(OWNERS.size(), owner + 1 + random.nextInt(3)));
        return POLICY.settlement(
                job, "" + random.nextInt(50), job.substring(job.length() - 2), price, agreeing);
    }
}
