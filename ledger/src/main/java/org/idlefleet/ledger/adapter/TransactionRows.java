package org.idlefleet.ledger.adapter;

import org.idlefleet.ledger.AccountId;
import org.idlefleet.ledger.Booking;
import org.idlefleet.ledger.Money;
import org.idlefleet.ledger.Posting;
import org.idlefleet.ledger.Transaction;
import org.idlefleet.ledger.TransactionId;
import org.idlefleet.ledger.TransactionKind;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.IntFunction;

/**
 * The table of transactions: rows in, rows out. One row holds up to twelve pairs of account and
 * amount.
 */
final class TransactionRows {
    private static final int FIRST_PAIR = 9;

    /**
     * Rows bound before they are written. The driver wipes the room of the largest batch that a
     * statement ever had after each one, however small: where rows of different widths come in
     * turn, that would cost more than writing them.
     */
    private static final int BATCH_MAX = 64;

    private final PreparedStatement[] inserts = new PreparedStatement[Transaction.POSTINGS_MAX + 1];
    private final Accounts accounts;

    TransactionRows(Connection connection, Accounts accounts) throws SQLException {
        this.accounts = accounts;
        for (int pairs = 2; pairs <= Transaction.POSTINGS_MAX; pairs++) {
            inserts[pairs] = connection.prepareStatement(insert(pairs));
        }
    }

    /**
     * Writes rows in their order. One statement a number of postings, so nothing is bound that is
     * not there.
     */
    void write(List<BookedRow> rows) throws SQLException {
        int pairs = 0;
        int bound = 0;
        for (BookedRow row : rows) {
            int needed = row.transaction().postings().size();
            if (bound == BATCH_MAX || needed != pairs && pairs != 0) {
                inserts[pairs].executeBatch();
                bound = 0;
            }
            pairs = needed;
            bind(inserts[pairs], row);
            inserts[pairs].addBatch();
            bound++;
        }
        if (pairs != 0) {
            inserts[pairs].executeBatch();
        }
    }

    /** Gives every row with {@code first <= sequence <= last} to the reader, in order. */
    static void read(
            Connection connection,
            Accounts accounts,
            long first,
            long last,
            Consumer<BookedRow> reader)
            throws SQLException {
        try (PreparedStatement select =
                connection.prepareStatement(
                        "SELECT * FROM transactions WHERE sequence BETWEEN ? AND ? ORDER BY"
                                + " sequence")) {
            select.setLong(1, first);
            select.setLong(2, last);
            give(select, accounts, reader);
        }
    }

    /**
     * The same for all rows whose subject is a job with an open hold: nothing is made of the
     * others, which may be very many.
     */
    static void readOfOpenHolds(
            Connection connection, Accounts accounts, Consumer<BookedRow> reader)
            throws SQLException {
        try (PreparedStatement select =
                connection.prepareStatement(
                        "SELECT * FROM transactions WHERE sequence >= (SELECT min(opened) FROM"
                            + " holds WHERE ended IS NULL) AND subject IN (SELECT job FROM holds"
                            + " WHERE ended IS NULL) ORDER BY sequence")) {
            give(select, accounts, reader);
        }
    }

    private static void give(
            PreparedStatement select, Accounts accounts, Consumer<BookedRow> reader)
            throws SQLException {
        try (ResultSet rows = select.executeQuery()) {
            while (rows.next()) {
                reader.accept(row(rows, accounts::path));
            }
        }
    }

    private void bind(PreparedStatement insert, BookedRow row) throws SQLException {
        Transaction transaction = row.transaction();
        TransactionId id = transaction.id();
        long bookedAt = row.booking().bookedAt().toEpochMilli();
        long effectiveAt = row.booking().effectiveAt().toEpochMilli();
        insert.setLong(1, row.sequence());
        insert.setLong(2, row.position());
        insert.setLong(3, bookedAt);
        insert.setObject(4, effectiveAt == bookedAt ? null : (Long) effectiveAt);
        insert.setInt(5, id.kind().code());
        insert.setString(6, id.subject());
        insert.setString(7, id.detail());
        insert.setInt(8, transaction.policy());
        int column = FIRST_PAIR;
        for (Posting posting : transaction.postings()) {
            insert.setInt(column++, accounts.number(posting.account()));
            insert.setLong(column++, posting.amount().millionths());
        }
    }

    static BookedRow row(ResultSet rows, IntFunction<AccountId> accounts) throws SQLException {
        long sequence = rows.getLong(1);
        try {
            Instant bookedAt = Instant.ofEpochMilli(rows.getLong(3));
            long effective = rows.getLong(4);
            Instant effectiveAt =
                    effective == 0 && rows.wasNull() ? bookedAt : Instant.ofEpochMilli(effective);
            var id =
                    new TransactionId(
                            TransactionKind.ofCode(rows.getInt(5)),
                            rows.getString(6),
                            rows.getString(7));
            var transaction = new Transaction(id, rows.getInt(8), postings(rows, accounts));
            return new BookedRow(
                    sequence, rows.getLong(2), new Booking(transaction, bookedAt, effectiveAt));
        } catch (IllegalArgumentException e) {
            throw new LedgerException("transaction row " + sequence + " is damaged", e);
        }
    }

    private static List<Posting> postings(ResultSet rows, IntFunction<AccountId> accounts)
            throws SQLException {
        var postings = new ArrayList<Posting>(4);
        for (int pair = 0; pair < Transaction.POSTINGS_MAX; pair++) {
            int account = rows.getInt(FIRST_PAIR + 2 * pair);
            if (account == 0) {
                break;
            }
            Money amount = Money.ofMillionths(rows.getLong(FIRST_PAIR + 2 * pair + 1));
            postings.add(new Posting(accounts.apply(account), amount));
        }
        return postings;
    }

    private String insert(int pairs) {
        var columns =
                new StringBuilder(
                        "sequence,position,booked_at,effective_at,kind,subject,detail,policy");
        for (int pair = 1; pair <= pairs; pair++) {
            columns.append(",account").append(pair).append(",amount").append(pair);
        }
        return "INSERT INTO transactions("
                + columns
                + ") VALUES (?"
                + ",?".repeat(FIRST_PAIR - 2 + 2 * pairs)
                + ")";
    }
}
