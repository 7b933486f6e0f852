package org.idlefleet.ledger.adapter;

import static org.assertj.core.api.Assertions.assertThat;

import org.idlefleet.ledger.AccountId;
import org.idlefleet.ledger.Book;
import org.idlefleet.ledger.Booking;
import org.idlefleet.ledger.Check;
import org.idlefleet.ledger.Conviction;
import org.idlefleet.ledger.Money;
import org.idlefleet.ledger.Posting;
import org.idlefleet.ledger.RevenueShare;
import org.idlefleet.ledger.Transaction;
import org.idlefleet.ledger.TransactionId;
import org.idlefleet.ledger.TransactionKind;
import org.idlefleet.ledger.adapter.policy.WorkFacts;
import org.idlefleet.ledger.adapter.report.Invoice;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.LongStream;

/** Invoices of random months, against sums that are kept while the bookings are made. */
class InvoiceSeedsTest {
    private static final int STEPS = 400;
    private static final List<String> CLIENTS = List.of("acme", "bolt");
    private static final List<String> MODELS = List.of("tiny", "large");
    private static final RevenueShare SHARES = RevenueShare.of(1, 700_000, 200_000, 100_000);

    @TempDir Path directory;

    static LongStream seeds() {
        return LongStream.rangeClosed(1, 20);
    }

    /** A job as its maker knows it. */
    private record Work(String job, String client, String key, String model, boolean known) {}

    /** A payment that was booked. */
    private record Settled(Transaction payment, Work work) {}

    /** What one month's invoice of one client must say. */
    private static final class Expected {
        final Map<String, Money> keys = new TreeMap<>();
        Money charged = Money.ZERO;
        Money paidIn = Money.ZERO;
        Money paidBack = Money.ZERO;
        long jobs;
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void everyPartSaysWhatItsKeyWasCharged(long seed) {
        var world = new World(seed);
        for (int step = 0; step < STEPS; step++) {
            world.step();
        }
        try (var ledger = LedgerDatabase.open(directory.resolve("ledger.db"))) {
            ledger.append(1, world.bookings);
        }
        var service = new LedgerService(directory.resolve("ledger.db"));
        var corners = new TreeSet<String>();
        world.expected.forEach((month, clients) -> {
            for (String client : CLIENTS) {
                Expected expected = clients.getOrDefault(client, new Expected());
                Invoice invoice =
                        service.read(ledger -> Invoice.of(client, month, ledger, world::facts));
                var keys = new TreeMap<String, Money>();
                invoice.parts().forEach(part -> keys.put(part.key(), part.amount()));
                assertThat(keys).as("%s %s", client, month).isEqualTo(expected.keys);
                assertThat(invoice.total()).isEqualTo(expected.charged);
                assertThat(invoice.paidIn()).isEqualTo(expected.paidIn);
                assertThat(invoice.paidBack()).isEqualTo(expected.paidBack);
                assertThat(invoice.missing()).isEqualTo(Money.ZERO);
                assertThat(
                                invoice.parts().stream()
                                        .flatMap(part -> part.lines().stream())
                                        .mapToLong(Invoice.Line::jobs)
                                        .sum())
                        .isEqualTo(expected.jobs);
                corners.addAll(keys.keySet());
            }
        });
        assertThat(corners).as("also jobs without a key").contains("", "k1", "k2", "k3");
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void aMovementOnNoLineShows(long seed) {
        var world = new World(seed);
        for (int step = 0; step < STEPS; step++) {
            world.step();
        }
        // A client's money moves for a reason that no bill knows.
        world.book(
                new Transaction(
                        new TransactionId(TransactionKind.PAID, "acme", "odd"),
                        List.of(
                                new Posting(AccountId.prepaid("acme"), Money.ofMillionths(7)),
                                new Posting(AccountId.ISSUED, Money.ofMillionths(-7)))));
        try (var ledger = LedgerDatabase.open(directory.resolve("ledger.db"))) {
            ledger.append(1, world.bookings);
        }
        YearMonth last = YearMonth.from(world.now.atZone(ZoneOffset.UTC));
        Invoice invoice =
                new LedgerService(directory.resolve("ledger.db"))
                        .read(ledger -> Invoice.of("acme", last, ledger, world::facts));
        assertThat(invoice.missing()).isEqualTo(Money.ofMillionths(-7));
    }

    /** Two clients that pay, work, fail, are refunded and corrected over some months. */
    private static final class World {
        private final Random random;
        private final Book book = new Book();
        private final Map<String, Work> works = new HashMap<>();
        private final List<Work> open = new ArrayList<>();
        private final List<Settled> settled = new ArrayList<>();
        private final List<Transaction> payments = new ArrayList<>();
        private final List<Transaction> backs = new ArrayList<>();
        final List<Booking> bookings = new ArrayList<>();
        final TreeMap<YearMonth, Map<String, Expected>> expected = new TreeMap<>();
        Instant now = Instant.parse("2026-09-28T00:00:00Z");
        private int next;

        World(long seed) {
            random = new Random(seed);
        }

        Optional<WorkFacts.Facts> facts(TransactionId id) {
            return Optional.ofNullable(works.get(id.subject()))
                    .filter(Work::known)
                    .map(work -> new WorkFacts.Facts(work.model(), 7, 1, work.key()));
        }

        void step() {
            now = now.plus(Duration.ofMinutes(random.nextInt(800)));
            String client = CLIENTS.get(random.nextInt(CLIENTS.size()));
            next++;
            switch (random.nextInt(8)) {
                case 0 -> pay(client);
                case 1, 2 -> admit(client);
                case 3, 4 -> settle();
                case 5 -> end();
                case 6 -> giveBack();
                default -> correct();
            }
        }

        private void pay(String client) {
            Money amount = Money.ofMillionths(1 + random.nextInt(50_000_000));
            Money owed = book.balance(AccountId.clientDebt(client)).negate();
            Transaction paid = Transaction.fund(client, "bank-" + next, amount);
            if (book(paid)) {
                payments.add(paid);
                of(client).paidIn = of(client).paidIn.plus(amount);
            }
            if (owed.isPositive()) {
                book(Conviction.repayment(client, "bank-" + next, amount, owed));
            }
        }

        private void admit(String client) {
            var work =
                    new Work(
                            "job-" + next,
                            client,
                            random.nextInt(4) == 0 ? "" : "k" + (1 + random.nextInt(3)),
                            MODELS.get(random.nextInt(MODELS.size())),
                            random.nextInt(8) != 0);
            if (book(
                    Transaction.hold(
                            work.job(),
                            client,
                            Money.ofMillionths(1_000 + random.nextInt(90_000))))) {
                works.put(work.job(), work);
                open.add(work);
                charge(work, Money.ZERO);
                of(client).jobs++;
            }
        }

        private void settle() {
            if (open.isEmpty()) {
                return;
            }
            Work work = open.get(random.nextInt(open.size()));
            Money price = Money.ofMillionths(1 + random.nextInt(900));
            Transaction payment =
                    SHARES.settlement(work.job(), "" + next, work.client(), price, List.of("ann"));
            if (book(payment)) {
                settled.add(new Settled(payment, work));
                charge(work, price);
            }
        }

        private void end() {
            if (open.isEmpty()) {
                return;
            }
            Work work = open.remove(random.nextInt(open.size()));
            book.voiding(work.job()).ifPresent(rest -> book(rest));
            if (random.nextInt(3) == 0) {
                Money back = Money.ofMillionths(1 + random.nextInt(500));
                if (book(Transaction.fund(work.client(), "refund-" + work.job(), back))) {
                    charge(work, back.negate());
                }
            }
        }

        /** A result was wrong, or somebody repairs a settlement. */
        private void giveBack() {
            if (settled.isEmpty()) {
                return;
            }
            Settled one = settled.get(random.nextInt(settled.size()));
            Work work = one.work();
            if (random.nextBoolean()) {
                Money back = Money.ofMillionths(1 + random.nextInt(500));
                String reference = "retracted-" + work.job() + "-" + next + "-0";
                if (book(Transaction.fund(work.client(), reference, back))) {
                    charge(work, back.negate());
                }
                return;
            }
            Transaction reversal = Transaction.reverse(one.payment());
            if (book(reversal)) {
                Money back = own(work.client(), reversal);
                charge(work, back.negate());
                Transaction again = Transaction.reverse(reversal);
                if (random.nextBoolean() && book(again)) {
                    charge(work, back);
                }
            }
        }

        private void correct() {
            if (payments.isEmpty()) {
                return;
            }
            Transaction paid = payments.get(random.nextInt(payments.size()));
            String whose = paid.id().subject();
            Money amount = own(whose, paid);
            if (random.nextBoolean() && book(Transaction.reverse(paid))) {
                of(whose).paidIn = of(whose).paidIn.minus(amount);
                payments.remove(paid);
            } else {
                Transaction back =
                        Conviction.chargeback(
                                whose,
                                paid.id().detail(),
                                amount,
                                book.balance(AccountId.prepaid(whose)));
                if (!backs.contains(back) && book(back)) {
                    backs.add(back);
                    payments.remove(paid);
                    of(whose).paidBack = of(whose).paidBack.plus(amount);
                }
            }
        }

        boolean book(Transaction transaction) {
            if (!(book.check(transaction) instanceof Check.Bookable)) {
                return false;
            }
            book.apply(transaction);
            bookings.add(new Booking(transaction, now));
            return true;
        }

        private void charge(Work work, Money amount) {
            Expected month = of(work.client());
            month.charged = month.charged.plus(amount);
            month.keys.merge(work.known() ? work.key() : "", amount, Money::plus);
        }

        private Expected of(String client) {
            return expected.computeIfAbsent(
                            YearMonth.from(now.atZone(ZoneOffset.UTC)), _ -> new HashMap<>())
                    .computeIfAbsent(client, _ -> new Expected());
        }

        private static Money own(String client, Transaction transaction) {
            return transaction.postings().stream()
                    .filter(posting -> posting.account().path().startsWith("client:" + client))
                    .map(Posting::amount)
                    .reduce(Money.ZERO, Money::plus);
        }
    }
}
