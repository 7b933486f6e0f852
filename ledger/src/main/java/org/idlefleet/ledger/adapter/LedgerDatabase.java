package org.idlefleet.ledger.adapter;

import org.idlefleet.ledger.Book;
import org.idlefleet.ledger.Booking;
import org.idlefleet.ledger.Check;
import org.idlefleet.ledger.Posting;
import org.idlefleet.ledger.Transaction;
import org.idlefleet.ledger.TransactionId;
import org.idlefleet.ledger.TransactionKind;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The writer of the durable ledger: folds the transactions of the event log into one SQLite file.
 *
 * <p>What a call to {@link #append} books becomes durable together with the log's position, in one
 * SQLite transaction; so after a crash the fold goes on from {@link #position}, and what is told
 * twice is booked once. Every transaction passes a book of its own first: the file never holds an
 * overdrawn account, a job paid twice, or an id used for two things.
 *
 * <p>One thread, one process. After any exception the database refuses to go on: close it, open it
 * again, and fold from its position.
 */
public final class LedgerDatabase implements AutoCloseable {
    /** After so many transactions the balances in the table of accounts are brought up to date. */
    static final int PROJECT_EVERY = 16_384;

    private final Path file;
    private final Connection connection;
    private final Accounts accounts;
    private final TransactionRows rows;
    private final PreparedStatement insertAccount;
    private final PreparedStatement upsertHold;
    private final PreparedStatement selectHold;
    private final PreparedStatement insertSingle;
    private final PreparedStatement selectSingle;
    private final AccountLines lines;
    private final PreparedStatement updateLedger;

    private final Book book;
    private final Projection projection;
    private long position;
    private long head;
    private boolean broken;
    private boolean closed;

    /** What the present call to append has decided and not yet written. */
    private final List<BookedRow> pending = new ArrayList<>();

    private final Map<String, HoldRow> pendingHolds = new TreeMap<>();
    private final Map<String, Long> pendingSingles = new TreeMap<>();

    /** A job's line in the table of holds; {@code ended} is 0 as long as it is open. */
    private record HoldRow(long opened, long ended) {}

    private LedgerDatabase(Path file, Connection connection) throws SQLException {
        this.file = file;
        this.connection = connection;
        accounts = Accounts.load(connection);
        rows = new TransactionRows(connection, accounts);
        insertAccount = connection.prepareStatement("INSERT INTO accounts VALUES (?, ?, 0, 0)");
        upsertHold =
                connection.prepareStatement(
                        "INSERT INTO holds VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET ended ="
                                + " excluded.ended");
        selectHold = connection.prepareStatement("SELECT opened, ended FROM holds WHERE job = ?");
        insertSingle = connection.prepareStatement("INSERT INTO singles VALUES (?, ?)");
        selectSingle = connection.prepareStatement("SELECT sequence FROM singles WHERE id = ?");
        lines = new AccountLines(connection);
        updateLedger = connection.prepareStatement("UPDATE ledger SET position = ?, projected = ?");
        var loaded = LedgerHead.load(connection, accounts);
        position = loaded.position();
        head = loaded.head();
        book = new Book(loaded.book());
        projection = new Projection(loaded.projected());
        TransactionRows.read(
                connection,
                accounts,
                loaded.projected() + 1,
                head,
                row -> touch(row.transaction(), row.sequence()));
        connection.commit();
    }

    /**
     * Creates the file if there is none, and brings one of an older version up to date, so that it
     * can be read before it is opened; reads nothing of what is in it.
     */
    public static void prepare(Path file) {
        try {
            LedgerFile.openForWriting(file).close();
        } catch (SQLException e) {
            throw new LedgerException("the ledger " + file + " cannot be opened", e);
        }
    }

    /** Opens the ledger, or creates one. */
    public static LedgerDatabase open(Path file) {
        try {
            Connection connection = LedgerFile.openForWriting(file);
            try {
                return new LedgerDatabase(file, connection);
            } catch (SQLException | RuntimeException e) {
                connection.close();
                throw e;
            }
        } catch (SQLException | IllegalArgumentException | IllegalStateException e) {
            throw new LedgerException("the ledger " + file + " cannot be opened", e);
        }
    }

    /** The last position of the event log that is folded in; 0 in a new ledger. */
    public long position() {
        return position;
    }

    /** How many transactions the ledger holds; also the sequence of the last one. */
    public long transactions() {
        return head;
    }

    /** What {@link #append} of one batch does. */
    public int append(long logPosition, List<Booking> bookings) {
        return append(List.of(new LedgerBatch(logPosition, bookings)));
    }

    /**
     * Books batches in one durable step.
     *
     * <p>A batch at a position that is already folded in is passed over. A transaction that was
     * booked before with the same content is passed over too.
     *
     * @return how many transactions were booked
     * @throws LedgerException if a transaction contradicts the ledger (its id was used for
     *     something else, money is missing), or the file cannot be written
     */
    public int append(List<LedgerBatch> batches) {
        if (broken) {
            throw new LedgerException(
                    "the ledger "
                            + file
                            + " failed before: open it again and fold from its position");
        }
        broken = true;
        try {
            long reached = decide(batches);
            int booked = pending.size();
            if (reached > position) {
                write(reached);
            }
            broken = false;
            return booked;
        } catch (SQLException e) {
            throw new LedgerException(
                    "the ledger "
                            + file
                            + " cannot be written; see to the disk (is it full?) and start again,"
                            + " nothing acknowledged is lost",
                    e);
        }
    }

    /**
     * Brings the table of accounts up to date, then closes. Not needed for safety: a crash loses
     * nothing either.
     */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        try (connection) {
            if (broken) {
                connection.rollback();
            } else {
                project();
                connection.commit();
            }
        } catch (SQLException e) {
            throw new LedgerException("the ledger " + file + " cannot be closed", e);
        }
    }

    private long decide(List<LedgerBatch> batches) throws SQLException {
        pending.clear();
        pendingHolds.clear();
        pendingSingles.clear();
        long reached = position;
        for (LedgerBatch batch : batches) {
            if (batch.position() > reached) {
                reached = batch.position();
                for (Booking booking : batch.bookings()) {
                    decide(reached, booking);
                }
            }
        }
        return reached;
    }

    private void decide(long reached, Booking booking) throws SQLException {
        Transaction transaction = booking.transaction();
        Optional<Transaction> earlier = forgotten(transaction);
        if (earlier.isPresent()) {
            if (!earlier.get().equals(transaction)) {
                throw refused(new Check.Conflict(transaction.id()));
            }
            return;
        }
        switch (book.offer(transaction)) {
            case Check.Known _ -> {}
            case Check.Refusal refusal -> throw refused(refusal);
            case Check.Bookable _ -> {
                pending.add(new BookedRow(head + pending.size() + 1, reached, dated(booking)));
                touch(transaction, head + pending.size());
                note(transaction, head + pending.size());
            }
        }
    }

    /** What undoes an earlier transaction counts since that one counted. */
    private Booking dated(Booking booking) throws SQLException {
        TransactionId id = booking.transaction().id();
        Optional<TransactionId> undone = id.undone();
        if (undone.isEmpty()) {
            return booking;
        }
        return known(undone.get())
                .map(row ->
                        new Booking(
                                booking.transaction(),
                                booking.bookedAt(),
                                row.booking().effectiveAt()))
                .filter(dated -> dated.effectiveAt().isBefore(booking.effectiveAt()))
                .orElse(booking);
    }

    private Optional<BookedRow> known(TransactionId id) throws SQLException {
        if (!id.kind().ofHold()) {
            return single(id);
        }
        Optional<HoldRow> hold = holdRow(id.subject());
        return hold.isPresent()
                ? find(
                        id,
                        hold.get().opened(),
                        hold.get().ended() == 0 ? Long.MAX_VALUE : hold.get().ended())
                : single(id);
    }

    private Optional<BookedRow> single(TransactionId id) throws SQLException {
        return singleRow(id).flatMap(sequence -> find(id, sequence, sequence));
    }

    private LedgerException refused(Check.Refusal refusal) {
        return new LedgerException(
                "the ledger " + file + " contradicts the event log: " + refusal.reason());
    }

    /** Remembers what makes the id unique for ever. */
    private void note(Transaction transaction, long sequence) throws SQLException {
        TransactionId id = transaction.id();
        String job = id.subject();
        if (transaction.isSingle()) {
            pendingSingles.put(id.toString(), sequence);
        } else if (id.kind() == TransactionKind.HOLD) {
            pendingHolds.put(job, new HoldRow(sequence, 0));
        } else if (!book.holds(job)) {
            HoldRow open = holdRow(job).orElseThrow();
            pendingHolds.put(job, new HoldRow(open.opened(), sequence));
        }
    }

    /**
     * What was booked under this id, if the book in memory no longer knows: its hold has ended, or
     * it is a single.
     */
    private Optional<Transaction> forgotten(Transaction transaction) throws SQLException {
        TransactionId id = transaction.id();
        if (id.kind().ofHold() && book.holds(id.subject())) {
            return Optional.empty();
        }
        return (transaction.isSingle() ? single(id) : known(id)).map(BookedRow::transaction);
    }

    private Optional<BookedRow> find(TransactionId id, long first, long last) {
        var found = new ArrayList<BookedRow>(1);
        try {
            TransactionRows.read(
                    connection,
                    accounts,
                    first,
                    Math.min(last, head),
                    row -> collect(row, id, found));
        } catch (SQLException e) {
            throw new LedgerException("the ledger " + file + " cannot be read", e);
        }
        for (BookedRow row : pending) {
            collect(row, id, found);
        }
        return found.stream().findFirst();
    }

    private static void collect(BookedRow row, TransactionId id, List<BookedRow> found) {
        if (row.transaction().id().equals(id)) {
            found.add(row);
        }
    }

    private Optional<HoldRow> holdRow(String job) throws SQLException {
        HoldRow unwritten = pendingHolds.get(job);
        if (unwritten != null) {
            return Optional.of(unwritten);
        }
        selectHold.setString(1, job);
        try (ResultSet row = selectHold.executeQuery()) {
            return row.next()
                    ? Optional.of(new HoldRow(row.getLong(1), row.getLong(2)))
                    : Optional.empty();
        }
    }

    private Optional<Long> singleRow(TransactionId id) throws SQLException {
        Long unwritten = pendingSingles.get(id.toString());
        if (unwritten != null) {
            return Optional.of(unwritten);
        }
        selectSingle.setString(1, id.toString());
        try (ResultSet row = selectSingle.executeQuery()) {
            return row.next() ? Optional.of(row.getLong(1)) : Optional.empty();
        }
    }

    private void write(long reached) throws SQLException {
        rows.write(pending);
        accounts.writeNew(insertAccount);
        writeHolds();
        writeSingles();
        head += pending.size();
        position = reached;
        if (head - projection.upTo() >= PROJECT_EVERY) {
            project();
        } else {
            writePosition();
        }
        connection.commit();
    }

    private void writeHolds() throws SQLException {
        for (Map.Entry<String, HoldRow> hold : pendingHolds.entrySet()) {
            upsertHold.setString(1, hold.getKey());
            upsertHold.setLong(2, hold.getValue().opened());
            upsertHold.setObject(
                    3, hold.getValue().ended() == 0 ? null : (Long) hold.getValue().ended());
            upsertHold.addBatch();
        }
        if (!pendingHolds.isEmpty()) {
            upsertHold.executeBatch();
        }
    }

    private void writeSingles() throws SQLException {
        for (Map.Entry<String, Long> single : pendingSingles.entrySet()) {
            insertSingle.setString(1, single.getKey());
            insertSingle.setLong(2, single.getValue());
            insertSingle.addBatch();
        }
        if (!pendingSingles.isEmpty()) {
            insertSingle.executeBatch();
        }
    }

    private void touch(Transaction transaction, long sequence) {
        for (Posting posting : transaction.postings()) {
            projection.touch(accounts.number(posting.account()), sequence);
        }
    }

    private void project() throws SQLException {
        lines.write(
                projection.lines(
                        head, lines::balance, number -> book.balance(accounts.path(number))));
        projection.reach(head);
        writePosition();
    }

    private void writePosition() throws SQLException {
        updateLedger.setLong(1, position);
        updateLedger.setLong(2, projection.upTo());
        updateLedger.executeUpdate();
    }
}
