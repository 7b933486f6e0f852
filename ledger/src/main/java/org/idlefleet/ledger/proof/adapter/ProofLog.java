package org.idlefleet.ledger.proof.adapter;

import org.idlefleet.ledger.AccountId;
import org.idlefleet.ledger.TransactionId;
import org.idlefleet.ledger.TransactionKind;
import org.idlefleet.ledger.adapter.BookedRow;
import org.idlefleet.ledger.adapter.LedgerException;
import org.idlefleet.ledger.adapter.LedgerReader;
import org.idlefleet.ledger.proof.Chains;
import org.idlefleet.ledger.proof.Checkpoint;
import org.idlefleet.ledger.proof.Export;
import org.idlefleet.ledger.proof.Hash;
import org.idlefleet.ledger.proof.HighWaterMark;
import org.idlefleet.ledger.proof.Line;
import org.idlefleet.ledger.proof.MemoryTiles;
import org.idlefleet.ledger.proof.MerkleTree;
import org.idlefleet.ledger.proof.NoteKey;
import org.idlefleet.ledger.proof.NoteSigner;
import org.idlefleet.ledger.proof.SignedNote;
import org.idlefleet.ledger.proof.TileId;
import org.idlefleet.ledger.proof.TileLog;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The proof log of one ledger: follows its transactions, signs checkpoints, and writes exports.
 *
 * <p>A directory with three files: {@code proof.db}, the last signed {@code checkpoint}, and the
 * {@code keys}. The checkpoint is also the high-water mark: a ledger that lost its end, or was
 * changed before it, is not opened. Thread-safe, beside the ledger's writer; each thread brings a
 * reader of the ledger of its own.
 */
public final class ProofLog implements AutoCloseable {
    /** How many transactions go into one commit of the proof log. */
    private static final int COMMIT_EVERY = 50_000;

    private static final int RECENT_MAX = 64;

    /** So many of the newest payments can be proven one by one without reading the ledger. */
    private static final int PROVABLE_MAX = 32_768;

    private final Path checkpointFile;
    private final String origin;
    private final ProofKeys keys;
    private final ProofFile file;
    private final Chains chains;
    private final TileLog log;
    private Optional<SignedNote> latest = Optional.empty();
    private Optional<SignedNote> cosigned = Optional.empty();

    /** What was published last, newest first: a witness needs a moment to answer. */
    private final Deque<SignedNote> recent = new ArrayDeque<>();

    /** The newest payments, and those looked up in the ledger on purpose. */
    private final Map<TransactionId, Chains.Sealed> newest = bounded();

    private final Map<TransactionId, Chains.Sealed> lookedUp = bounded();

    private ProofLog(Path directory, String origin, LedgerReader ledger, Runnable more)
            throws IOException, SQLException {
        Files.createDirectories(directory);
        checkpointFile = directory.resolve("checkpoint");
        this.origin = origin;
        keys = ProofKeys.loadOrCreate(directory.resolve("keys"), origin);
        file = new ProofFile(directory.resolve("proof.db"));
        try {
            chains = new Chains(keys.secret(), file.tips(), file.balances());
            log = new TileLog(file, file.size());
            Optional<SignedNote> published = published();
            long size = published.map(note -> Checkpoint.parse(note.text()).size()).orElse(0L);
            if (ledger.transactions() < Math.max(size, log.size())) {
                more.run();
            }
            refuseShorter(ledger);
            published.ifPresent(note -> compare(ledger, note));
        } catch (SQLException | RuntimeException e) {
            file.close();
            throw e;
        }
    }

    /**
     * Opens the proof log, follows the ledger as far as the last published checkpoint went, and
     * compares with it.
     *
     * @param origin names the log in checkpoints, such as {@code ledger.example.org/cell-1}
     * @throws LedgerException if the ledger is shorter than what was published, or differs from it
     */
    public static ProofLog open(Path directory, String origin, LedgerReader ledger) {
        return open(directory, origin, ledger, () -> {});
    }

    /**
     * The same where the ledger is made of something that may know more.
     *
     * @param more brings the ledger up to date; runs if it is shorter than what was published
     */
    public static ProofLog open(Path directory, String origin, LedgerReader ledger, Runnable more) {
        try {
            return new ProofLog(directory, origin, ledger, more);
        } catch (IOException | SQLException e) {
            throw new LedgerException("the proof log in " + directory + " cannot be opened", e);
        }
    }

    /** How many transactions of the ledger are in the log. */
    public synchronized long size() {
        return log.size();
    }

    /** The key that owners and witnesses must be told, once, by another way than this log. */
    public NoteKey key() {
        return keys.signer().key();
    }

    /** The last published checkpoint. */
    public synchronized Optional<SignedNote> latest() {
        return latest;
    }

    /** Takes in what the ledger booked since; durable when it returns. */
    public void catchUp(LedgerReader ledger) {
        long end = ledger.transactions();
        while (size() < end) {
            follow(ledger, Math.min(end, size() + COMMIT_EVERY));
        }
    }

    private synchronized void follow(LedgerReader ledger, long last) {
        var holders = new TreeSet<String>();
        var accounts = new TreeSet<AccountId>();
        ledger.visit(
                log.size() + 1,
                last,
                row -> {
                    Chains.Sealed sealed = seal(chains, row);
                    log.append(sealed.entry().leaf());
                    if (row.transaction().id().kind() == TransactionKind.SETTLE) {
                        newest.put(row.transaction().id(), forOwners(sealed));
                    }
                    for (Line line : sealed.lines()) {
                        holders.add(line.holder());
                        accounts.add(line.account());
                    }
                });
        commit(holders, accounts);
    }

    /** What is in the log, unsigned and published to nobody. */
    public synchronized Checkpoint checkpoint(Instant now) {
        return new Checkpoint(origin, log.size(), log.root(), now);
    }

    /** Signs a checkpoint of all that is in the log, and keeps it before it is handed out. */
    public synchronized SignedNote publish(Instant now) {
        SignedNote note = SignedNote.of(checkpoint(now).text(), keys.signer());
        try {
            DurableFile.replace(checkpointFile, note.toString().getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new LedgerException("the checkpoint " + checkpointFile + " cannot be written", e);
        }
        latest = Optional.of(note);
        recent.addFirst(note);
        if (recent.size() > RECENT_MAX) {
            recent.removeLast();
        }
        return note;
    }

    /**
     * Keeps a witness's signature under a checkpoint that was published a moment ago.
     *
     * @return the checkpoint with all signatures so far; empty if it is none of the last ones, or
     *     not signed by this witness
     */
    public synchronized Optional<SignedNote> cosign(SignedNote note, NoteKey witness) {
        if (!note.isSignedBy(witness, Ed25519.signatures())) {
            return Optional.empty();
        }
        for (SignedNote known : recent) {
            if (known.text().equals(note.text())) {
                boolean same = cosigned.filter(by -> by.text().equals(note.text())).isPresent();
                SignedNote before = same ? cosigned.orElse(known) : known;
                cosigned = Optional.of(before.withSignaturesOf(note, witness));
                return cosigned;
            }
        }
        return Optional.empty();
    }

    /** The last checkpoint that a witness cosigned since this log was opened. */
    public synchronized Optional<SignedNote> cosigned() {
        return cosigned;
    }

    /** Who signs in this log's name: promises and receipts, under texts that no checkpoint has. */
    public NoteSigner signer() {
        return keys.signer();
    }

    /**
     * How the log of {@code size} entries continues the one of {@code earlier}: for nodes and
     * witnesses.
     */
    public synchronized List<Hash> consistencyProof(long earlier, long size) {
        return MerkleTree.consistencyProof(log, earlier, size);
    }

    public synchronized List<Hash> inclusionProof(long sequence, long size) {
        return MerkleTree.inclusionProof(log, sequence - 1, size);
    }

    /**
     * One payment as its owner can prove it by a checkpoint of {@code size} entries; empty if it is
     * not among them, nor among the newest payments and those that were {@link #lookUp looked up}.
     *
     * @param holder such as {@code owner:ann}; nobody but owners has lines here
     */
    public synchronized Optional<Export.Item> payment(TransactionId id, String holder, long size) {
        Chains.Sealed sealed = newest.getOrDefault(id, lookedUp.get(id));
        if (sealed == null || sealed.entry().sequence() > size || size > log.size()) {
            return Optional.empty();
        }
        return Optional.of(
                new Export.Item(
                        sealed.entry(),
                        own(sealed, holder),
                        inclusionProof(sealed.entry().sequence(), size)));
    }

    /** Whether {@link #payment} can be asked for it without reading the ledger. */
    public synchronized boolean isAtHand(TransactionId id) {
        return newest.containsKey(id) || lookedUp.containsKey(id);
    }

    /** Reads the whole ledger once, so that these payments can be proven. */
    public void lookUp(Set<TransactionId> payments, LedgerReader ledger) {
        var replay = new Chains(keys.secret());
        ledger.visit(
                1,
                size(),
                row -> {
                    Chains.Sealed sealed = seal(replay, row);
                    if (payments.contains(row.transaction().id())) {
                        keep(sealed);
                    }
                });
    }

    private synchronized void keep(Chains.Sealed payment) {
        lookedUp.put(payment.entry().id(), forOwners(payment));
    }

    /** Without the lines that no owner may see: most of what is kept, and nobody asks for them. */
    private static Chains.Sealed forOwners(Chains.Sealed payment) {
        return new Chains.Sealed(
                payment.entry(),
                payment.lines().stream()
                        .filter(line -> line.account().path().startsWith("owner:"))
                        .toList());
    }

    private static List<Line> own(Chains.Sealed sealed, String holder) {
        return sealed.lines().stream().filter(line -> line.holder().equals(holder)).toList();
    }

    private static Map<TransactionId, Chains.Sealed> bounded() {
        return new LinkedHashMap<>() {
            @Override
            protected boolean removeEldestEntry(Map.Entry<TransactionId, Chains.Sealed> eldest) {
                return size() > PROVABLE_MAX;
            }
        };
    }

    /** The hashes of a tile, as tile logs serve it; empty if there is none. */
    public synchronized byte[] tile(TileId tile) {
        return file.read(tile);
    }

    /**
     * All that a holder can prove under a checkpoint that was published. Reads the whole ledger up
     * to it once.
     *
     * @param note the checkpoint, such as {@link #latest} or {@link #cosigned}
     * @param holder such as {@code owner:ann}
     * @param seen sizes of checkpoints that the holder saw earlier
     */
    public Export export(SignedNote note, String holder, List<Long> seen, LedgerReader ledger) {
        long size = Checkpoint.parse(note.text()).size();
        var growth = new TreeMap<Long, List<Hash>>();
        for (long earlier : seen) {
            if (earlier <= size) {
                growth.put(earlier, consistencyProof(earlier, size));
            }
        }
        var replay = new Chains(keys.secret());
        var items = new ArrayList<Export.Item>();
        ledger.visit(
                1,
                size,
                row -> {
                    Chains.Sealed sealed = seal(replay, row);
                    List<Line> own = own(sealed, holder);
                    if (!own.isEmpty()) {
                        items.add(
                                new Export.Item(
                                        sealed.entry(), own, inclusionProof(row.sequence(), size)));
                    }
                });
        return new Export(holder, note, growth, items);
    }

    /**
     * Builds every leaf again from the ledger and compares the root: finds any row changed since it
     * was logged.
     */
    public boolean matches(LedgerReader ledger) {
        var replay = new Chains(keys.secret());
        var leaves = new TileLog(new MemoryTiles(), 0);
        long size = size();
        ledger.visit(1, size, row -> leaves.append(seal(replay, row).entry().leaf()));
        return leaves.size() == size && leaves.root().equals(root(size));
    }

    private synchronized Hash root(long size) {
        return MerkleTree.root(log, size);
    }

    @Override
    public synchronized void close() {
        try {
            file.close();
        } catch (SQLException e) {
            throw new LedgerException("the proof log cannot be closed", e);
        }
    }

    private static Chains.Sealed seal(Chains chains, BookedRow row) {
        return chains.seal(row.sequence(), row.transaction(), row.bookedAt().toEpochMilli());
    }

    private void commit(SortedSet<String> holders, SortedSet<AccountId> accounts) {
        try {
            log.flush();
            for (String holder : holders) {
                file.writeChain(holder, chains.tip(holder));
            }
            for (AccountId account : accounts) {
                file.writeBalance(account, chains.balance(account));
            }
            file.commit(log.size());
        } catch (SQLException e) {
            throw new LedgerException("the proof log cannot be written", e);
        }
    }

    private void refuseShorter(LedgerReader ledger) {
        long transactions = ledger.transactions();
        if (transactions < log.size()) {
            throw new LedgerException(
                    "the ledger has "
                            + transactions
                            + " transactions, but its proof log has "
                            + log.size()
                            + ": its end is lost. Build it again from the event log, or restore a"
                            + " newer copy");
        }
    }

    private Optional<SignedNote> published() throws IOException {
        if (!Files.exists(checkpointFile)) {
            return Optional.empty();
        }
        SignedNote note = SignedNote.parse(Files.readString(checkpointFile));
        if (!note.isSignedBy(key(), Ed25519.signatures())) {
            throw new LedgerException(
                    checkpointFile + " is not signed by this ledger's key " + key());
        }
        return Optional.of(note);
    }

    private void compare(LedgerReader ledger, SignedNote note) {
        Checkpoint published = Checkpoint.parse(note.text());
        long end = Math.min(published.size(), ledger.transactions());
        while (log.size() < end) {
            follow(ledger, Math.min(end, log.size() + COMMIT_EVERY));
        }
        HighWaterMark.refusal(published, log.size(), log)
                .ifPresent(reason -> {
                    throw new LedgerException(reason);
                });
        latest = Optional.of(note);
    }
}
