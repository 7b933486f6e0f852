package org.idlefleet.coordinator.adapter.api;

import org.idlefleet.protocol.Digest;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Operators' keys, without their secrets, and all that operators asked for: a SQLite file that is
 * only ever added to, which its triggers see to. Each call is durable when it returns. Thread-safe.
 */
public final class OperatorFile implements Closeable {
    private static final List<String> TABLES =
            List.of(
                    "operators (id INTEGER PRIMARY KEY, name TEXT NOT NULL, roles TEXT NOT NULL,"
                            + " secret_hash BLOB NOT NULL, created TEXT NOT NULL) STRICT",
                    "revocations (operator INTEGER PRIMARY KEY REFERENCES operators,"
                            + " at TEXT NOT NULL) STRICT",
                    "actions (id INTEGER PRIMARY KEY, at TEXT NOT NULL, operator TEXT NOT NULL,"
                            + " action TEXT NOT NULL) STRICT",
                    "outcomes (action INTEGER PRIMARY KEY REFERENCES actions,"
                            + " status INTEGER NOT NULL, outcome TEXT NOT NULL) STRICT");
    private static final String VALID =
            "SELECT name, roles, secret_hash, created FROM operators"
                    + " WHERE id NOT IN (SELECT operator FROM revocations)";
    private static final String NOT_KNOWN = "not known: it is under way, or was cut off";

    private final Connection connection;

    private OperatorFile(Connection connection) {
        this.connection = connection;
    }

    /** Opens or makes the file. */
    public static OperatorFile open(Path file) throws IOException {
        try {
            Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
            try (Statement statement = connection.createStatement()) {
                statement.execute("PRAGMA journal_mode = WAL");
                statement.execute("PRAGMA synchronous = FULL");
                statement.execute("PRAGMA foreign_keys = ON");
                statement.execute("PRAGMA recursive_triggers = ON");
                for (String table : TABLES) {
                    statement.execute("CREATE TABLE IF NOT EXISTS " + table);
                    String name = table.substring(0, table.indexOf(' '));
                    for (String change : List.of("UPDATE", "DELETE")) {
                        statement.execute(refusal(name, change));
                    }
                }
            } catch (SQLException e) {
                connection.close();
                throw e;
            }
            return new OperatorFile(connection);
        } catch (SQLException e) {
            throw new IOException("the operators' file " + file + " can't be opened: " + e, e);
        }
    }

    private static String refusal(String table, String change) {
        return "CREATE TRIGGER IF NOT EXISTS "
                + (table + "_" + change)
                + " BEFORE "
                + (change + " ON " + table)
                + " BEGIN SELECT RAISE(ABORT, '"
                + table
                + " is only added to'); END";
    }

    /** An operator whose key is worth something. */
    record Key(String name, Set<Role> roles, Digest secretHash, Instant created) {}

    /**
     * What an operator asked for.
     *
     * @param status as HTTP has it; 0 as long as it is not known
     */
    record Action(
            long id, Instant at, String operator, String action, int status, String outcome) {}

    /** In the order of their names. */
    synchronized List<Key> keys() {
        return ask(
                VALID + " ORDER BY name",
                row ->
                        new Key(
                                row.getString(1),
                                roles(row.getString(2)),
                                Digest.ofRaw(row.getBytes(3)),
                                Instant.parse(row.getString(4))));
    }

    /**
     * Writes a key down.
     *
     * @return false if the operator has one
     */
    synchronized boolean add(Key key) {
        if (has(key.name())) {
            return false;
        }
        String roles = key.roles().stream().map(Role::name).collect(Collectors.joining(","));
        insert(
                "operators (name, roles, secret_hash, created)",
                key.name(),
                roles,
                key.secretHash().raw(),
                key.created().toString());
        return true;
    }

    /**
     * The operator's key is worth nothing from now on.
     *
     * @return false if there is none
     */
    synchronized boolean revoke(String name, Instant at) {
        if (!has(name)) {
            return false;
        }
        long id =
                ask("SELECT max(id) FROM operators WHERE name = ?", row -> row.getLong(1), name)
                        .getFirst();
        insert("revocations (operator, at)", id, at.toString());
        return true;
    }

    /**
     * Writes down that an operator asks for something, before it is done.
     *
     * @return its number, for {@link #ended}
     */
    synchronized long asked(Instant at, String operator, String action) {
        insert("actions (at, operator, action)", at.toString(), operator, action);
        return ask("SELECT max(id) FROM actions", row -> row.getLong(1)).getFirst();
    }

    /** Writes down what became of it; once. */
    synchronized void ended(long action, int status, String outcome) {
        insert("outcomes (action, status, outcome)", action, status, outcome);
    }

    /**
     * The newest first.
     *
     * @param before only what has a smaller number
     */
    synchronized List<Action> actions(long before, int limit) {
        return ask(
                "SELECT id, at, operator, actions.action, status, outcome FROM actions"
                        + " LEFT JOIN outcomes ON outcomes.action = id"
                        + " WHERE id < ? ORDER BY id DESC LIMIT ?",
                row ->
                        new Action(
                                row.getLong(1),
                                Instant.parse(row.getString(2)),
                                row.getString(3),
                                row.getString(4),
                                row.getInt(5),
                                Optional.ofNullable(row.getString(6)).orElse(NOT_KNOWN)),
                before,
                limit);
    }

    @Override
    public synchronized void close() throws IOException {
        try {
            connection.close();
        } catch (SQLException e) {
            throw new IOException("the operators' file can't be closed: " + e, e);
        }
    }

    private boolean has(String name) {
        return !ask(VALID + " AND name = ?", _ -> name, name).isEmpty();
    }

    private static Set<Role> roles(String names) {
        return Arrays.stream(names.split(","))
                .map(Role::valueOf)
                .collect(Collectors.toCollection(() -> EnumSet.noneOf(Role.class)));
    }

    private void insert(String table, Object... values) {
        String marks = String.join(", ", Collections.nCopies(values.length, "?"));
        try (PreparedStatement statement =
                prepared("INSERT INTO " + table + " VALUES (" + marks + ")", values)) {
            statement.executeUpdate();
        } catch (SQLException e) {
            throw failed(e);
        }
    }

    private interface Row<T> {
        T read(ResultSet row) throws SQLException;
    }

    private <T> List<T> ask(String query, Row<T> each, Object... values) {
        try (PreparedStatement statement = prepared(query, values);
                ResultSet rows = statement.executeQuery()) {
            var found = new ArrayList<T>();
            while (rows.next()) {
                found.add(each.read(rows));
            }
            return found;
        } catch (SQLException e) {
            throw failed(e);
        }
    }

    private PreparedStatement prepared(String text, Object... values) throws SQLException {
        PreparedStatement statement = connection.prepareStatement(text);
        for (int i = 0; i < values.length; i++) {
            statement.setObject(i + 1, values[i]);
        }
        return statement;
    }

    private static IllegalStateException failed(SQLException e) {
        return new IllegalStateException(
                "the operators' file can't be read or written: is its disk full?", e);
    }
}
