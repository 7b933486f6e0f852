package org.idlefleet.coordinator.adapter.log;

import org.sqlite.SQLiteConfig;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** Opens connections to the SQLite file of a log. */
final class LogFile {
    /** "IDLG" in the file's header, so that another program's database is not taken for a log. */
    private static final int APPLICATION_ID = 0x49444C47;

    private static final int SCHEMA_VERSION = 1;
    private static final int BUSY_MILLIS = 10_000;

    /** Pages of the write-ahead log after which a commit moves them into the file: 16 MiB. */
    private static final int CHECKPOINT_PAGES = 4_096;

    private LogFile() {}

    /**
     * Creates the file if there is none. Commits are durable when they return: WAL,
     * synchronous=FULL.
     */
    static Connection openForWriting(Path file) throws SQLException {
        var config = new SQLiteConfig();
        // Asking for them costs a statement more with every row.
        config.setGetGeneratedKeys(false);
        Connection connection = config.createConnection("jdbc:sqlite:" + file);
        try (Statement statement = connection.createStatement()) {
            statement.execute("PRAGMA busy_timeout = " + BUSY_MILLIS);
            statement.execute("PRAGMA journal_mode = WAL");
            statement.execute("PRAGMA synchronous = FULL");
            statement.execute("PRAGMA wal_autocheckpoint = " + CHECKPOINT_PAGES);
            statement.execute("PRAGMA cache_size = -32768");
            statement.execute("PRAGMA trusted_schema = OFF");
            statement.execute("PRAGMA cell_size_check = ON");
            if (pragma(statement, "application_id") == 0 && isEmpty(statement)) {
                create(connection, statement);
            }
            checkOurs(file, statement);
            connection.setAutoCommit(false);
            return connection;
        } catch (SQLException | RuntimeException e) {
            connection.close();
            throw e;
        }
    }

    /** Never writes; works beside the writer. Each statement sees what is committed. */
    static Connection openForReading(Path file) throws SQLException {
        var config = new SQLiteConfig();
        config.setReadOnly(true);
        config.setBusyTimeout(BUSY_MILLIS);
        return config.createConnection("jdbc:sqlite:" + file);
    }

    private static void create(Connection connection, Statement statement) throws SQLException {
        connection.setAutoCommit(false);
        statement.executeUpdate(schema());
        statement.executeUpdate("INSERT INTO head VALUES (1, 0, zeroblob(32))");
        statement.executeUpdate("PRAGMA application_id = " + APPLICATION_ID);
        statement.executeUpdate("PRAGMA user_version = " + SCHEMA_VERSION);
        connection.commit();
        connection.setAutoCommit(true);
    }

    private static void checkOurs(Path file, Statement statement) throws SQLException {
        int application = pragma(statement, "application_id");
        if (application != APPLICATION_ID) {
            throw new LogException(
                    file
                            + " is not an event log (its application id is "
                            + application
                            + "): name another file");
        }
        int version = pragma(statement, "user_version");
        if (version != SCHEMA_VERSION) {
            throw new LogException(
                    "the event log "
                            + file
                            + " has schema version "
                            + version
                            + ", this program knows "
                            + SCHEMA_VERSION
                            + ": start the release that wrote it, or a newer one");
        }
    }

    private static boolean isEmpty(Statement statement) throws SQLException {
        try (ResultSet rows = statement.executeQuery("SELECT count(*) FROM sqlite_schema")) {
            return rows.getInt(1) == 0;
        }
    }

    private static int pragma(Statement statement, String name) throws SQLException {
        try (ResultSet rows = statement.executeQuery("PRAGMA " + name)) {
            return rows.getInt(1);
        }
    }

    private static String schema() {
        try (InputStream stream = LogFile.class.getResourceAsStream("schema.sql")) {
            if (stream == null) {
                throw new IllegalStateException("schema.sql is missing from the program's jar");
            }
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException("schema.sql cannot be read from the program's jar", e);
        }
    }
}
