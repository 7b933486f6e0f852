package org.idlefleet.ledger.adapter;

import org.idlefleet.ledger.AccountId;
import org.idlefleet.ledger.Money;
import org.idlefleet.ledger.Posting;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Reads what happened to a few accounts by the table of their lines, so that it takes as long as
 * they have lines since then, however long the ledger is. One question.
 */
final class OwnLines {
    private final Connection connection;
    private final long first;
    private final long end;
    private final Map<Integer, AccountId> paths = new HashMap<>();

    /** Balances before the first transaction that is looked at. */
    private final TreeMap<AccountId, Money> balances = new TreeMap<>();

    private final NavigableSet<Long> sequences = new TreeSet<>();

    /**
     * @param first transactions before it lie before the time that is asked for
     * @param end the first that lies behind it
     */
    OwnLines(Connection connection, long first, long end) {
        this.connection = connection;
        this.first = first;
        this.end = end;
    }

    /**
     * @param path of an account, or the beginning of paths if it ends in a colon
     */
    Statement statement(String name, String path, Instant from, Instant to) throws SQLException {
        find(path);
        tail();
        var opening = new TreeMap<>(balances);
        var lines = new ArrayList<AccountLine>();
        for (BookedRow row : rows()) {
            boolean before = row.bookedAt().isBefore(from);
            if (before || row.bookedAt().isBefore(to)) {
                for (Posting posting : row.transaction().postings()) {
                    Money balance = balances.get(posting.account());
                    if (balance != null) {
                        Money after = balance.plus(posting.amount());
                        balances.put(posting.account(), after);
                        if (before) {
                            opening.put(posting.account(), after);
                        } else {
                            lines.add(line(row, posting, after));
                        }
                    }
                }
            }
        }
        return new Statement(name, from, to, opening, lines, balances);
    }

    private void find(String path) throws SQLException {
        boolean beginning = path.endsWith(":");
        // ';' follows ':', so these are the bounds of all paths that begin so.
        String after = beginning ? path.substring(0, path.length() - 1) + ";" : path;
        try (PreparedStatement select =
                connection.prepareStatement(
                        "SELECT path, lines FROM accounts WHERE "
                                + (beginning
                                        ? "path > ? AND path < ?"
                                        : "path = ? AND path = ?"))) {
            select.setString(1, path);
            select.setString(2, after);
            try (ResultSet accounts = select.executeQuery()) {
                while (accounts.next()) {
                    balances.put(
                            new AccountId(accounts.getString(1)), walkBack(accounts.getLong(2)));
                }
            }
        }
    }

    /** Collects an account's transactions and gives its balance before the first of them. */
    private Money walkBack(long newest) throws SQLException {
        long opening = 0;
        long oldest = Long.MAX_VALUE;
        try (PreparedStatement select =
                connection.prepareStatement(
                        "SELECT previous, last, opening, offsets FROM account_lines WHERE number ="
                                + " ?")) {
            for (long number = newest; number != 0 && oldest > first; ) {
                select.setLong(1, number);
                try (ResultSet row = select.executeQuery()) {
                    if (!row.next()) {
                        throw new LedgerException("account_lines has no row " + number);
                    }
                    number = row.getLong(1);
                    opening = row.getLong(3);
                    String offsets = row.getString(4);
                    for (String offset : offsets.substring(1, offsets.length() - 1).split(",")) {
                        long sequence = row.getLong(2) - Long.parseLong(offset);
                        oldest = Math.min(oldest, sequence);
                        if (sequence < end) {
                            sequences.add(sequence);
                        }
                    }
                }
            }
        }
        return Money.ofMillionths(opening);
    }

    /** Transactions that the table of lines does not know yet, as long as they are no more. */
    private void tail() throws SQLException {
        long projected = LedgerQueries.number(connection, "SELECT projected FROM ledger");
        try (PreparedStatement select =
                connection.prepareStatement(
                        "SELECT * FROM transactions WHERE sequence > ? AND sequence < ? ORDER BY"
                                + " sequence")) {
            select.setLong(1, projected);
            select.setLong(2, end);
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    BookedRow row = TransactionRows.row(rows, this::path);
                    if (row.transaction().postings().stream()
                            .anyMatch(posting -> balances.containsKey(posting.account()))) {
                        sequences.add(row.sequence());
                    }
                }
            }
        }
    }

    private List<BookedRow> rows() throws SQLException {
        var found = new ArrayList<BookedRow>(sequences.size());
        try (PreparedStatement select =
                connection.prepareStatement("SELECT * FROM transactions WHERE sequence = ?")) {
            for (long sequence : sequences) {
                select.setLong(1, sequence);
                try (ResultSet row = select.executeQuery()) {
                    if (!row.next()) {
                        throw new LedgerException(
                                "the lines of an account name transaction "
                                        + sequence
                                        + ", which is not there");
                    }
                    found.add(TransactionRows.row(row, this::path));
                }
            }
        }
        return found;
    }

    private AccountId path(int number) {
        return paths.computeIfAbsent(number, this::readPath);
    }

    private AccountId readPath(int number) {
        try (PreparedStatement select =
                connection.prepareStatement("SELECT path FROM accounts WHERE number = ?")) {
            select.setInt(1, number);
            try (ResultSet row = select.executeQuery()) {
                if (!row.next()) {
                    throw new LedgerException(
                            "a posting names account number " + number + ", which does not exist");
                }
                return new AccountId(row.getString(1));
            }
        } catch (SQLException e) {
            throw new LedgerException("account number " + number + " cannot be read", e);
        }
    }

    private static AccountLine line(BookedRow row, Posting posting, Money balance) {
        return new AccountLine(
                row.sequence(),
                row.bookedAt(),
                row.booking().effectiveAt(),
                row.transaction().id(),
                row.transaction().policy(),
                posting.account(),
                posting.amount(),
                balance);
    }
}
