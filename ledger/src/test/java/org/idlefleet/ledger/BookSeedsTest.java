package org.idlefleet.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.LongStream;

/** One number draws clients, jobs, prices, repeats, mistakes and restarts. */
class BookSeedsTest {
    private static final RevenueShare POLICY = RevenueShare.of(1, 700_000, 200_000, 100_000);
    private static final List<String> OWNERS = List.of("ann", "bob", "cid", "dan");

    static LongStream seeds() {
        return LongStream.range(0, 200);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void agreesWithTheNaiveBookAfterEveryStep(long seed) {
        var story = new Story(seed);
        for (int step = 0; step < 400; step++) {
            story.step();
        }
        assertThat(story.book.total()).isEqualTo(Money.ZERO);
    }

    @Test
    void theSeedsReachEveryCorner() {
        var reached = new TreeMap<String, Integer>();
        seeds().forEach(seed -> {
            var story = new Story(seed);
            for (int step = 0; step < 400; step++) {
                story.step();
            }
            story.reached.forEach((corner, times) -> reached.merge(corner, times, Integer::sum));
        });
        assertThat(reached)
                .containsKeys(
                        "Bookable",
                        "Known",
                        "Overdrawn",
                        "Conflict",
                        "NoOpenHold",
                        "HoldExceeded",
                        "Misshapen",
                        "restart",
                        "drained");
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void independentTransactionsLeaveTheSameBookInAnyOrder(long seed) {
        var random = new Random(seed);
        var book = new Book();
        book.apply(Transaction.fund("acme", "1", Money.ofUnits(100)));
        book.apply(Transaction.hold("j", "acme", Money.ofUnits(90)));
        BookState before = book.state();
        List<Transaction> paid = new ArrayList<>();
        for (int shard = 0; shard < 40; shard++) {
            String owner = OWNERS.get(random.nextInt(OWNERS.size()));
            paid.add(
                    POLICY.settlement(
                            "j",
                            "" + shard,
                            "acme",
                            new Money(1 + random.nextInt(1_000_000)),
                            List.of(owner)));
        }
        paid.forEach(book::apply);

        var shuffledWithRepeats = new ArrayList<>(paid);
        shuffledWithRepeats.addAll(paid.subList(0, 20));
        Collections.shuffle(shuffledWithRepeats, random);
        var other = new Book(before);
        shuffledWithRepeats.forEach(other::apply);

        assertThat(other.state()).isEqualTo(book.state());
    }

    /** A book, its naive double, and a stream of drawn transactions. */
    private static final class Story {
        final Map<String, Integer> reached = new TreeMap<>();
        Book book = new Book();

        private int jobs;
        private final Random random;
        private final ReferenceBook reference = new ReferenceBook();
        private final List<Transaction> offered = new ArrayList<>();

        Story(long seed) {
            random = new Random(seed);
        }

        void step() {
            Transaction transaction = draw();
            offered.add(transaction);
            BookState before = book.state();
            Check check = book.check(transaction);
            assertThat(book.state()).isEqualTo(before);
            boolean booked = misshapen(check) ? false : reference.offer(transaction);
            reach(check);
            assertThat(check instanceof Check.Bookable)
                    .as(() -> transaction + " was answered " + check)
                    .isEqualTo(booked);
            if (!(check instanceof Check.Refusal)) {
                book.apply(transaction);
            }
            compare();
            if (random.nextInt(100) == 0) {
                book = new Book(book.state());
                reached.merge("restart", 1, Integer::sum);
            }
        }

        private void compare() {
            assertThat(book.total()).isEqualTo(Money.ZERO);
            var paths = new TreeMap<String, Money>();
            book.balances().forEach((account, balance) -> paths.put(account.path(), balance));
            assertThat(paths).isEqualTo(reference.balances());
            assertThat(book.openHolds()).isEqualTo(reference.holds().size());
            reference
                    .holds()
                    .forEach((job, rest) ->
                            assertThat(book.hold(job).map(Hold::rest)).hasValue(rest));
        }

        private void reach(Check check) {
            reached.merge(check.getClass().getSimpleName(), 1, Integer::sum);
            if (book.openHolds() == 0 && offered.size() > 50) {
                reached.merge("drained", 1, Integer::sum);
            }
        }

        private Transaction draw() {
            if (!offered.isEmpty() && random.nextInt(5) == 0) {
                Transaction earlier = offered.get(random.nextInt(offered.size()));
                // A job whose hold has ended is never held again: that is the log's promise, not
                // the book's.
                if (earlier.kind() != TransactionKind.HOLD
                        || book.hold(earlier.id().subject()).isPresent()) {
                    return earlier;
                }
            }
            String client = "c" + random.nextInt(3);
            String job = "j" + Math.max(0, jobs - random.nextInt(5));
            Money amount = new Money(1 + random.nextInt(1_000));
            return switch (random.nextInt(8)) {
                case 0 -> Transaction.fund(client, "" + random.nextInt(60), amount.times(3));
                case 1 -> Transaction.hold("j" + jobs++, client, amount);
                case 2 ->
                        book.voiding(job)
                                .orElseGet(() -> Transaction.hold("j" + jobs++, client, amount));
                case 3 ->
                        Transaction.move(
                                TransactionId.voiding(job),
                                AccountId.hold(client),
                                AccountId.prepaid(client),
                                amount);
                case 4 ->
                        Transaction.reverse(
                                offered.isEmpty()
                                        ? Transaction.fund(client, "0", amount)
                                        : settlement(job, client, amount));
                case 5 ->
                        Checks.hold(
                                "j" + jobs++,
                                client,
                                new Money(random.nextInt(100)),
                                random.nextBoolean() ? amount : new Money(1));
                default -> settlement(job, book.hold(job).map(this::client).orElse(client), amount);
            };
        }

        private String client(Hold hold) {
            return hold.account().path().split(":")[1];
        }

        private Transaction settlement(String job, String client, Money amount) {
            int first = random.nextInt(OWNERS.size());
            int count = 1 + random.nextInt(OWNERS.size() - first);
            return POLICY.settlement(
                    job,
                    "" + random.nextInt(6),
                    client,
                    amount,
                    OWNERS.subList(first, first + count));
        }

        private static boolean misshapen(Check check) {
            return check instanceof Check.Misshapen;
        }
    }
}
