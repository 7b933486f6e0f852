package org.idlefleet.figures.ledger;

import org.idlefleet.cli.Bench;
import org.idlefleet.cli.Figures;
import org.idlefleet.ledger.AccountId;
import org.idlefleet.ledger.Book;
import org.idlefleet.ledger.BookState;
import org.idlefleet.ledger.Check;
import org.idlefleet.ledger.Money;
import org.idlefleet.ledger.Posting;
import org.idlefleet.ledger.RevenueShare;
import org.idlefleet.ledger.Transaction;
import org.idlefleet.ledger.TransactionId;
import org.idlefleet.ledger.TransactionKind;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/**
 * Millions of deliveries to the book: every message comes one to five times in any order, with
 * restarts between; the books balance after each, and end as if each had come once, in order.
 */
public final class Operations implements Bench {
    private static final int JOBS = 40;
    private static final int SHARDS = 12;

    /** After so many rounds a new book begins: whole states are compared after each round. */
    private static final int ROUNDS_PER_BOOK = 20;

    private static final RevenueShare SHARES = RevenueShare.of(1, 700_000, 200_000, 100_000);

    @Override
    public String name() {
        return "ledger-operations";
    }

    @Override
    public String description() {
        return "the book: debits equal credits after every prefix, repeats and orders change"
                + " nothing";
    }

    @Override
    public void run(Figures figures, boolean quick) {
        long wanted = quick ? 100_000 : 10_000_000;
        var campaign = new Campaign(1);
        while (campaign.delivered < wanted) {
            campaign.round();
        }
        figures.note(
                campaign.rounds
                        + " rounds of "
                        + JOBS
                        + " jobs, each message 1 to 5 times in any order; every book beside one"
                        + " that heard all once, in order");
        figures.plain("ledger-operations.delivered", (double) campaign.delivered, "messages");
        figures.plain("ledger-operations.booked", (double) campaign.booked, "transactions");
        figures.plain("ledger-operations.came-too-early", (double) campaign.early, "messages");
        figures.plain("ledger-operations.restarts", (double) campaign.restarts, "restarts");
        figures.atMost("ledger-operations.unbalanced", (double) campaign.unbalanced, "prefixes", 0);
        figures.atMost("ledger-operations.double", (double) campaign.twice, "bookings", 0);
        figures.atMost("ledger-operations.lost", (double) campaign.lost, "bookings", 0);
        figures.atMost("ledger-operations.other-state", (double) campaign.differing, "rounds", 0);
        figures.atMost(
                "ledger-operations.overwritten", (double) campaign.overwritten, "conflicts", 0);
    }

    /** Two books: one hears everything as it comes, the other once and in order. */
    private static final class Campaign {
        private final Random random;
        private final Map<AccountId, Long> tally = new HashMap<>();
        private Book book = new Book();
        private Book straight = new Book();
        private long tallied;
        private int jobs;
        long rounds;
        long delivered;
        long booked;
        long early;
        long restarts;
        long unbalanced;
        long twice;
        long lost;
        long differing;
        long overwritten;

        Campaign(long seed) {
            random = new Random(seed);
        }

        void round() {
            if (rounds++ % ROUNDS_PER_BOOK == 0) {
                book = new Book();
                straight = new Book();
                tally.clear();
                tallied = 0;
            }
            List<Transaction> messages = messages();
            var deliveries = new ArrayList<Transaction>();
            for (Transaction message : messages) {
                straight.apply(message);
                for (int times = 1 + random.nextInt(5); times > 0; times--) {
                    deliveries.add(message);
                }
            }
            Collections.shuffle(deliveries, random);
            deliver(new ArrayDeque<>(deliveries), messages.size());
            BookState heard = book.state();
            if (!heard.equals(straight.state())) {
                differing++;
            }
        }

        /** What is refused because something else has not come yet is sent again later. */
        private void deliver(ArrayDeque<Transaction> queue, int messages) {
            Set<TransactionId> done = new HashSet<>();
            long idle = 0;
            while (!queue.isEmpty() && idle <= queue.size()) {
                Transaction message = queue.poll();
                delivered++;
                if (isOver(message, done)) {
                    continue;
                }
                switch (book.offer(message)) {
                    case Check.Bookable _ -> {
                        idle = 0;
                        booked++;
                        add(message);
                        if (!done.add(message.id())) {
                            twice++;
                        }
                        contradict(message);
                    }
                    case Check.Known _ -> idle = 0;
                    case Check.Refusal _ -> {
                        if (!done.contains(message.id())) {
                            early++;
                            idle++;
                            queue.add(message);
                        }
                    }
                }
                if (random.nextInt(20_000) == 0) {
                    book = new Book(book.state());
                    restarts++;
                }
            }
            lost += messages - done.size();
        }

        /** A job's hold is never taken again: that is the core's promise, not the book's. */
        private boolean isOver(Transaction message, Set<TransactionId> done) {
            return message.kind() == TransactionKind.HOLD
                    && done.contains(message.id())
                    && !book.holds(message.id().subject());
        }

        /** The same id with other content must be refused, and change nothing. */
        private void contradict(Transaction message) {
            if (message.kind() != TransactionKind.FUND || random.nextInt(10) != 0) {
                return;
            }
            Transaction other =
                    Transaction.fund(
                            message.id().subject(), message.id().detail(), new Money(delivered));
            if (!other.equals(message) && !(book.offer(other) instanceof Check.Conflict)) {
                overwritten++;
            }
        }

        /** Adds up by itself, and looks whether the book says the same of every account touched. */
        private void add(Transaction transaction) {
            for (Posting posting : transaction.postings()) {
                long amount = posting.amount().millionths();
                tallied += amount;
                long now = tally.merge(posting.account(), amount, Long::sum);
                if (book.balance(posting.account()).millionths() != now) {
                    unbalanced++;
                }
            }
            if (tallied != 0) {
                unbalanced++;
            }
        }

        private List<Transaction> messages() {
            var messages = new ArrayList<Transaction>();
            for (int i = 0; i < JOBS; i++) {
                String client = "client" + random.nextInt(5);
                String job = "job-" + jobs++;
                var prices = new ArrayList<Money>();
                Money ceiling = Money.ZERO;
                for (int shard = 0; shard < SHARDS; shard++) {
                    prices.add(new Money(1 + random.nextInt(100_000)));
                    ceiling = ceiling.plus(prices.getLast());
                }
                messages.add(Transaction.fund(client, job, ceiling));
                messages.add(Transaction.hold(job, client, ceiling));
                for (int shard = 0; shard < SHARDS; shard++) {
                    Transaction settled =
                            SHARES.settlement(
                                    job,
                                    Integer.toString(shard),
                                    client,
                                    prices.get(shard),
                                    owners());
                    messages.add(settled);
                    if (random.nextInt(20) == 0) {
                        messages.add(Transaction.reverse(settled));
                    }
                }
            }
            return messages;
        }

        private List<String> owners() {
            int first = random.nextInt(1_000);
            var owners = new ArrayList<String>();
            for (int i = 0; i <= random.nextInt(3); i++) {
                owners.add("owner" + (first + i));
            }
            return owners;
        }
    }
}
