package org.idlefleet.coordinator.adapter;

import org.idlefleet.coordinator.Event;
import org.idlefleet.coordinator.adapter.log.SqliteEventLog;
import org.idlefleet.ledger.Booking;
import org.idlefleet.ledger.adapter.BookedRow;
import org.idlefleet.ledger.adapter.LedgerBatch;
import org.idlefleet.ledger.adapter.LedgerDatabase;
import org.idlefleet.ledger.adapter.LedgerException;
import org.idlefleet.ledger.adapter.LedgerReader;
import org.jspecify.annotations.Nullable;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Folds the event log into the ledger database, a moment behind, on a thread of its own. The
 * database keeps the log's position with every batch, so a restart goes on where it stopped.
 */
final class LedgerFold {
    /** Transactions that share one durable step. */
    private static final int BOOKINGS_MAX = 4_096;

    private static final Duration WAIT = Duration.ofMillis(500);

    private final SqliteEventLog log;
    private final Path file;
    private final Duration linger;
    private final Consumer<Event.ShardSettled> settled;
    private final Thread thread;
    private final long known;
    private @Nullable LedgerDatabase opened;
    private volatile boolean closing;

    /**
     * @param file of the ledger; opening it reads all that was booked on open holds, so the thread
     *     does that
     * @param linger how long to gather before a durable step, so that many requests share one
     * @param settled told every settlement that becomes durable from now on
     * @param death told what went wrong if the fold can't go on
     */
    LedgerFold(
            SqliteEventLog log,
            Path file,
            Duration linger,
            Consumer<Event.ShardSettled> settled,
            Consumer<Throwable> death) {
        this.log = log;
        this.file = file;
        this.linger = linger;
        this.settled = settled;
        known = log.position();
        thread = VitalThread.unstarted("ledger-fold", this::run, death);
    }

    void start() {
        thread.start();
    }

    /** Folds what is durable by now, and ends. */
    void end() throws InterruptedException {
        closing = true;
        thread.join();
    }

    /** Closes the ledger once {@link #end} has come back, and nobody reads it any more. */
    void close() {
        if (opened != null) {
            opened.close();
        }
    }

    /**
     * Compares the event log with the ledger: how far that knows it, and the last transaction that
     * it booked.
     *
     * @throws LedgerException if the log is shorter, so that what it will hold up to there would
     *     never be booked, or if it says something else at that place: then one of both is from
     *     another time or another coordinator
     */
    void refuseOther(LedgerReader ledger) {
        if (ledger.position() > known) {
            throw notOneBackup(
                    "knows event " + ledger.position() + ", but the event log ends at " + known);
        }
        long last = ledger.transactions();
        for (BookedRow row : ledger.transactions(last, last)) {
            if (log.event(row.position()).stream()
                    .flatMap(event -> Bookings.of(event).stream())
                    .noneMatch(booking -> isOf(booking, row))) {
                throw notOneBackup(
                        "booked "
                                + row.transaction().id()
                                + " for event "
                                + row.position()
                                + ", which is another one in the event log");
            }
        }
    }

    /** Times of the ledger are whole milliseconds. */
    private static boolean isOf(Booking booking, BookedRow row) {
        return booking.transaction().equals(row.transaction())
                && booking.bookedAt().toEpochMilli() == row.bookedAt().toEpochMilli();
    }

    private LedgerException notOneBackup(String what) {
        return new LedgerException(
                "the ledger "
                        + file
                        + " "
                        + what
                        + ": these are not files of one backup; put back both of one");
    }

    /** Folds all that is durable, before the thread runs. */
    void catchUp() {
        try (LedgerDatabase ledger = LedgerDatabase.open(file)) {
            fold(ledger);
        }
    }

    private void run() throws InterruptedException {
        LedgerDatabase ledger = LedgerDatabase.open(file);
        opened = ledger;
        boolean last = false;
        while (!last) {
            last = closing;
            if (log.await(ledger.position(), last ? Duration.ZERO : WAIT)) {
                if (!last) {
                    Thread.sleep(linger);
                }
                fold(ledger);
            }
        }
    }

    private void fold(LedgerDatabase ledger) {
        List<LedgerBatch> batches = new ArrayList<>();
        int[] bookings = new int[1];
        long end =
                log.read(
                        ledger.position(),
                        (position, event) -> {
                            if (position > known && event instanceof Event.ShardSettled owed) {
                                settled.accept(owed);
                            }
                            List<Booking> booked = Bookings.of(event);
                            if (booked.isEmpty()) {
                                return;
                            }
                            batches.add(new LedgerBatch(position, booked));
                            bookings[0] += booked.size();
                            if (bookings[0] >= BOOKINGS_MAX) {
                                ledger.append(batches);
                                batches.clear();
                                bookings[0] = 0;
                            }
                        });
        if (batches.isEmpty() || batches.getLast().position() < end) {
            batches.add(new LedgerBatch(end, List.of()));
        }
        ledger.append(batches);
    }
}
