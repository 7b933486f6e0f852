package org.idlefleet.ledger.adapter.payout;

import org.idlefleet.ledger.Check;
import org.idlefleet.ledger.Money;
import org.idlefleet.ledger.Payout;
import org.idlefleet.ledger.Transaction;
import org.idlefleet.ledger.adapter.LedgerException;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * All payout runs, in a SQLite file of their own, and the one way an order goes: proposed, approved
 * by another person, booked, submitted, arrived or failed.
 *
 * <p>{@link #advance} may be cut off anywhere and called again: each step is booked or submitted
 * under the order's key before it is noted here. One thread.
 */
public final class PayoutRuns implements AutoCloseable {
    private static final String SCHEMA =
            """
            CREATE TABLE IF NOT EXISTS runs (name TEXT PRIMARY KEY, proposer TEXT NOT NULL, approver TEXT,
              CHECK (approver <> proposer)) STRICT;
            CREATE TABLE IF NOT EXISTS orders (run TEXT NOT NULL REFERENCES runs, owner TEXT NOT NULL,
              credits INTEGER NOT NULL CHECK (credits > 0), name TEXT NOT NULL, account TEXT NOT NULL,
              cents INTEGER NOT NULL CHECK (cents > 0), currency TEXT NOT NULL, stage TEXT NOT NULL,
              reason TEXT NOT NULL, PRIMARY KEY (run, owner)) STRICT;
            """;

    private final Connection connection;
    private final Bookings bookings;

    private PayoutRuns(Connection connection, Bookings bookings) {
        this.connection = connection;
        this.bookings = bookings;
    }

    public static PayoutRuns open(Path file, Bookings bookings) {
        try {
            Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
            try (Statement statement = connection.createStatement()) {
                statement.execute("PRAGMA journal_mode = WAL");
                statement.execute("PRAGMA synchronous = FULL");
                statement.executeUpdate(SCHEMA);
            }
            connection.setAutoCommit(false);
            return new PayoutRuns(connection, bookings);
        } catch (SQLException e) {
            throw new LedgerException("the payout runs " + file + " cannot be opened", e);
        }
    }

    /**
     * Writes a run down for a second person to look at. The same run again, unchanged, does
     * nothing.
     */
    public PayoutRun propose(String run, String proposer, List<PayoutOrder> orders) {
        return write(() -> {
            Optional<PayoutRun> known = read(run);
            if (known.isPresent()) {
                List<PayoutOrder> proposed =
                        known.get().items().stream().map(PayoutRun.Item::order).toList();
                if (!proposed.equals(orders)) {
                    throw new LedgerException(
                            "payout run " + run + " exists with other orders: choose another name");
                }
                return known.get();
            }
            execute("INSERT INTO runs VALUES (?, ?, NULL)", run, proposer);
            for (PayoutOrder order : orders) {
                execute(
                        "INSERT INTO orders VALUES (?, ?, ?, ?, ?, ?, ?, 'PROPOSED', '')",
                        run,
                        order.payee().owner(),
                        order.payout().credits().millionths(),
                        order.payee().name(),
                        order.payee().account(),
                        order.cents(),
                        order.currency());
            }
            return read(run).orElseThrow();
        });
    }

    /** Releases a run. Whoever proposed it cannot. */
    public PayoutRun approve(String run, String approver) {
        return write(() -> {
            PayoutRun known = known(run);
            if (known.proposer().equals(approver)) {
                throw new LedgerException(
                        "payout run "
                                + run
                                + " was proposed by "
                                + approver
                                + ": another person must approve it");
            }
            if (known.approver().isEmpty()) {
                execute("UPDATE runs SET approver = ? WHERE name = ?", approver, run);
                execute(
                        "UPDATE orders SET stage = 'APPROVED' WHERE run = ? AND stage = 'PROPOSED'",
                        run);
            }
            return known(run);
        });
    }

    /** Takes every order of an approved run as far as it goes now. */
    public PayoutRun advance(String run, PayoutProvider provider) throws IOException {
        if (known(run).approver().isEmpty()) {
            throw new LedgerException(
                    "payout run " + run + " is not approved: a second person must approve it");
        }
        for (PayoutOrder order : known(run).at(PayoutRun.Stage.APPROVED)) {
            book(order, order.payout().ordered(), PayoutRun.Stage.ORDERED, "");
        }
        List<PayoutOrder> ordered = known(run).at(PayoutRun.Stage.ORDERED);
        if (!ordered.isEmpty()) {
            // All that was ever ordered in this run, so that a file written again after a crash is
            // the same file.
            provider.submit(run, submittable(known(run)));
            ordered.forEach(order -> note(order, PayoutRun.Stage.SUBMITTED, ""));
        }
        List<PayoutOrder> submitted = known(run).at(PayoutRun.Stage.SUBMITTED);
        if (!submitted.isEmpty()) {
            Map<String, PayoutStatus> statuses = provider.statuses(run, submitted);
            submitted.forEach(order ->
                    settle(order, statuses.getOrDefault(order.key(), PayoutStatus.PENDING)));
        }
        return known(run);
    }

    public Optional<PayoutRun> run(String name) {
        return write(() -> read(name));
    }

    /** The names of all runs, oldest first. */
    public List<String> names() {
        return write(() -> {
            var names = new ArrayList<String>();
            try (Statement statement = connection.createStatement();
                    ResultSet rows =
                            statement.executeQuery("SELECT name FROM runs ORDER BY name")) {
                while (rows.next()) {
                    names.add(rows.getString(1));
                }
            }
            return List.copyOf(names);
        });
    }

    @Override
    public void close() {
        try {
            connection.rollback();
            connection.close();
        } catch (SQLException e) {
            throw new LedgerException("the payout runs cannot be closed", e);
        }
    }

    private static List<PayoutOrder> submittable(PayoutRun run) {
        return run.items().stream()
                .filter(item -> item.stage() != PayoutRun.Stage.REFUSED)
                .map(PayoutRun.Item::order)
                .toList();
    }

    private void settle(PayoutOrder order, PayoutStatus status) {
        switch (status) {
            case PayoutStatus.Pending _ -> {}
            case PayoutStatus.Arrived _ ->
                    book(order, order.payout().arrived(), PayoutRun.Stage.ARRIVED, "");
            case PayoutStatus.Failed failed ->
                    book(order, order.payout().cameBack(), PayoutRun.Stage.FAILED, failed.reason());
        }
    }

    private void book(
            PayoutOrder order, Transaction transaction, PayoutRun.Stage next, String reason) {
        switch (bookings.book(transaction)) {
            case Check.Bookable _, Check.Known _ -> note(order, next, reason);
            case Check.Refusal refusal -> {
                if (next != PayoutRun.Stage.ORDERED) {
                    throw new LedgerException(
                            "payout "
                                    + order.key()
                                    + " contradicts the ledger: "
                                    + refusal.reason());
                }
                note(order, PayoutRun.Stage.REFUSED, refusal.reason());
            }
        }
    }

    private void note(PayoutOrder order, PayoutRun.Stage stage, String reason) {
        write(() ->
                execute(
                        "UPDATE orders SET stage = ?, reason = ? WHERE run = ? AND owner = ?",
                        stage.name(),
                        reason,
                        order.payout().run(),
                        order.payout().owner()));
    }

    private PayoutRun known(String run) {
        return run(run).orElseThrow(() -> new LedgerException("there is no payout run " + run));
    }

    private Optional<PayoutRun> read(String name) throws SQLException {
        var items = new ArrayList<PayoutRun.Item>();
        try (PreparedStatement select =
                connection.prepareStatement("SELECT * FROM orders WHERE run = ? ORDER BY rowid")) {
            select.setString(1, name);
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    items.add(item(row));
                }
            }
        }
        try (PreparedStatement select =
                connection.prepareStatement("SELECT proposer, approver FROM runs WHERE name = ?")) {
            select.setString(1, name);
            try (ResultSet row = select.executeQuery()) {
                return row.next()
                        ? Optional.of(
                                new PayoutRun(
                                        name,
                                        row.getString(1),
                                        Optional.ofNullable(row.getString(2)),
                                        items))
                        : Optional.empty();
            }
        }
    }

    private static PayoutRun.Item item(ResultSet row) throws SQLException {
        var payee =
                new Payee(row.getString("owner"), row.getString("name"), row.getString("account"));
        var payout =
                new Payout(
                        row.getString("run"),
                        payee.owner(),
                        Money.ofMillionths(row.getLong("credits")));
        var order = new PayoutOrder(payout, payee, row.getLong("cents"), row.getString("currency"));
        return new PayoutRun.Item(
                order, PayoutRun.Stage.valueOf(row.getString("stage")), row.getString("reason"));
    }

    private int execute(String sql, Object... values) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) {
                statement.setObject(i + 1, values[i]);
            }
            return statement.executeUpdate();
        }
    }

    /** Something done to the file, as one SQLite transaction. */
    private interface Work<T> {
        T run() throws SQLException;
    }

    private <T> T write(Work<T> work) {
        try {
            T result = work.run();
            connection.commit();
            return result;
        } catch (SQLException e) {
            throw new LedgerException("the payout runs cannot be written", e);
        } finally {
            rollback();
        }
    }

    private void rollback() {
        try {
            connection.rollback();
        } catch (SQLException e) {
            throw new LedgerException("the payout runs cannot be written", e);
        }
    }
}
