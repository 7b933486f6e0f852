package org.idlefleet.figures.ledger;

import org.idlefleet.ledger.Booking;
import org.idlefleet.ledger.Money;
import org.idlefleet.ledger.RevenueShare;
import org.idlefleet.ledger.Transaction;
import org.idlefleet.ledger.adapter.LedgerBatch;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * An endless stream of jobs for a ledger: each is held, settled shard by shard to ten thousand
 * owners in turn, and ends with its last shard. The same stream every time.
 */
final class Settlements {
    private static final int OWNERS = 10_000;
    private static final Money PRICE = Money.ofMillionths(12_345);
    private static final RevenueShare SHARES = RevenueShare.of(1, 700_000, 200_000, 100_000);

    private final int shardsPerJob;
    private long job = 1_000_000;
    private int shard;
    private long settled;
    private long position;

    /** Every job has so many shards. */
    Settlements(int shardsPerJob) {
        this.shardsPerJob = shardsPerJob;
        shard = shardsPerJob;
    }

    /** The client's money, without which nothing can be held: comes first. */
    LedgerBatch fund() {
        Transaction fund = Transaction.fund("load", "1", Money.ofUnits(1_000_000_000));
        return new LedgerBatch(++position, List.of(new Booking(fund, now())));
    }

    /** The next so many settlements, with the holds of the jobs that begin among them. */
    LedgerBatch next(int count) {
        position++;
        var bookings = new ArrayList<Booking>(count + count / shardsPerJob + 1);
        for (int i = 0; i < count; i++) {
            if (shard == shardsPerJob) {
                shard = 0;
                job++;
                Money ceiling = PRICE.times(shardsPerJob);
                bookings.add(new Booking(Transaction.hold(name(), "load", ceiling), now()));
            }
            String owner = "owner" + settled++ * 7_919 % OWNERS;
            bookings.add(
                    new Booking(
                            SHARES.settlement(
                                    name(),
                                    Integer.toString(shard++),
                                    "load",
                                    PRICE,
                                    List.of(owner)),
                            now()));
        }
        return new LedgerBatch(position, bookings);
    }

    private String name() {
        return "job-" + job;
    }

    private Instant now() {
        return Instant.ofEpochMilli(1_795_375_900_000L + position);
    }
}
