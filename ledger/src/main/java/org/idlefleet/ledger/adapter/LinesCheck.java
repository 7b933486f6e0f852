package org.idlefleet.ledger.adapter;

import org.idlefleet.ledger.Book;
import org.idlefleet.ledger.Money;
import org.idlefleet.ledger.Posting;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/** Makes the table of lines again while all is booked again, and compares row by row. */
final class LinesCheck implements AutoCloseable {
    private final Accounts accounts;
    private final Book book;
    private final Consumer<String> fault;
    private final Projection projection = new Projection(0);
    private final Map<Integer, Money> balances = new HashMap<>();
    private final Map<Integer, Long> newest = new HashMap<>();
    private final Statement statement;
    private final ResultSet rows;
    private boolean more;
    private boolean broken;

    /**
     * @param book that all transactions are booked in
     * @param fault told what is wrong, once
     */
    LinesCheck(Connection connection, Accounts accounts, Book book, Consumer<String> fault)
            throws SQLException {
        this.accounts = accounts;
        this.book = book;
        this.fault = fault;
        statement = connection.createStatement();
        rows =
                statement.executeQuery(
                        "SELECT number, account, previous, last, opening, offsets FROM"
                                + " account_lines ORDER BY number");
        more = rows.next();
    }

    /** The book has this transaction now. */
    void after(BookedRow row) {
        try {
            if (!more || broken) {
                return;
            }
            for (Posting posting : row.transaction().postings()) {
                projection.touch(accounts.number(posting.account()), row.sequence());
            }
            if (row.sequence() == rows.getLong(4)) {
                compare(row.sequence());
            }
        } catch (SQLException e) {
            throw new LedgerException("the lines of accounts cannot be read", e);
        }
    }

    /** All is booked: no lines may be left, and every account names its newest. */
    void end() throws SQLException {
        if (broken) {
            return;
        }
        if (more) {
            wrong(rows.getLong(1));
        }
        try (Statement named = statement.getConnection().createStatement();
                ResultSet account = named.executeQuery("SELECT number, lines FROM accounts")) {
            while (account.next()) {
                if (account.getLong(2) != newest.getOrDefault(account.getInt(1), 0L)) {
                    fault.accept(
                            accounts.path(account.getInt(1))
                                    + " names row "
                                    + account.getLong(2)
                                    + " of account_lines as its newest");
                }
            }
        }
    }

    @Override
    public void close() throws SQLException {
        statement.close();
    }

    private void compare(long last) throws SQLException {
        for (Projection.Lines line :
                projection.lines(
                        last,
                        account -> balances.getOrDefault(account, Money.ZERO),
                        account -> book.balance(accounts.path(account)))) {
            if (!more || !matches(line)) {
                wrong(more ? rows.getLong(1) : 0);
                return;
            }
            balances.put(line.account(), Money.ofMillionths(line.closing()));
            newest.put(line.account(), rows.getLong(1));
            more = rows.next();
        }
        projection.reach(last);
    }

    private boolean matches(Projection.Lines line) throws SQLException {
        return rows.getInt(2) == line.account()
                && rows.getLong(3) == newest.getOrDefault(line.account(), 0L)
                && rows.getLong(4) == line.last()
                && rows.getLong(5) == line.opening()
                && line.offsets().equals(rows.getString(6));
    }

    private void wrong(long row) {
        broken = true;
        fault.accept("account_lines, row " + row + ": it does not follow from the transactions");
    }
}
