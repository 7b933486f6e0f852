package org.idlefleet.ledger.proof;

import org.idlefleet.ledger.AccountId;
import org.idlefleet.ledger.Booking;
import org.idlefleet.ledger.Money;
import org.idlefleet.ledger.Posting;
import org.idlefleet.ledger.Transaction;
import org.idlefleet.ledger.TransactionId;
import org.idlefleet.ledger.adapter.LedgerStory;
import org.idlefleet.ledger.proof.adapter.Ed25519;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;

/** A drawn ledger, its honest log, what its owner ann holds in her hand, and ways to betray her. */
public final class ForgedWorld {
    static final String[] KINDS = {
        "rewrite",
        "omit",
        "reorder",
        "fork",
        "omit after the pin",
        "drop from export",
        "reorder export",
        "stale checkpoint"
    };

    static final String[] BETRAYALS = {
        "never entered",
        "entered late",
        "for less",
        "for another",
        "signed by another",
        "made out to another",
        "altered"
    };

    private static final String ANN_NAME = "ann";
    private static final String ORIGIN = "ledger.example.org";
    private static final String ANN = "owner:ann";
    private static final AccountId ESCROW = AccountId.escrow("ann");
    private static final Instant NOON = Instant.parse("2026-11-22T12:00:00Z");
    private static final byte[] SECRET = new byte[Chains.SECRET_LENGTH];

    private final NoteSigner signer = Ed25519.signer(ORIGIN, new byte[32]);
    private final List<Transaction> truth;
    private final int pin;
    private final History honest;
    private final Trust trust;

    /** What the forger shows, and how he came to it. */
    public record Forgery(String kind, Export export) {}

    /** A list of transactions with its log. */
    private final class History {
        final List<Chains.Sealed> sealed = new ArrayList<>();
        final TileLog log = new TileLog(new MemoryTiles(), 0);
        final Chains chains = new Chains(SECRET);

        History(List<Transaction> transactions) {
            for (Transaction transaction : transactions) {
                Chains.Sealed next =
                        chains.seal(sealed.size() + 1, transaction, 1_000L * sealed.size());
                sealed.add(next);
                log.append(next.entry().leaf());
            }
        }

        Checkpoint checkpoint(long size) {
            return new Checkpoint(ORIGIN, size, MerkleTree.root(log, size), NOON.plusSeconds(size));
        }

        Export export(long size) {
            return export(size, pin);
        }

        Export export(long size, long seen) {
            var growth = new TreeMap<Long, List<Hash>>();
            growth.put(
                    seen, seen <= size ? MerkleTree.consistencyProof(log, seen, size) : List.of());
            var items = new ArrayList<Export.Item>();
            for (Chains.Sealed entry : sealed.subList(0, (int) size)) {
                List<Line> own =
                        entry.lines().stream().filter(line -> line.holder().equals(ANN)).toList();
                if (!own.isEmpty()) {
                    long index = entry.entry().sequence() - 1;
                    items.add(
                            new Export.Item(
                                    entry.entry(),
                                    own,
                                    MerkleTree.inclusionProof(log, index, size)));
                }
            }
            return new Export(ANN, SignedNote.of(checkpoint(size).text(), signer), growth, items);
        }
    }

    public ForgedWorld(long seed) {
        var story = new LedgerStory(seed);
        var drawn = new ArrayList<Transaction>();
        while (drawn.size() < 60 || touching(drawn, 0, drawn.size()).size() < 6) {
            story.next().bookings().stream().map(Booking::transaction).forEach(drawn::add);
        }
        truth = List.copyOf(drawn);
        List<Integer> ann = touching(truth, 0, truth.size());
        pin = ann.get(ann.size() / 2) + 1;
        honest = new History(truth);
        trust = trustOfAnn();
    }

    public Export honest() {
        return honest.export(truth.size());
    }

    public SortedMap<AccountId, Money> balances() {
        return new TreeMap<>(Map.of(ESCROW, honest.chains.balance(ESCROW)));
    }

    /** Ann's node pinned a checkpoint half-way, and has a receipt for every payment. */
    private Trust trustOfAnn() {
        return new Trust(
                ORIGIN,
                signer.key(),
                List.of(),
                0,
                List.of(honest.checkpoint(pin)),
                SignedReceipts.sign(promises(ANN_NAME), signer));
    }

    /** Each payment is promised for the checkpoint that first has it, the last for one before. */
    private List<Receipts> promises(String owner) {
        return touching(truth, 0, truth.size()).stream()
                .map(index ->
                        new Receipts(
                                owner,
                                NOON.plusSeconds(Math.min(index + 1, truth.size() - 1)),
                                List.of(
                                        new Receipt(
                                                truth.get(index).id(),
                                                truth.get(index).change(ESCROW),
                                                MerkleTree.EMPTY_ROOT))))
                .toList();
    }

    /**
     * A promise broken or forged, with an export in which nothing else is wrong.
     *
     * @param fault part of the sentence that has to say so
     */
    public record Betrayal(String kind, Export export, Trust trust, String fault) {}

    public Betrayal betray(Random random) {
        String kind = BETRAYALS[random.nextInt(BETRAYALS.length)];
        int seen = truth.size() - 2;
        List<Integer> paid = touching(truth, 0, seen);
        int victim = paid.get(random.nextInt(paid.size()));
        String id = "the receipt for " + truth.get(victim).id() + " promised ann ";
        var lie = new ArrayList<>(truth);
        List<SignedReceipts> receipts = trust.receipts();
        int drawn = random.nextInt(receipts.size());
        SignedReceipts real = receipts.get(drawn);
        switch (kind) {
            case "never entered" -> lie.set(victim, moved(truth.get(victim), "bob", "x"));
            case "entered late" -> lie.add(lie.remove(victim));
            case "for less" -> lie.set(victim, shaved(truth.get(victim)));
            case "for another" -> lie.set(victim, moved(truth.get(victim), "bob", ""));
            case "signed by another" -> {
                id = "not signed by the log's key";
                receipts =
                        SignedReceipts.sign(
                                promises(ANN_NAME), Ed25519.signer(ORIGIN, Ed25519.newSeed()));
            }
            case "made out to another" -> {
                id = "made out to bob";
                receipts = SignedReceipts.sign(promises("bob"), signer);
            }
            default -> {
                id = "not signed by the log's key";
                Receipt honestly = real.receipts().all().getFirst();
                var raised =
                        new Receipt(
                                honestly.settlement(),
                                honestly.amount().plus(new Money(1)),
                                honestly.result());
                receipts =
                        List.of(
                                new SignedReceipts(
                                        new Receipts(
                                                ANN_NAME,
                                                real.receipts().deadline(),
                                                List.of(raised)),
                                        real.index(),
                                        real.proof(),
                                        real.head()));
            }
        }
        var history = new History(lie);
        return new Betrayal(
                kind,
                history.export(lie.size(), seen),
                new Trust(
                        ORIGIN,
                        signer.key(),
                        List.of(),
                        0,
                        List.of(history.checkpoint(seen)),
                        receipts),
                id);
    }

    /** The same payment to somebody else, under the same name or under that of another shard. */
    private static Transaction moved(Transaction paid, String to, String shard) {
        TransactionId id = paid.id();
        var postings = new ArrayList<Posting>();
        Money gets = paid.change(ESCROW).plus(paid.change(AccountId.escrow(to)));
        for (Posting posting : paid.postings()) {
            if (!posting.account().equals(ESCROW)
                    && !posting.account().equals(AccountId.escrow(to))) {
                postings.add(posting);
            }
        }
        if (!gets.isZero()) {
            postings.add(new Posting(AccountId.escrow(to), gets));
        }
        return new Transaction(
                shard.isEmpty()
                        ? id
                        : new TransactionId(id.kind(), id.subject(), id.detail() + shard),
                paid.policy(),
                postings);
    }

    public Trust trust() {
        return trust;
    }

    public Forgery forge(Random random) {
        String kind = KINDS[random.nextInt(KINDS.length)];
        var lie = new ArrayList<>(truth);
        List<Integer> early = touching(truth, 0, pin);
        List<Integer> late = touching(truth, pin, truth.size());
        int victim = early.get(random.nextInt(early.size()));
        switch (kind) {
            case "rewrite" -> lie.set(victim, shaved(truth.get(victim)));
            case "omit" -> lie.remove(victim);
            case "reorder" ->
                    Collections.swap(lie, victim, (victim + 1 + random.nextInt(pin - 1)) % pin);
            case "fork" -> lie.subList(random.nextInt(victim + 1), victim + 1).clear();
            case "omit after the pin" -> lie.remove((int) late.get(random.nextInt(late.size())));
            case "drop from export" -> {
                return new Forgery(
                        kind,
                        changed(honest(), items -> items.remove(random.nextInt(items.size()))));
            }
            case "reorder export" -> {
                return new Forgery(
                        kind,
                        changed(honest(), items -> Collections.swap(items, 0, items.size() - 1)));
            }
            default -> {
                return new Forgery(kind, honest.export(1 + random.nextInt(pin - 1)));
            }
        }
        return new Forgery(kind, new History(lie).export(lie.size()));
    }

    /** One character replaced, dropped, doubled, or two lines exchanged. */
    public static String mutate(String text, Random random) {
        var changed = new StringBuilder(text);
        int at = random.nextInt(text.length());
        switch (random.nextInt(4)) {
            case 0 -> changed.setCharAt(at, (char) (text.charAt(at) ^ (1 << random.nextInt(7))));
            case 1 -> changed.deleteCharAt(at);
            case 2 -> changed.insert(at, text.charAt(at));
            default -> {
                List<String> lines = new ArrayList<>(List.of(text.split("\n", -1)));
                Collections.swap(
                        lines, random.nextInt(lines.size() - 1), random.nextInt(lines.size() - 1));
                return String.join("\n", lines);
            }
        }
        return changed.toString();
    }

    private interface Change {
        void to(List<Export.Item> items);
    }

    private static Export changed(Export export, Change change) {
        var items = new ArrayList<>(export.items());
        change.to(items);
        return new Export(export.holder(), export.checkpoint(), export.growth(), items);
    }

    private static List<Integer> touching(List<Transaction> transactions, int from, int to) {
        var found = new ArrayList<Integer>();
        for (int i = from; i < to; i++) {
            if (!transactions.get(i).change(ESCROW).isZero()) {
                found.add(i);
            }
        }
        return found;
    }

    /** Ann gets a millionth less, the platform more. */
    private static Transaction shaved(Transaction paid) {
        var postings = new ArrayList<Posting>();
        var revenue = paid.change(AccountId.REVENUE).plus(new Money(1));
        for (Posting posting : paid.postings()) {
            if (posting.account().equals(ESCROW)) {
                Money less = posting.amount().minus(new Money(1));
                if (!less.isZero()) {
                    postings.add(new Posting(ESCROW, less));
                }
            } else if (!posting.account().equals(AccountId.REVENUE)) {
                postings.add(posting);
            }
        }
        postings.add(new Posting(AccountId.REVENUE, revenue));
        return new Transaction(paid.id(), paid.policy(), postings);
    }
}
