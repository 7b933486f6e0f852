package org.idlefleet.ledger.adapter;

import org.idlefleet.ledger.AccountId;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The numbers that stand for account paths in the rows of one ledger file. */
final class Accounts {
    private final Map<AccountId, Integer> numbers = new HashMap<>();
    private final List<AccountId> paths = new ArrayList<>();
    private final List<AccountId> unwritten = new ArrayList<>();

    private Accounts() {}

    static Accounts load(Connection connection) throws SQLException {
        var accounts = new Accounts();
        try (Statement statement = connection.createStatement();
                ResultSet rows =
                        statement.executeQuery(
                                "SELECT number, path FROM accounts ORDER BY number")) {
            while (rows.next()) {
                var path = new AccountId(rows.getString(2));
                if (rows.getInt(1) != accounts.add(path)) {
                    throw new LedgerException(
                            "account "
                                    + path
                                    + " has number "
                                    + rows.getInt(1)
                                    + ", expected "
                                    + accounts.paths.size());
                }
            }
        }
        return accounts;
    }

    /**
     * The number of an account; one never seen before gets the next, to be written by {@link
     * #writeNew}.
     */
    int number(AccountId path) {
        Integer number = numbers.get(path);
        if (number == null) {
            unwritten.add(path);
            return add(path);
        }
        return number;
    }

    AccountId path(int number) {
        if (number < 1 || number > paths.size()) {
            throw new LedgerException(
                    "a posting names account number " + number + ", which does not exist");
        }
        return paths.get(number - 1);
    }

    /** Paths by number, in order; the first has number 1. */
    List<AccountId> paths() {
        return paths;
    }

    void writeNew(PreparedStatement insert) throws SQLException {
        if (unwritten.isEmpty()) {
            return;
        }
        for (AccountId path : unwritten) {
            insert.setInt(1, numbers.getOrDefault(path, 0));
            insert.setString(2, path.path());
            insert.addBatch();
        }
        insert.executeBatch();
        unwritten.clear();
    }

    private int add(AccountId path) {
        paths.add(path);
        numbers.put(path, paths.size());
        return paths.size();
    }
}
