package org.idlefleet.ledger.proof.adapter;

import org.idlefleet.ledger.AccountId;
import org.idlefleet.ledger.Money;
import org.idlefleet.ledger.adapter.LedgerException;
import org.idlefleet.ledger.proof.Chains;
import org.idlefleet.ledger.proof.Hash;
import org.idlefleet.ledger.proof.TileId;
import org.idlefleet.ledger.proof.TileStore;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;

/**
 * The SQLite file of a proof log: tiles, ends of chains, balances, and how many entries they cover,
 * written in one SQLite transaction. It can be built again from the ledger and the secret.
 */
final class ProofFile implements TileStore, AutoCloseable {
    private static final String SCHEMA =
            """
            CREATE TABLE IF NOT EXISTS tiles (level INTEGER, number INTEGER, hashes BLOB NOT NULL,
              PRIMARY KEY (level, number)) STRICT, WITHOUT ROWID;
            CREATE TABLE IF NOT EXISTS chains (holder TEXT PRIMARY KEY, number INTEGER NOT NULL, last BLOB NOT NULL)
              STRICT, WITHOUT ROWID;
            CREATE TABLE IF NOT EXISTS balances (account TEXT PRIMARY KEY, balance INTEGER NOT NULL)
              STRICT, WITHOUT ROWID;
            CREATE TABLE IF NOT EXISTS log (only INTEGER PRIMARY KEY CHECK (only = 1), size INTEGER NOT NULL) STRICT;
            INSERT OR IGNORE INTO log VALUES (1, 0);
            """;

    private final Connection connection;
    private final PreparedStatement readTile;
    private final PreparedStatement writeTile;
    private final PreparedStatement writeChain;
    private final PreparedStatement writeBalance;
    private final PreparedStatement writeSize;

    ProofFile(Path file) throws SQLException {
        connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        try (Statement statement = connection.createStatement()) {
            statement.execute("PRAGMA journal_mode = WAL");
            statement.execute("PRAGMA synchronous = FULL");
            statement.executeUpdate(SCHEMA);
        }
        connection.setAutoCommit(false);
        readTile =
                connection.prepareStatement(
                        "SELECT hashes FROM tiles WHERE level = ? AND number = ?");
        writeTile = connection.prepareStatement("INSERT OR REPLACE INTO tiles VALUES (?, ?, ?)");
        writeChain = connection.prepareStatement("INSERT OR REPLACE INTO chains VALUES (?, ?, ?)");
        writeBalance = connection.prepareStatement("INSERT OR REPLACE INTO balances VALUES (?, ?)");
        writeSize = connection.prepareStatement("UPDATE log SET size = ?");
    }

    long size() throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT size FROM log")) {
            return row.getLong(1);
        }
    }

    Map<String, Chains.Tip> tips() throws SQLException {
        var tips = new HashMap<String, Chains.Tip>();
        try (Statement statement = connection.createStatement();
                ResultSet rows =
                        statement.executeQuery("SELECT holder, number, last FROM chains")) {
            while (rows.next()) {
                tips.put(
                        rows.getString(1),
                        new Chains.Tip(rows.getLong(2), Hash.copyOf(rows.getBytes(3), 0)));
            }
        }
        return tips;
    }

    Map<AccountId, Money> balances() throws SQLException {
        var balances = new HashMap<AccountId, Money>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT account, balance FROM balances")) {
            while (rows.next()) {
                balances.put(new AccountId(rows.getString(1)), Money.ofMillionths(rows.getLong(2)));
            }
        }
        return balances;
    }

    void writeChain(String holder, Chains.Tip tip) throws SQLException {
        writeChain.setString(1, holder);
        writeChain.setLong(2, tip.number());
        writeChain.setBytes(3, tip.last().bytes());
        writeChain.executeUpdate();
    }

    void writeBalance(AccountId account, Money balance) throws SQLException {
        writeBalance.setString(1, account.path());
        writeBalance.setLong(2, balance.millionths());
        writeBalance.executeUpdate();
    }

    void commit(long size) throws SQLException {
        writeSize.setLong(1, size);
        writeSize.executeUpdate();
        connection.commit();
    }

    @Override
    public byte[] read(TileId tile) {
        try {
            readTile.setInt(1, tile.level());
            readTile.setLong(2, tile.index());
            try (ResultSet row = readTile.executeQuery()) {
                return row.next() ? row.getBytes(1) : new byte[0];
            }
        } catch (SQLException e) {
            throw new LedgerException("a tile of the proof log cannot be read", e);
        }
    }

    @Override
    public void write(TileId tile, byte[] hashes) {
        try {
            writeTile.setInt(1, tile.level());
            writeTile.setLong(2, tile.index());
            writeTile.setBytes(3, hashes);
            writeTile.executeUpdate();
        } catch (SQLException e) {
            throw new LedgerException("a tile of the proof log cannot be written", e);
        }
    }

    @Override
    public void close() throws SQLException {
        connection.rollback();
        connection.close();
    }
}
