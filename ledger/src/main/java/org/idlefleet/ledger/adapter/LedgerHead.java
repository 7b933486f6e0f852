package org.idlefleet.ledger.adapter;

import org.idlefleet.ledger.AccountId;
import org.idlefleet.ledger.Book;
import org.idlefleet.ledger.BookState;
import org.idlefleet.ledger.Posting;
import org.idlefleet.ledger.Transaction;
import org.idlefleet.ledger.TransactionId;
import org.idlefleet.ledger.TransactionKind;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/**
 * Where a ledger file stands: its place in the event log, and the book at its last transaction.
 *
 * @param book all balances, and the open holds with what was drawn on them; singles stay in the
 *     file
 */
record LedgerHead(long position, long projected, long head, BookState book) {
    static LedgerHead load(Connection connection, Accounts accounts) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            long position;
            long projected;
            try (ResultSet row = statement.executeQuery("SELECT position, projected FROM ledger")) {
                position = row.getLong(1);
                projected = row.getLong(2);
            }
            long head =
                    LedgerQueries.number(
                            connection, "SELECT ifnull(max(sequence), 0) FROM transactions");
            var lines = new ArrayList<Posting>();
            LedgerQueries.balances(connection)
                    .forEach((account, balance) -> {
                        if (!balance.isZero()) {
                            lines.add(new Posting(account, balance));
                        }
                    });
            List<BookState.HoldState> open = openHolds(connection, accounts);
            return new LedgerHead(position, projected, head, new BookState(lines, open, List.of()));
        }
    }

    /**
     * Books again what happened to jobs that are still open, in a book of its own, and takes their
     * holds from it.
     */
    private static List<BookState.HoldState> openHolds(Connection connection, Accounts accounts)
            throws SQLException {
        long open =
                LedgerQueries.number(connection, "SELECT count(*) FROM holds WHERE ended IS NULL");
        var replay = new Book();
        TransactionRows.readOfOpenHolds(
                connection,
                accounts,
                row -> {
                    Transaction transaction = row.transaction();
                    if (transaction.kind().ofHold()) {
                        if (transaction.kind() == TransactionKind.HOLD) {
                            fundExactly(replay, transaction);
                        }
                        replay.apply(transaction);
                    }
                });
        if (replay.openHolds() != open) {
            throw new LedgerException(
                    "expected "
                            + open
                            + " open holds, found the transactions of "
                            + replay.openHolds());
        }
        return replay.state().holds();
    }

    private static void fundExactly(Book replay, Transaction hold) {
        for (Posting posting : hold.postings()) {
            if (posting.amount().isNegative() && !posting.account().equals(AccountId.ISSUED)) {
                replay.apply(
                        new Transaction(
                                TransactionId.fund("replay", hold.id().subject()),
                                List.of(
                                        new Posting(AccountId.ISSUED, posting.amount()),
                                        new Posting(
                                                posting.account(), posting.amount().negate()))));
            }
        }
    }
}
