package org.idlefleet.ledger.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.idlefleet.ledger.AccountId;
import org.idlefleet.ledger.Booking;
import org.idlefleet.ledger.Checks;
import org.idlefleet.ledger.Money;
import org.idlefleet.ledger.Posting;
import org.idlefleet.ledger.Transaction;
import org.idlefleet.ledger.TransactionId;
import org.idlefleet.ledger.TransactionKind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.LongStream;

class LedgerDatabaseTest {
    private static final Instant NOON = Instant.parse("2026-11-22T12:00:00Z");

    @TempDir Path directory;

    static LongStream seeds() {
        return LongStream.range(0, 30);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void foldsTheSameLedgerHoweverOftenItRestartsAndIsToldAgain(long seed) {
        var story = new LedgerStory(seed);
        List<LedgerBatch> log = story.next(300);
        var random = new Random(seed);
        int next = 0;
        LedgerDatabase ledger = LedgerDatabase.open(file());
        while (next < log.size()) {
            int again = Math.max(0, next - random.nextInt(10));
            int upTo = Math.min(log.size(), next + 1 + random.nextInt(40));
            ledger.append(log.subList(again, upTo));
            next = upTo;
            if (random.nextInt(4) == 0) {
                ledger.close();
                ledger = LedgerDatabase.open(file());
            }
            assertThat(ledger.position()).isEqualTo(log.get(next - 1).position());
        }
        ledger.close();

        assertThat(ledger.transactions())
                .isEqualTo(log.stream().mapToInt(batch -> batch.bookings().size()).sum());
        assertThat(log.stream().flatMap(batch -> batch.bookings().stream()))
                .extracting(booking -> booking.transaction().kind())
                .contains(
                        TransactionKind.FUND,
                        TransactionKind.HOLD,
                        TransactionKind.SETTLE,
                        TransactionKind.VOID);
        try (var reader = LedgerReader.open(file())) {
            assertThat(used(reader.balances())).isEqualTo(story.book().balances());
            assertThat(reader.check().faults()).isEmpty();
            assertThat(reader.trialBalance().isBalanced()).isTrue();
        }
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void aStatementFromTheLinesOfAnAccountIsTheOneFromAllTransactions(long seed) {
        var random = new Random(seed);
        var log = new LedgerStory(seed).next(400);
        LedgerDatabase ledger = LedgerDatabase.open(file());
        for (int next = 0; next < log.size(); ) {
            int upTo = Math.min(log.size(), next + 1 + random.nextInt(60));
            ledger.append(log.subList(next, upTo));
            next = upTo;
            if (random.nextBoolean()) {
                ledger.close(); // which projects, so that chains of lines grow
                ledger = LedgerDatabase.open(file());
            }
        }
        try (var reader = LedgerReader.open(file())) {
            List<BookedRow> rows = reader.transactions(1, Long.MAX_VALUE);
            for (int i = 0; i < 6; i++) {
                Instant from = rows.get(random.nextInt(rows.size())).bookedAt();
                Instant to = rows.get(random.nextInt(rows.size())).bookedAt().plusMillis(1);
                String owner = LedgerStory.OWNERS.get(random.nextInt(LedgerStory.OWNERS.size()));
                assertThat(reader.ownerStatement(owner, from, to))
                        .isEqualTo(naive(owner, "owner:" + owner + ":", rows, from, to));
                assertThat(reader.account(AccountId.REVENUE, from, to))
                        .isEqualTo(naive("platform:revenue", "platform:revenue", rows, from, to));
            }
            assertThat(reader.check().faults()).isEmpty();
        }
        ledger.close();
    }

    private static Statement naive(
            String name, String path, List<BookedRow> rows, Instant from, Instant to) {
        var opening = new TreeMap<AccountId, Money>();
        rows.forEach(row ->
                row.transaction().postings().stream()
                        .map(Posting::account)
                        .filter(account -> account.path().startsWith(path))
                        .forEach(account -> opening.put(account, Money.ZERO)));
        var closing = new TreeMap<>(opening);
        var lines = new ArrayList<AccountLine>();
        for (BookedRow row : rows) {
            for (Posting posting : row.transaction().postings()) {
                AccountId account = posting.account();
                if (opening.containsKey(account) && row.bookedAt().isBefore(from)) {
                    opening.merge(account, posting.amount(), Money::plus);
                    closing.merge(account, posting.amount(), Money::plus);
                } else if (opening.containsKey(account) && row.bookedAt().isBefore(to)) {
                    lines.add(
                            new AccountLine(
                                    row.sequence(),
                                    row.bookedAt(),
                                    row.booking().effectiveAt(),
                                    row.transaction().id(),
                                    row.transaction().policy(),
                                    account,
                                    posting.amount(),
                                    closing.merge(account, posting.amount(), Money::plus)));
                }
            }
        }
        return new Statement(name, from, to, opening, lines, closing);
    }

    @Test
    void aFileOfTheFirstVersionGetsItsLinesOfAccountsWhenItIsOpened() throws SQLException {
        var story = new LedgerStory(3);
        try (var ledger = LedgerDatabase.open(file())) {
            ledger.append(story.next(200));
        }
        edit(
                "DROP TABLE account_lines",
                "ALTER TABLE accounts DROP COLUMN lines",
                "PRAGMA user_version = 1");
        assertThatThrownBy(() -> LedgerReader.open(file()))
                .hasMessageContaining("start the coordinator once");
        try (var ledger = LedgerDatabase.open(file())) {
            ledger.append(story.next(50));
        }
        try (var reader = LedgerReader.open(file())) {
            assertThat(reader.check().faults()).isEmpty();
            assertThat(used(reader.balances())).isEqualTo(story.book().balances());
            Instant end = Instant.parse("2100-01-01T00:00:00Z");
            List<BookedRow> rows = reader.transactions(1, Long.MAX_VALUE);
            assertThat(reader.ownerStatement("ann", NOON, end))
                    .isEqualTo(naive("ann", "owner:ann:", rows, NOON, end));
        }
    }

    /**
     * So that a start takes no longer when very many jobs have ended; older files have no index.
     */
    @Test
    void aStartLooksForOpenHoldsInAnIndexOfThoseAlone() throws SQLException {
        LedgerDatabase.open(file()).close();
        edit("DROP INDEX open_holds");
        LedgerDatabase.open(file()).close();
        try (Connection plain = DriverManager.getConnection("jdbc:sqlite:" + file());
                var statement = plain.createStatement();
                ResultSet plan =
                        statement.executeQuery(
                                "EXPLAIN QUERY PLAN SELECT job FROM holds WHERE ended IS NULL")) {
            assertThat(plan.getString("detail")).contains("INDEX open_holds");
        }
    }

    /** Whatever became of jobs that have ended: a start makes nothing of it. */
    @Test
    void aStartReadsWhatWasBookedOnOpenHoldsAlone() throws SQLException {
        try (var ledger = LedgerDatabase.open(file())) {
            ledger.append(
                    1,
                    List.of(
                            booking(Transaction.fund("acme", "x", new Money(1_000))),
                            booking(Transaction.hold("j", "acme", new Money(100))),
                            booking(Transaction.hold("ended", "acme", new Money(10))),
                            booking(settle("1", 40)),
                            booking(settle("ended", "1", 10))));
        }
        edit(
                "DROP TRIGGER transactions_are_not_changed",
                "UPDATE transactions SET kind = 99 WHERE subject = 'ended'",
                "UPDATE ledger SET projected = 5");
        assertRefused(settle("2", 61), "contradicts the event log");
        try (var ledger = LedgerDatabase.open(file())) {
            ledger.append(2, List.of(booking(settle("2", 60))));
            assertThat(ledger.transactions()).isEqualTo(6);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "UPDATE account_lines SET opening = opening + 1 WHERE number = 3",
                "UPDATE account_lines SET previous = previous + 1 WHERE number = 9",
                "UPDATE account_lines SET offsets = '[0]' WHERE offsets <> '[0]'",
                "DELETE FROM account_lines WHERE number = (SELECT max(number) FROM account_lines)",
                "UPDATE accounts SET lines = 1 WHERE lines > 1"
            })
    void linesOfAccountsThatDoNotFollowFromTheTransactionsAreFound(String damage)
            throws SQLException {
        try (var ledger = LedgerDatabase.open(file())) {
            ledger.append(new LedgerStory(3).next(200));
        }
        try (Connection plain = DriverManager.getConnection("jdbc:sqlite:" + file());
                var statement = plain.createStatement()) {
            statement.executeUpdate("DROP TRIGGER account_lines_are_not_changed");
            statement.executeUpdate("DROP TRIGGER account_lines_are_not_deleted");
            assertThat(statement.executeUpdate(damage)).isPositive();
        }
        try (var reader = LedgerReader.open(file())) {
            assertThat(reader.check().faults()).anyMatch(fault -> fault.contains("account_lines"));
        }
    }

    @Test
    void aReaderSeesWhatIsBookedWhileTheWriterIsOpen() {
        var story = new LedgerStory(7);
        try (var ledger = LedgerDatabase.open(file());
                var reader = LedgerReader.open(file())) {
            for (int i = 0; i < 20; i++) {
                ledger.append(story.next(20));
                assertThat(used(reader.balances())).isEqualTo(story.book().balances());
            }
        }
    }

    @Test
    void statementsAddUp() {
        var story = new LedgerStory(11);
        List<LedgerBatch> log = story.next(400);
        try (var ledger = LedgerDatabase.open(file())) {
            ledger.append(log);
        }
        List<Booking> all = log.stream().flatMap(batch -> batch.bookings().stream()).toList();
        Instant from = all.get(all.size() / 3).bookedAt();
        Instant to = all.get(all.size() * 2 / 3).bookedAt();
        try (var reader = LedgerReader.open(file())) {
            for (String owner : LedgerStory.OWNERS) {
                Statement statement = reader.ownerStatement(owner, from, to);
                assertThat(statement.openingTotal().plus(statement.movement()))
                        .isEqualTo(statement.closingTotal());
                assertThat(statement.lines())
                        .isNotEmpty()
                        .allMatch(line ->
                                !line.bookedAt().isBefore(from) && line.bookedAt().isBefore(to));
                Money earned =
                        all.stream()
                                .filter(booking ->
                                        !booking.bookedAt().isBefore(from)
                                                && booking.bookedAt().isBefore(to))
                                .map(booking ->
                                        booking.transaction().change(AccountId.escrow(owner)))
                                .reduce(Money.ZERO, Money::plus);
                assertThat(statement.movement()).isEqualTo(earned);
            }
            Statement whole = reader.ownerStatement("ann", Instant.MIN, Instant.MAX);
            assertThat(whole.openingTotal()).isEqualTo(Money.ZERO);
            assertThat(whole.closingTotal())
                    .isEqualTo(story.book().balance(AccountId.escrow("ann")));
        }
    }

    @Test
    void findsEveryTransactionByItsId() {
        List<LedgerBatch> log = new LedgerStory(3).next(100);
        try (var ledger = LedgerDatabase.open(file())) {
            ledger.append(log);
        }
        try (var reader = LedgerReader.open(file())) {
            for (LedgerBatch batch : log) {
                for (Booking booking : batch.bookings()) {
                    assertThat(reader.transaction(booking.transaction().id()))
                            .hasValueSatisfying(row -> {
                                assertThat(row.booking()).isEqualTo(booking);
                                assertThat(row.position()).isEqualTo(batch.position());
                            });
                }
            }
            assertThat(reader.transaction(TransactionId.hold("never"))).isEmpty();
        }
    }

    @Test
    void aJobThatHasEndedIsFinal() {
        try (var ledger = LedgerDatabase.open(file())) {
            ledger.append(
                    1,
                    List.of(
                            booking(Transaction.fund("acme", "1", new Money(1_000))),
                            booking(Transaction.hold("j", "acme", new Money(100))),
                            booking(settle("0", 100))));
        }
        try (var ledger = LedgerDatabase.open(file())) {
            int booked =
                    ledger.append(
                            2,
                            List.of(
                                    booking(Transaction.fund("acme", "1", new Money(1_000))),
                                    booking(Transaction.hold("j", "acme", new Money(100))),
                                    booking(settle("0", 100))));
            assertThat(booked).as("same content").isZero();
            assertThat(ledger.transactions()).isEqualTo(3);
        }
        assertRefused(
                Transaction.hold("j", "acme", new Money(50)),
                "hold/j was booked before with other content");
        assertRefused(settle("0", 99), "settle/j/0 was booked before with other content");
        assertRefused(settle("1", 1), "none is open for job j");
        assertRefused(
                Transaction.fund("acme", "1", new Money(7)),
                "fund/acme/1 was booked before with other content");
        assertRefused(
                Transaction.hold("k", "acme", new Money(901)),
                "needs 0.000901 from client:acme:prepaid");
    }

    @Test
    void aCheckIsPaidOnceThoughItHasNoHold() {
        Transaction funded = Transaction.fundChecks("first", Money.ZERO, new Money(100));
        Transaction paid = Checks.settle("k", "ann", new Money(40));
        try (var ledger = LedgerDatabase.open(file())) {
            ledger.append(1, List.of(booking(funded), booking(paid), booking(paid)));
            assertThat(ledger.transactions()).isEqualTo(2);
        }
        try (var ledger = LedgerDatabase.open(file())) {
            assertThat(ledger.append(2, List.of(booking(paid)))).isZero();
        }
        assertRefused(
                Checks.settle("k", "ann", new Money(41)),
                "settle/k/0 was booked before with other content");
        assertThat(new LedgerService(file()).transaction("settle/k/0"))
                .hasValueSatisfying(row -> assertThat(row.transaction()).isEqualTo(paid));
        assertThat(new LedgerService(file()).check().faults()).isEmpty();
    }

    @Test
    void afterARefusalNothingOfTheBatchIsBookedAndTheDatabaseStops() {
        try (var ledger = LedgerDatabase.open(file())) {
            ledger.append(1, List.of(booking(Transaction.fund("acme", "1", new Money(10)))));
            List<Booking> oneGoodOneBad =
                    List.of(
                            booking(Transaction.fund("acme", "2", new Money(10))),
                            booking(Transaction.fund("acme", "1", new Money(11))));
            assertThatThrownBy(() -> ledger.append(2, oneGoodOneBad))
                    .isInstanceOf(LedgerException.class);
            assertThatThrownBy(() -> ledger.append(3, List.of()))
                    .hasMessageContaining("open it again");
        }
        try (var ledger = LedgerDatabase.open(file())) {
            assertThat(ledger.position()).isEqualTo(1);
            assertThat(ledger.transactions()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "UPDATE transactions SET amount1 = amount1",
                "DELETE FROM transactions",
                "DELETE FROM accounts",
                "UPDATE accounts SET path = 'owner:eve:escrow' WHERE number = 1",
                "DELETE FROM holds",
                "UPDATE holds SET ended = NULL WHERE ended IS NOT NULL",
                "DELETE FROM singles",
                "UPDATE ledger SET position = 0",
                "INSERT INTO"
                    + " transactions(sequence,position,booked_at,kind,subject,detail,policy,account1,amount1,account2,amount2)"
                    + " VALUES (9999999,1,1,3,'x','',0,1,5,2,-4)",
                "INSERT INTO"
                    + " transactions(sequence,position,booked_at,kind,subject,detail,policy,account1,amount1,account2,amount2,account3)"
                    + " VALUES (9999999,1,1,3,'x','',0,1,5,2,-5,3)",
                "INSERT INTO"
                    + " transactions(sequence,position,booked_at,kind,subject,detail,policy,account1,amount1,account2,amount2)"
                    + " VALUES (9999999,1,1,3,'x','',0,1,1.5,2,-1.5)"
            })
    void theFileItselfRefusesToBeEdited(String sql) throws SQLException {
        try (var ledger = LedgerDatabase.open(file())) {
            ledger.append(new LedgerStory(1).next(100));
        }
        try (Connection plain = DriverManager.getConnection("jdbc:sqlite:" + file());
                var statement = plain.createStatement()) {
            assertThatThrownBy(() -> statement.executeUpdate(sql)).isInstanceOf(SQLException.class);
        }
        try (var reader = LedgerReader.open(file())) {
            assertThat(reader.check().faults()).isEmpty();
        }
    }

    @Test
    void checkFindsWhatWasChangedBehindTheTriggersBack() throws SQLException {
        try (var ledger = LedgerDatabase.open(file())) {
            ledger.append(new LedgerStory(1).next(100));
        }
        edit(
                "DROP TRIGGER transactions_are_not_changed",
                "UPDATE transactions SET amount1 = amount1 + 1, amount2 = amount2 - 1 WHERE"
                        + " sequence = 5");
        try (var reader = LedgerReader.open(file())) {
            assertThat(reader.check().faults()).isNotEmpty();
        }
    }

    @Test
    void checkFindsARowThatIsGone() throws SQLException {
        try (var ledger = LedgerDatabase.open(file())) {
            ledger.append(new LedgerStory(1).next(100));
        }
        edit(
                "DROP TRIGGER transactions_are_not_deleted",
                "DELETE FROM transactions WHERE sequence = 5");
        try (var reader = LedgerReader.open(file())) {
            assertThat(reader.check().faults()).contains("expected transaction 5, found 6");
        }
    }

    @Test
    void theViewsShowThePlainReaderWhatOursShows() throws SQLException {
        try (var ledger = LedgerDatabase.open(file())) {
            ledger.append(new LedgerStory(5).next(200));
        }
        try (Connection plain = DriverManager.getConnection("jdbc:sqlite:" + file());
                var statement = plain.createStatement();
                var reader = LedgerReader.open(file())) {
            var sums = new TreeMap<AccountId, Money>();
            try (ResultSet rows =
                    statement.executeQuery(
                            "SELECT account, sum(millionths) FROM statement GROUP BY account")) {
                while (rows.next()) {
                    sums.put(new AccountId(rows.getString(1)), new Money(rows.getLong(2)));
                }
            }
            assertThat(used(sums)).isEqualTo(used(reader.balances()));
            try (ResultSet row =
                    statement.executeQuery("SELECT id FROM statement WHERE sequence = 1")) {
                assertThat(row.getString(1))
                        .isEqualTo(
                                reader.transactions(1, 1).getFirst().transaction().id().toString());
            }
        }
    }

    @Test
    void aTransactionTakesFewerThanTwoHundredBytes() throws Exception {
        Path file = directory.resolve("ledger.db");
        long transactions;
        try (var ledger = LedgerDatabase.open(file)) {
            ledger.append(new LedgerStory(5).next(20_000));
            transactions = ledger.transactions();
        }

        assertThat(transactions).isGreaterThan(20_000);
        assertThat(Files.size(file) / transactions).isLessThan(200);
    }

    @Test
    void refusesAFileThatIsNotALedger() throws Exception {
        edit("CREATE TABLE something (x)");
        assertThatThrownBy(() -> LedgerDatabase.open(file()))
                .hasMessageContaining("is not a ledger");
        assertThatThrownBy(() -> LedgerReader.open(file())).hasMessageContaining("is not a ledger");

        Path text =
                Files.writeString(
                        directory.resolve("text"), "no database at all, but long enough to be one");
        assertThatThrownBy(() -> LedgerDatabase.open(text)).isInstanceOf(LedgerException.class);
        assertThatThrownBy(() -> LedgerReader.open(directory.resolve("none")))
                .hasMessageContaining("no ledger at");
    }

    private void assertRefused(Transaction transaction, String message) {
        try (var ledger = LedgerDatabase.open(file())) {
            List<Booking> bookings = new ArrayList<>(List.of(booking(transaction)));
            assertThatThrownBy(() -> ledger.append(9, bookings)).hasMessageContaining(message);
        }
    }

    private static SortedMap<AccountId, Money> used(SortedMap<AccountId, Money> balances) {
        var used = new TreeMap<>(balances);
        used.values().removeIf(Money::isZero);
        return used;
    }

    private static Booking booking(Transaction transaction) {
        return new Booking(transaction, NOON);
    }

    private static Transaction settle(String shard, long price) {
        return settle("j", shard, price);
    }

    private static Transaction settle(String job, String shard, long price) {
        return LedgerStory.POLICY.settlement(job, shard, "acme", new Money(price), List.of("ann"));
    }

    /** As somebody could who has the file. */
    private void edit(String... statements) throws SQLException {
        try (Connection plain = DriverManager.getConnection("jdbc:sqlite:" + file());
                var statement = plain.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    private Path file() {
        return directory.resolve("ledger.db");
    }
}
