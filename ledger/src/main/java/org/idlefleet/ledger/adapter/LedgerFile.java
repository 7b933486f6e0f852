package org.idlefleet.ledger.adapter;

import org.idlefleet.ledger.TransactionKind;
import org.sqlite.SQLiteConfig;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** Opens the SQLite file of a ledger, for writing or for reading. */
final class LedgerFile {
    /**
     * "IDLE" in the file's header, so that another program's database is not mistaken for a ledger.
     */
    private static final int APPLICATION_ID = 0x49444C45;

    private static final int SCHEMA_VERSION = 2;
    private static final int BUSY_MILLIS = 10_000;

    private LedgerFile() {}

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
            statement.execute("PRAGMA wal_autocheckpoint = 8192");
            statement.execute("PRAGMA cache_size = -65536");
            if (pragma(statement, "application_id") == 0 && isEmpty(statement)) {
                create(connection, statement);
            }
            if (pragma(statement, "application_id") == APPLICATION_ID
                    && pragma(statement, "user_version") == 1) {
                addAccountLines(connection, statement);
            }
            checkOurs(file, statement);
            writeKinds(statement);
            // A start looks for the few that are open among all that ever were.
            statement.execute(
                    "CREATE INDEX IF NOT EXISTS open_holds ON holds (opened) WHERE ended IS NULL");
            connection.setAutoCommit(false);
            return connection;
        } catch (SQLException | RuntimeException e) {
            connection.close();
            throw e;
        }
    }

    /** Never writes; works beside a running writer. */
    static Connection openForReading(Path file) throws SQLException {
        if (!Files.isRegularFile(file)) {
            throw new LedgerException(
                    "no ledger at " + file + ": start the coordinator once, or name its file");
        }
        var config = new SQLiteConfig();
        config.setReadOnly(true);
        config.setBusyTimeout(BUSY_MILLIS);
        Connection connection = config.createConnection("jdbc:sqlite:" + file);
        try (Statement statement = connection.createStatement()) {
            checkOurs(file, statement);
            connection.setAutoCommit(false);
            return connection;
        } catch (SQLException | RuntimeException e) {
            connection.close();
            throw e;
        }
    }

    private static void create(Connection connection, Statement statement) throws SQLException {
        connection.setAutoCommit(false);
        statement.executeUpdate(schema());
        statement.executeUpdate("INSERT INTO ledger VALUES (1, 0, 0)");
        statement.executeUpdate("PRAGMA application_id = " + APPLICATION_ID);
        statement.executeUpdate("PRAGMA user_version = " + SCHEMA_VERSION);
        connection.commit();
        connection.setAutoCommit(true);
    }

    /**
     * Brings a file of version 1 to version 2. It had no lines of accounts: as nothing counts as
     * projected, they are made of all its transactions, which takes 12 bytes of memory for each
     * posting, once.
     */
    private static void addAccountLines(Connection connection, Statement statement)
            throws SQLException {
        connection.setAutoCommit(false);
        String schema = schema();
        int table = schema.indexOf("CREATE TABLE account_lines");
        int triggers = schema.indexOf("CREATE TRIGGER account_lines");
        statement.executeUpdate("ALTER TABLE accounts ADD COLUMN lines INTEGER NOT NULL DEFAULT 0");
        statement.executeUpdate(schema.substring(table, schema.indexOf("CREATE TABLE slots")));
        statement.executeUpdate(
                schema.substring(triggers, schema.indexOf("CREATE TRIGGER holds_are")));
        statement.executeUpdate("UPDATE accounts SET projected = 0");
        statement.executeUpdate("UPDATE ledger SET projected = 0");
        statement.executeUpdate("PRAGMA user_version = 2");
        connection.commit();
        connection.setAutoCommit(true);
    }

    /** Also names kinds that a later release brought to an older file. */
    private static void writeKinds(Statement statement) throws SQLException {
        for (TransactionKind kind : TransactionKind.values()) {
            statement.executeUpdate(
                    "INSERT OR IGNORE INTO kinds VALUES ("
                            + kind.code()
                            + ", '"
                            + kind.word()
                            + "')");
        }
    }

    private static void checkOurs(Path file, Statement statement) throws SQLException {
        int application = pragma(statement, "application_id");
        if (application != APPLICATION_ID) {
            throw new LedgerException(
                    file + " is not a ledger: its application id is " + application);
        }
        int version = pragma(statement, "user_version");
        if (version != SCHEMA_VERSION) {
            throw new LedgerException(
                    file
                            + " has schema version "
                            + version
                            + ", this program knows "
                            + SCHEMA_VERSION
                            + (version < SCHEMA_VERSION
                                    ? ": start the coordinator once, which brings it up to date"
                                    : ": use the release that wrote it, or a newer one"));
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
        try (InputStream stream = LedgerFile.class.getResourceAsStream("schema.sql")) {
            if (stream == null) {
                throw new IllegalStateException("schema.sql is missing from the program's jar");
            }
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException("schema.sql cannot be read from the program's jar", e);
        }
    }
}
