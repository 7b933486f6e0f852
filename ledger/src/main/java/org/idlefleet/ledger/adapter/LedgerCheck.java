package org.idlefleet.ledger.adapter;

import org.idlefleet.ledger.AccountId;
import org.idlefleet.ledger.Book;
import org.idlefleet.ledger.Check;
import org.idlefleet.ledger.Money;
import org.idlefleet.ledger.Transaction;
import org.idlefleet.ledger.TransactionKind;
import org.jspecify.annotations.Nullable;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;

/**
 * The verdict on a whole ledger file, from booking all of it again.
 *
 * @param position the event log's position that the file claims
 * @param faults what was found wrong, each with the transaction or account; empty if the books
 *     balance
 */
public record LedgerCheck(long position, long transactions, int accounts, List<String> faults) {
    /** After so many faults the rest is left alone: the file is lost anyway. */
    private static final int FAULTS_MAX = 100;

    public LedgerCheck {
        faults = List.copyOf(faults);
    }

    public boolean isClean() {
        return faults.isEmpty();
    }

    static LedgerCheck of(Connection connection, SortedMap<AccountId, Money> balances)
            throws SQLException {
        return new Replay(connection).run(balances);
    }

    /** One pass over all rows with a fresh book. */
    private static final class Replay {
        private final Connection connection;
        private final List<String> faults = new ArrayList<>();
        private final Book book = new Book();
        private long sequence;
        private long position;
        private long holds;
        private long ended;
        private long singles;
        private @Nullable LinesCheck lines;

        Replay(Connection connection) {
            this.connection = connection;
        }

        LedgerCheck run(SortedMap<AccountId, Money> balances) throws SQLException {
            integrity();
            Accounts accounts = Accounts.load(connection);
            try (var check = new LinesCheck(connection, accounts, book, this::fault)) {
                lines = check;
                TransactionRows.read(
                        connection, accounts, Long.MIN_VALUE, Long.MAX_VALUE, this::row);
                check.end();
            } catch (LedgerException | SQLException e) {
                fault(String.valueOf(e.getMessage()));
            }
            compare(balances);
            expect("holds", "SELECT count(*) FROM holds", holds);
            expect("ended holds", "SELECT count(*) FROM holds WHERE ended IS NOT NULL", ended);
            expect("singles", "SELECT count(*) FROM singles", singles);
            long claimed = number("SELECT position FROM ledger");
            if (claimed < position) {
                fault(
                        "the ledger claims log position "
                                + claimed
                                + ", but holds a transaction of "
                                + position);
            }
            return new LedgerCheck(claimed, sequence, accounts.paths().size(), faults);
        }

        private void row(BookedRow row) {
            if (row.sequence() != sequence + 1) {
                fault("expected transaction " + (sequence + 1) + ", found " + row.sequence());
            }
            if (row.position() < position) {
                fault(
                        "transaction "
                                + row.sequence()
                                + " has log position "
                                + row.position()
                                + " after "
                                + position);
            }
            sequence = row.sequence();
            position = row.position();
            book(row);
            if (lines != null) {
                lines.after(row);
            }
        }

        private void book(BookedRow row) {
            Transaction transaction = row.transaction();
            switch (book.offer(transaction)) {
                case Check.Known _ ->
                        fault("transaction " + row.sequence() + " repeats " + transaction.id());
                case Check.Refusal refusal ->
                        fault("transaction " + row.sequence() + ": " + refusal.reason());
                case Check.Bookable _ -> {
                    if (transaction.isSingle()) {
                        singles++;
                    } else if (transaction.kind() == TransactionKind.HOLD) {
                        holds++;
                    } else if (!book.holds(transaction.id().subject())) {
                        ended++;
                    }
                }
            }
        }

        private void compare(SortedMap<AccountId, Money> balances) {
            SortedMap<AccountId, Money> recomputed = book.balances();
            recomputed.forEach((account, sum) -> {
                Money shown = balances.getOrDefault(account, Money.ZERO);
                if (!shown.equals(sum)) {
                    fault(account + " shows " + shown + ", its postings add up to " + sum);
                }
            });
            balances.forEach((account, shown) -> {
                if (!recomputed.containsKey(account) && !shown.isZero()) {
                    fault(account + " shows " + shown + ", but has no postings");
                }
            });
        }

        private void integrity() throws SQLException {
            try (Statement statement = connection.createStatement();
                    ResultSet rows = statement.executeQuery("PRAGMA quick_check")) {
                while (rows.next()) {
                    if (!"ok".equals(rows.getString(1))) {
                        fault("SQLite: " + rows.getString(1));
                    }
                }
            }
        }

        private void expect(String what, String sql, long expected) throws SQLException {
            long found = number(sql);
            if (found != expected) {
                fault("expected " + expected + " " + what + ", found " + found);
            }
        }

        private long number(String sql) throws SQLException {
            try (Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery(sql)) {
                return row.getLong(1);
            }
        }

        private void fault(String what) {
            if (faults.size() < FAULTS_MAX) {
                faults.add(what);
            }
        }
    }
}
