package org.idlefleet.ledger.adapter;

import org.idlefleet.ledger.AccountId;
import org.idlefleet.ledger.Money;
import org.idlefleet.ledger.TransactionId;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The questions in SQL. The log has no index, so what is not found by sequence is found by reading
 * through it.
 */
final class LedgerQueries {
    private LedgerQueries() {}

    static SortedMap<AccountId, Money> balances(Connection connection) throws SQLException {
        var balances = new TreeMap<AccountId, Money>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT account, balance FROM balances")) {
            while (rows.next()) {
                balances.put(new AccountId(rows.getString(1)), Money.ofMillionths(rows.getLong(2)));
            }
        }
        return balances;
    }

    /**
     * Looks straight at the row of a single, or between the beginning and the end of the job's
     * hold.
     */
    static Optional<BookedRow> transaction(Connection connection, TransactionId id)
            throws SQLException {
        String single = "SELECT sequence, sequence FROM singles WHERE id = ?";
        String hold = "SELECT opened, ifnull(ended, 9223372036854775807) FROM holds WHERE job = ?";
        Optional<BookedRow> found = within(connection, id, single, id.toString());
        return found.isPresent() || !id.kind().ofHold()
                ? found
                : within(connection, id, hold, id.subject());
    }

    private static Optional<BookedRow> within(
            Connection connection, TransactionId id, String range, String name)
            throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(range)) {
            select.setString(1, name);
            try (ResultSet row = select.executeQuery()) {
                return row.next()
                        ? between(connection, id, row.getLong(1), row.getLong(2))
                        : Optional.empty();
            }
        }
    }

    static long number(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            return row.getLong(1);
        }
    }

    private static Optional<BookedRow> between(
            Connection connection, TransactionId id, long first, long last) throws SQLException {
        try (PreparedStatement select =
                connection.prepareStatement(
                        "SELECT * FROM transactions WHERE sequence BETWEEN ? AND ? AND kind = ? AND"
                                + " subject = ? AND detail = ?")) {
            select.setLong(1, first);
            select.setLong(2, last);
            select.setInt(3, id.kind().code());
            select.setString(4, id.subject());
            select.setString(5, id.detail());
            var found = new ArrayList<BookedRow>(1);
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    found.add(TransactionRows.row(rows, Accounts.load(connection)::path));
                }
            }
            return found.stream().findFirst();
        }
    }
}
