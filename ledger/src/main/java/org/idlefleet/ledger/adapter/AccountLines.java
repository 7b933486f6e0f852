package org.idlefleet.ledger.adapter;

import org.idlefleet.ledger.Money;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.List;

/**
 * Writes the table of lines: where each account's postings are. Rows are only added at its end,
 * each names the account's row before it, and the table of accounts names the newest; so no index
 * is needed, and writing stays as quick behind a thousand million transactions.
 */
final class AccountLines {
    private final PreparedStatement insert;
    private final PreparedStatement update;

    /** By account: the balance as it was last projected, and the newest row. */
    private long[] balances = new long[64];

    private long[] newest = new long[64];
    private long rows;

    AccountLines(Connection connection) throws SQLException {
        insert = connection.prepareStatement("INSERT INTO account_lines VALUES (?, ?, ?, ?, ?, ?)");
        update =
                connection.prepareStatement(
                        "UPDATE accounts SET projected = ?, lines = ? WHERE number = ?");
        rows = LedgerQueries.number(connection, "SELECT ifnull(max(number), 0) FROM account_lines");
        try (Statement statement = connection.createStatement();
                ResultSet accounts =
                        statement.executeQuery("SELECT number, projected, lines FROM accounts")) {
            while (accounts.next()) {
                set(accounts.getInt(1), accounts.getLong(2), accounts.getLong(3));
            }
        }
    }

    Money balance(int account) {
        return Money.ofMillionths(account < balances.length ? balances[account] : 0);
    }

    void write(List<Projection.Lines> lines) throws SQLException {
        if (lines.isEmpty()) {
            return;
        }
        for (Projection.Lines line : lines) {
            int account = line.account();
            rows++;
            insert.setLong(1, rows);
            insert.setInt(2, account);
            insert.setLong(3, account < newest.length ? newest[account] : 0);
            insert.setLong(4, line.last());
            insert.setLong(5, line.opening());
            insert.setString(6, line.offsets());
            insert.addBatch();
            set(account, line.closing(), rows);
            update.setLong(1, line.closing());
            update.setLong(2, rows);
            update.setInt(3, account);
            update.addBatch();
        }
        insert.executeBatch();
        update.executeBatch();
    }

    private void set(int account, long balance, long row) {
        if (account >= balances.length) {
            int length = Math.max(account + 1, 2 * balances.length);
            balances = Arrays.copyOf(balances, length);
            newest = Arrays.copyOf(newest, length);
        }
        balances[account] = balance;
        newest[account] = row;
    }
}
