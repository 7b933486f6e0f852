package org.idlefleet.ledger.adapter;

import static org.assertj.core.api.Assertions.assertThat;

import org.idlefleet.ledger.AccountId;
import org.idlefleet.ledger.Book;
import org.idlefleet.ledger.Booking;
import org.idlefleet.ledger.Check;
import org.idlefleet.ledger.Conviction;
import org.idlefleet.ledger.Money;
import org.idlefleet.ledger.Transaction;
import org.idlefleet.ledger.TransactionKind;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.LongStream;

/** Ledgers with late settlements and corrections, against times that are kept beside them. */
class EffectiveSeedsTest {
    @TempDir Path directory;

    static LongStream seeds() {
        return LongStream.rangeClosed(1, 20);
    }

    /** What was booked, when, and since when it must count. */
    private record Line(Transaction transaction, Instant bookedAt, Instant effectiveAt) {}

    @ParameterizedTest
    @MethodSource("seeds")
    void whatUndoesCountsSinceWhatItUndid(long seed) {
        List<Line> lines = lines(seed);
        var random = new Random(seed);
        var ledger = LedgerDatabase.open(file());
        for (int at = 0; at < lines.size(); ) {
            int next = Math.min(lines.size(), at + 1 + random.nextInt(40));
            ledger.append(next, lines.subList(at, next).stream().map(this::booking).toList());
            at = next;
            if (random.nextInt(5) == 0) {
                ledger.close();
                ledger = LedgerDatabase.open(file());
            }
        }
        ledger.close();
        try (var reader = LedgerReader.open(file())) {
            assertThat(reader.transactions(1, lines.size()))
                    .map(row ->
                            new Line(
                                    row.transaction(), row.bookedAt(), row.booking().effectiveAt()))
                    .isEqualTo(lines);
            assertThat(reader.check().isClean()).isTrue();
        }
        var kinds = EnumSet.noneOf(TransactionKind.class);
        lines.stream()
                .filter(line -> line.effectiveAt().isBefore(line.bookedAt()))
                .forEach(line -> kinds.add(line.transaction().kind()));
        assertThat(kinds)
                .contains(TransactionKind.SETTLE, TransactionKind.REVERSE)
                .contains(TransactionKind.CHARGEBACK);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void balancesAreThoseOfAnyTwoInstants(long seed) {
        List<Line> lines = lines(seed);
        try (var ledger = LedgerDatabase.open(file())) {
            ledger.append(1, lines.stream().map(this::booking).toList());
        }
        var random = new Random(seed);
        var service = new LedgerService(file());
        for (int i = 0; i < 20; i++) {
            Instant effective = some(lines, random);
            Instant booked = some(lines, random);
            var expected = new TreeMap<AccountId, Money>();
            for (Line line : lines) {
                if (!line.effectiveAt().isAfter(effective) && !line.bookedAt().isAfter(booked)) {
                    line.transaction()
                            .postings()
                            .forEach(posting ->
                                    expected.merge(
                                            posting.account(), posting.amount(), Money::plus));
                }
            }
            assertThat(service.balances("", effective, booked)).isEqualTo(expected);
            assertThat(expected.values().stream().reduce(Money.ZERO, Money::plus))
                    .isEqualTo(Money.ZERO);
            expected.keySet().removeIf(account -> !account.path().startsWith("owner:"));
            assertThat(service.balances("owner:", effective, booked)).isEqualTo(expected);
        }
        assertThat(service.balances("", Instant.MAX, Instant.MAX)).isEqualTo(service.balances(""));
    }

    private static Instant some(List<Line> lines, Random random) {
        Line line = lines.get(random.nextInt(lines.size()));
        Instant instant = random.nextBoolean() ? line.bookedAt() : line.effectiveAt();
        return instant.minusMillis(random.nextInt(2));
    }

    /** As the event log tells it: what undoes bears no time of its own. */
    private Booking booking(Line line) {
        return line.transaction().id().undone().isPresent()
                ? new Booking(line.transaction(), line.bookedAt())
                : new Booking(line.transaction(), line.bookedAt(), line.effectiveAt());
    }

    private static List<Line> lines(long seed) {
        var story = new LedgerStory(seed);
        var random = new Random(seed);
        var book = new Book();
        var lines = new ArrayList<Line>();
        Map<String, Line> known = new HashMap<>();
        while (lines.size() < 500) {
            for (Booking booking : story.next().bookings()) {
                boolean late =
                        booking.transaction().kind() == TransactionKind.SETTLE
                                && random.nextInt(4) == 0;
                Instant at = booking.bookedAt();
                Instant effective = late ? at.minus(Duration.ofMillis(random.nextInt(9_000))) : at;
                add(book, lines, known, new Line(booking.transaction(), at, effective));
                if (random.nextInt(6) == 0) {
                    undo(book, lines, known, lines.get(random.nextInt(lines.size())), at, random);
                }
            }
        }
        return lines;
    }

    private static void undo(
            Book book,
            List<Line> lines,
            Map<String, Line> known,
            Line first,
            Instant now,
            Random random) {
        Transaction paid = first.transaction();
        switch (paid.kind()) {
            case FUND -> {
                String client = paid.id().subject();
                Money amount = paid.change(AccountId.prepaid(client));
                Transaction back =
                        random.nextBoolean()
                                ? Transaction.reverse(paid)
                                : Conviction.chargeback(
                                        client,
                                        paid.id().detail(),
                                        amount,
                                        book.balance(AccountId.prepaid(client)));
                add(book, lines, known, new Line(back, now, first.effectiveAt()));
            }
            case SETTLE, REVERSE, CHARGEBACK ->
                    add(
                            book,
                            lines,
                            known,
                            new Line(Transaction.reverse(paid), now, first.effectiveAt()));
            case HOLD, VOID, MATURE, FORFEIT, PAYOUT, PAID, RETURN, AVAILABLE -> {}
        }
    }

    private static void add(Book book, List<Line> lines, Map<String, Line> known, Line line) {
        if (!known.containsKey(line.transaction().id().toString())
                && book.check(line.transaction()) instanceof Check.Bookable) {
            book.apply(line.transaction());
            known.put(line.transaction().id().toString(), line);
            lines.add(line);
        }
    }

    private Path file() {
        return directory.resolve("ledger.db");
    }
}
