package org.idlefleet.ledger.adapter;

import org.idlefleet.ledger.AccountId;
import org.idlefleet.ledger.Booking;
import org.idlefleet.ledger.Money;
import org.idlefleet.ledger.Posting;
import org.idlefleet.ledger.RevenueShare;
import org.idlefleet.ledger.Transaction;
import org.idlefleet.ledger.TransactionId;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * A measured load on a new ledger file: settlements of one shard each, to ten thousand owners in
 * turn, in durable groups. What a bench prints beside its bars.
 *
 * @param settlements how many were booked
 * @param appendNanos spent in {@link LedgerDatabase#append}, all groups together
 * @param slowestNanos the slowest group
 * @param fileBytes size of the closed file
 * @param openNanos to open the file again for writing
 * @param checkNanos to check all of it
 */
public record LedgerLoad(
        long settlements,
        long appendNanos,
        long slowestNanos,
        long fileBytes,
        long openNanos,
        long checkNanos) {
    private static final int OWNERS = 10_000;
    private static final long NANOS = 1_000_000_000;

    public long settlementsPerSecond() {
        return settlements * NANOS / Math.max(1, appendNanos);
    }

    public long bytesPerTransaction() {
        return fileBytes / Math.max(1, settlements);
    }

    /**
     * Writes {@code groups} commits of {@code group} settlements each into the file, which must not
     * exist.
     */
    public static LedgerLoad run(Path file, int groups, int group) throws IOException {
        RevenueShare policy = RevenueShare.of(1, 700_000, 200_000, 100_000);
        long spent = 0;
        long slowest = 0;
        try (var ledger = LedgerDatabase.open(file)) {
            Booking fund =
                    new Booking(
                            Transaction.fund("load", "1", Money.ofUnits(1_000_000_000)),
                            Instant.EPOCH);
            ledger.append(1, List.of(fund));
            for (int commit = 0; commit < groups; commit++) {
                List<Booking> bookings =
                        group(policy, "job-" + (1_000_000 + commit), group, commit);
                long start = System.nanoTime();
                ledger.append(commit + 2L, bookings);
                long taken = System.nanoTime() - start;
                spent += taken;
                slowest = Math.max(slowest, taken);
            }
        }
        long start = System.nanoTime();
        LedgerDatabase.open(file).close();
        long opened = System.nanoTime();
        LedgerCheck check = new LedgerService(file).check();
        long checked = System.nanoTime();
        if (!check.isClean()) {
            throw new LedgerException("the ledger of the load is not clean: " + check.faults());
        }
        return new LedgerLoad(
                (long) groups * group,
                spent,
                slowest,
                Files.size(file),
                opened - start,
                checked - opened);
    }

    private static List<Booking> group(RevenueShare policy, String job, int size, int commit) {
        Instant now = Instant.ofEpochMilli(1_795_375_900_000L + commit);
        var bookings = new ArrayList<Booking>(size + 2);
        Money price = new Money(12_345);
        bookings.add(new Booking(Transaction.hold(job, "load", price.times(size + 1L)), now));
        for (int shard = 0; shard < size; shard++) {
            long owner = ((long) commit * size + shard) * 7_919 % OWNERS;
            List<String> owners = List.of("owner" + owner);
            bookings.add(
                    new Booking(policy.settlement(job, "" + shard, "load", price, owners), now));
        }
        bookings.add(
                new Booking(
                        new Transaction(
                                TransactionId.voiding(job),
                                List.of(
                                        new Posting(AccountId.hold("load"), price.negate()),
                                        new Posting(AccountId.prepaid("load"), price))),
                        now));
        return bookings;
    }
}
