package org.idlefleet.figures.ledger;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;

/** What SQLite alone does: the columns of a settlement appended, nothing looked at. */
final class RawRows {
    private RawRows() {}

    /**
     * Appends so many rows in durable groups.
     *
     * @return nanoseconds from the first row until the last group is durable
     */
    static long append(Path file, int rows, int group) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = connection.createStatement()) {
            statement.execute("PRAGMA journal_mode = WAL");
            statement.execute("PRAGMA synchronous = FULL");
            statement.execute("PRAGMA wal_autocheckpoint = 8192");
            statement.execute(
                    "CREATE TABLE log (sequence INTEGER PRIMARY KEY, position, booked_at, kind,"
                            + " subject, detail, policy, a1, m1, a2, m2, a3, m3, a4, m4)");
            connection.setAutoCommit(false);
            try (PreparedStatement insert =
                    connection.prepareStatement(
                            "INSERT INTO log VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)")) {
                long start = System.nanoTime();
                for (int row = 1; row <= rows; row++) {
                    bind(insert, row, group);
                    insert.addBatch();
                    if (row % group == 0) {
                        insert.executeBatch();
                        connection.commit();
                    }
                }
                return System.nanoTime() - start;
            }
        }
    }

    private static void bind(PreparedStatement insert, int row, int group) throws SQLException {
        insert.setLong(1, row);
        insert.setLong(2, row / group);
        insert.setLong(3, 1_795_375_900_000L + row);
        insert.setInt(4, 3);
        insert.setString(5, "job-" + (1_000_000 + row / 100));
        insert.setString(6, Integer.toString(row % 100));
        insert.setInt(7, 1);
        for (int pair = 0; pair < 4; pair++) {
            insert.setInt(8 + 2 * pair, row % 10_000);
            insert.setLong(9 + 2 * pair, 12_345L * pair);
        }
    }
}
