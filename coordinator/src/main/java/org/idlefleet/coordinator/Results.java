package org.idlefleet.coordinator;

import org.idlefleet.coordinator.verification.Ballot;
import org.idlefleet.ledger.Money;
import org.idlefleet.protocol.Digest;
import org.idlefleet.protocol.JobId;
import org.idlefleet.protocol.Lease;
import org.idlefleet.protocol.NodeId;
import org.idlefleet.protocol.NumericClass;
import org.idlefleet.protocol.OwnerId;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Predicate;

/**
 * All settled results of a job that stand on one owner's word each, so that a conviction finds
 * every one of them that nobody has looked at. Packed, because a job may have a million: 108 bytes
 * each. What only receipts need, the nodes' signatures, stays in the log.
 */
final class Results {
    /** Longs of a result: its place, its lease, its number, its price, its commit, its output. */
    private static final int WIDTH = 13;

    /** Rows of a chunk: a job of many results is not copied as it grows. */
    private static final int CHUNK = 512;

    private static final int FIRST = 4;
    private static final long UNKNOWN = -1;

    private final JobId job;
    private final List<Author> authors = new ArrayList<>(2);
    private final Map<Author, Integer> places = new HashMap<>(2);
    private final BitSet settled = new BitSet();
    private final BitSet looked = new BitSet();
    private final BitSet condemned = new BitSet();
    private int[] owed = new int[2];
    private final List<long[]> chunks = new ArrayList<>(1);
    private int[] rowOf = new int[FIRST];
    private int count;
    private int lastAuthor;

    Results(JobId job) {
        this.job = job;
    }

    /** Who computed a result, and how. */
    record Author(NodeId node, OwnerId owner, NumericClass numericClass) {
        static Author of(Ballot ballot) {
            return new Author(ballot.node(), ballot.owner(), ballot.numericClass());
        }

        boolean wrote(Ballot ballot) {
            return node.equals(ballot.node())
                    && owner.equals(ballot.owner())
                    && numericClass.equals(ballot.numericClass());
        }
    }

    /**
     * A shard is settled by one result.
     *
     * @param paid what the client paid for it, if that is known
     * @param number of the result among its device's, as {@link Holds} counts them
     */
    void add(int shard, int from, int to, Ballot result, Optional<Money> paid, long number) {
        if (shard >= rowOf.length) {
            rowOf = Arrays.copyOf(rowOf, Math.max(shard + 1, rowOf.length + rowOf.length / 2));
        }
        Lease lease = result.lease();
        long[] rows = roomForOneMore();
        int at = at(count);
        rows[at] = pair(shard, author(result));
        rows[at + 1] = pair(from, to);
        rows[at + 2] = pair(lease.attempt(), lease.epoch());
        rows[at + 3] = number;
        rows[at + 4] = paid.map(Money::millionths).orElse(UNKNOWN);
        put(rows, at + 5, result.commit());
        put(rows, at + 9, result.output());
        rowOf[shard] = count++;
        settled.set(shard);
        owe(rowOf[shard], 1);
    }

    /** The chunk of the next row: the first one grows, because most jobs have few results. */
    private long[] roomForOneMore() {
        int chunk = count / CHUNK;
        if (chunk == chunks.size()) {
            chunks.add(new long[(chunk == 0 ? FIRST : CHUNK) * WIDTH]);
        }
        long[] rows = chunks.get(chunk);
        if (at(count) == rows.length) {
            rows = Arrays.copyOf(rows, Math.min(CHUNK * WIDTH, 2 * rows.length));
            chunks.set(chunk, rows);
        }
        return rows;
    }

    private long[] chunk(int row) {
        return chunks.get(row / CHUNK);
    }

    /** Where a row begins in its chunk. */
    private static int at(int row) {
        return row % CHUNK * WIDTH;
    }

    private long value(int row, int column) {
        return chunk(row)[at(row) + column];
    }

    /** Somebody looks at this shard's result, or it is withdrawn. */
    void look(int shard) {
        if (!looked.get(shard) && row(shard).isPresent()) {
            owe(rowOf[shard], -1);
        }
        looked.set(shard);
    }

    /** From now on what these have computed is owed a second look; nothing of any others. */
    void condemn(Predicate<Author> whose) {
        Arrays.fill(owed, 0);
        for (int i = 0; i < authors.size(); i++) {
            condemned.set(i, whose.test(authors.get(i)));
        }
        for (int row = 0; row < count; row++) {
            if (!looked.get(high(value(row, 0)))) {
                owe(row, 1);
            }
        }
    }

    private void owe(int row, int change) {
        int author = low(value(row, 0));
        if (condemned.get(author)) {
            owed[author] += change;
        }
    }

    /** Condemned ones of whose results nobody has looked at all. */
    List<Author> owing() {
        var owing = new ArrayList<Author>();
        for (int i = condemned.nextSetBit(0); i >= 0; i = condemned.nextSetBit(i + 1)) {
            if (owed[i] > 0) {
                owing.add(authors.get(i));
            }
        }
        return owing;
    }

    /** Everybody who has computed one. */
    List<Author> authors() {
        return authors;
    }

    /** Whether this result is the one that settled the shard; nothing if the shard is not known. */
    Optional<Boolean> settledBy(int shard, Lease lease) {
        OptionalInt row = row(shard);
        return row.isEmpty()
                ? Optional.empty()
                : Optional.of(ballot(row.getAsInt()).lease().equals(lease));
    }

    /** What the client paid for a whole shard, and where that shard lies. */
    Optional<Paid> paid(int shard) {
        OptionalInt row = row(shard);
        if (row.isEmpty() || value(row.getAsInt(), 4) == UNKNOWN) {
            return Optional.empty();
        }
        long place = value(row.getAsInt(), 1);
        Money price = Money.ofMillionths(value(row.getAsInt(), 4));
        return Optional.of(new Paid(high(place), low(place), price));
    }

    /** The price of items {@code from} up to {@code to}. */
    record Paid(int from, int to, Money price) {}

    /** Those that nobody has looked at, as they were settled, {@code most} at the most. */
    List<Event.Unchecked> unchecked(Predicate<Author> whose, int most) {
        return unchecked(whose, (_, _) -> true, most);
    }

    /** Says whether a result, by its device and its number there, is wanted. */
    @FunctionalInterface
    interface Wanted {
        boolean test(NodeId node, long number);
    }

    /** The same, of those wanted. */
    List<Event.Unchecked> unchecked(Predicate<Author> whose, Wanted wanted, int most) {
        var known = new boolean[authors.size()];
        for (int i = 0; i < known.length; i++) {
            known[i] = whose.test(authors.get(i));
        }
        var found = new ArrayList<Event.Unchecked>();
        for (int row = 0; row < count && found.size() < most; row++) {
            long[] rows = chunk(row);
            int at = at(row);
            int shard = high(rows[at]);
            if (known[low(rows[at])]
                    && !looked.get(shard)
                    && wanted.test(authors.get(low(rows[at])).node(), rows[at + 3])) {
                found.add(
                        new Event.Unchecked(
                                shard, high(rows[at + 1]), low(rows[at + 1]), ballot(row)));
            }
        }
        return found;
    }

    private OptionalInt row(int shard) {
        return settled.get(shard) ? OptionalInt.of(rowOf[shard]) : OptionalInt.empty();
    }

    private Ballot ballot(int row) {
        long[] rows = chunk(row);
        int at = at(row);
        Author author = authors.get(low(rows[at]));
        return new Ballot(
                new Lease(job, high(rows[at]), high(rows[at + 2]), low(rows[at + 2])),
                author.node(),
                author.owner(),
                digest(rows, at + 5),
                digest(rows, at + 9),
                author.numericClass());
    }

    /** A node answers several shards in one message, so mostly it is the last one again. */
    private int author(Ballot ballot) {
        if (authors.isEmpty() || !authors.get(lastAuthor).wrote(ballot)) {
            lastAuthor = places.computeIfAbsent(Author.of(ballot), this::add);
        }
        return lastAuthor;
    }

    private int add(Author author) {
        authors.add(author);
        if (authors.size() > owed.length) {
            owed = Arrays.copyOf(owed, 2 * owed.length);
        }
        return authors.size() - 1;
    }

    private static void put(long[] rows, int at, Digest digest) {
        rows[at] = digest.a();
        rows[at + 1] = digest.b();
        rows[at + 2] = digest.c();
        rows[at + 3] = digest.d();
    }

    private static Digest digest(long[] rows, int at) {
        return new Digest(rows[at], rows[at + 1], rows[at + 2], rows[at + 3]);
    }

    private static long pair(int high, int low) {
        return (long) high << 32 | low & 0xFFFF_FFFFL;
    }

    private static int high(long pair) {
        return (int) (pair >>> 32);
    }

    private static int low(long pair) {
        return (int) pair;
    }
}
