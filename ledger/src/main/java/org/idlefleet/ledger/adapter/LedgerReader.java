package org.idlefleet.ledger.adapter;

import org.idlefleet.ledger.AccountId;
import org.idlefleet.ledger.Money;
import org.idlefleet.ledger.TransactionId;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * The reader of a durable ledger: every question an operator or owner asks of it. Never writes.
 *
 * <p>Each call sees the ledger as it was at one moment, while the writer goes on. One thread at a
 * time; open one reader for each.
 */
public final class LedgerReader implements AutoCloseable {
    private static final Duration CLOCK_SET_BACK = Duration.ofDays(1);

    private final Path file;
    private final Connection connection;

    private LedgerReader(Path file, Connection connection) {
        this.file = file;
        this.connection = connection;
    }

    public static LedgerReader open(Path file) {
        try {
            return new LedgerReader(file, LedgerFile.openForReading(file));
        } catch (SQLException e) {
            throw new LedgerException("the ledger " + file + " cannot be opened", e);
        }
    }

    /** The last position of the event log that is folded in. */
    public long position() {
        return ask(() -> LedgerQueries.number(connection, "SELECT position FROM ledger"));
    }

    /** Every account that was ever used, also those at zero, in the order of the paths. */
    public SortedMap<AccountId, Money> balances() {
        return ask(() -> LedgerQueries.balances(connection));
    }

    /**
     * Balances by what was effective at one instant and booked by another, both included. Reads the
     * whole ledger.
     */
    public SortedMap<AccountId, Money> balances(Instant effectiveBy, Instant bookedBy) {
        var balances = new TreeMap<AccountId, Money>();
        visit(
                1,
                Long.MAX_VALUE,
                row -> {
                    if (!row.booking().effectiveAt().isAfter(effectiveBy)
                            && !row.bookedAt().isAfter(bookedBy)) {
                        row.transaction()
                                .postings()
                                .forEach(posting ->
                                        balances.merge(
                                                posting.account(), posting.amount(), Money::plus));
                    }
                });
        return balances;
    }

    public TrialBalance trialBalance() {
        return TrialBalance.of(balances());
    }

    /** Books the whole file again and compares. Takes seconds for each million of transactions. */
    public LedgerCheck check() {
        return ask(() -> LedgerCheck.of(connection, LedgerQueries.balances(connection)));
    }

    /** The transaction with this id, if it was booked. */
    public Optional<BookedRow> transaction(TransactionId id) {
        return ask(() -> LedgerQueries.transaction(connection, id));
    }

    /** How many transactions there are; also the sequence of the last one. */
    public long transactions() {
        return ask(() ->
                LedgerQueries.number(
                        connection, "SELECT ifnull(max(sequence), 0) FROM transactions"));
    }

    /**
     * Gives every transaction from {@code first} to {@code last}, both included, to the visitor, in
     * order.
     */
    public void visit(long first, long last, Consumer<BookedRow> visitor) {
        ask(() -> {
            TransactionRows.read(connection, Accounts.load(connection), first, last, visitor);
            return last;
        });
    }

    /**
     * Gives every transaction that was booked from one time up to, not including, another to the
     * visitor, in order.
     *
     * <p>Finds the first by halving, since times of booking grow with the sequence; one that lies
     * more than a day behind a later one, because a clock was set back so far, may be missed.
     */
    public void visit(Instant from, Instant to, Consumer<BookedRow> visitor) {
        long first = Math.max(1, firstSince(back(from)));
        visit(
                first,
                Long.MAX_VALUE,
                row -> {
                    if (!row.bookedAt().isBefore(from) && row.bookedAt().isBefore(to)) {
                        visitor.accept(row);
                    }
                });
    }

    /** A day earlier, but nothing before there was anything. */
    private static Instant back(Instant from) {
        return from.isBefore(Instant.EPOCH.plus(CLOCK_SET_BACK))
                ? Instant.EPOCH
                : from.minus(CLOCK_SET_BACK);
    }

    /** A day later, but nothing behind all times that a ledger can hold. */
    private static Instant on(Instant to) {
        Instant last = Instant.ofEpochMilli(Long.MAX_VALUE);
        return to.isAfter(last.minus(CLOCK_SET_BACK)) ? last : to.plus(CLOCK_SET_BACK);
    }

    private long firstSince(Instant time) {
        long low = 1;
        long high = transactions() + 1;
        while (low < high) {
            long middle = (low + high) >>> 1;
            long bookedAt =
                    ask(() ->
                            LedgerQueries.number(
                                    connection,
                                    "SELECT booked_at FROM transactions WHERE sequence = "
                                            + middle));
            if (bookedAt < time.toEpochMilli()) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** Transactions {@code first} to {@code last}, both included, in order. */
    public List<BookedRow> transactions(long first, long last) {
        return ask(() -> {
            var rows = new ArrayList<BookedRow>();
            TransactionRows.read(connection, Accounts.load(connection), first, last, rows::add);
            return Collections.unmodifiableList(rows);
        });
    }

    /**
     * All movements of one account in the time from {@code from} up to, not including, {@code to}.
     */
    public Statement account(AccountId account, Instant from, Instant to) {
        return statement(account.path(), account.path(), from, to);
    }

    /** All movements of an owner's accounts (escrow, payable, debt) in that time. */
    public Statement ownerStatement(String owner, Instant from, Instant to) {
        return statement(owner, "owner:" + owner + ":", from, to);
    }

    /** All movements of a client's accounts (prepaid, hold) in that time. */
    public Statement clientStatement(String client, Instant from, Instant to) {
        return statement(client, "client:" + client + ":", from, to);
    }

    /** Copies the whole ledger, as it is at one moment, into a new file. */
    public void backup(Path target) {
        if (Files.exists(target)) {
            throw new LedgerException(target + " exists: name a new file for the backup");
        }
        ask(() -> {
            try (var vacuum = connection.prepareStatement("VACUUM INTO ?")) {
                connection.setAutoCommit(true);
                vacuum.setString(1, target.toString());
                vacuum.execute();
                return target;
            } finally {
                connection.setAutoCommit(false);
            }
        });
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException e) {
            throw new LedgerException("the ledger " + file + " cannot be closed", e);
        }
    }

    /** Of the accounts whose path is {@code path}, or begins so if it ends in a colon. */
    private Statement statement(String name, String path, Instant from, Instant to) {
        long first = Math.max(1, firstSince(back(from)));
        long end = firstSince(on(to));
        return ask(() -> new OwnLines(connection, first, end).statement(name, path, from, to));
    }

    /** A question to the file: all that it reads is of one moment. */
    private interface Question<T> {
        T answer() throws SQLException;
    }

    private <T> T ask(Question<T> question) {
        try {
            T answer = question.answer();
            connection.rollback();
            return answer;
        } catch (SQLException e) {
            throw new LedgerException("the ledger " + file + " cannot be read", e);
        }
    }
}
