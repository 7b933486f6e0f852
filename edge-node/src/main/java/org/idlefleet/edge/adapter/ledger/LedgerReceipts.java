package org.idlefleet.edge.adapter.ledger;

import org.idlefleet.edge.EdgeView;
import org.idlefleet.edge.Signal;
import org.idlefleet.edge.adapter.Durable;
import org.idlefleet.ledger.proof.Checkpoint;
import org.idlefleet.ledger.proof.Export;
import org.idlefleet.ledger.proof.NoteKey;
import org.idlefleet.ledger.proof.Receipt;
import org.idlefleet.ledger.proof.SignedNote;
import org.idlefleet.ledger.proof.SignedReceipts;
import org.idlefleet.protocol.CoordinatorMessage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The signed promises of payments that a node holds its coordinator to. A list of receipts is kept
 * until the pinned ledger is proven to have each of its payments. Beside {@link LedgerPin}'s files:
 *
 * <pre>
 * receipts/N   a list of signed receipts, as it came
 * due/SIZE     the first checkpoint pinned after a deadline: what is not in it came late
 * broken/N     a broken promise: a sentence, the receipts, the entry that breaks it
 * </pre>
 *
 * <p>One thread.
 */
public final class LedgerReceipts {
    private static final Logger LOG = LoggerFactory.getLogger(LedgerReceipts.class);

    /** Receipts kept in all; beyond, the oldest list goes. */
    private static final int RECEIPTS_MAX = 20_000;

    /** Broken promises kept; the first ones say enough. */
    private static final int BROKEN_MAX = 1_000;

    /** An answer may lead to a checkpoint that was pinned so many before the present one. */
    private static final int PINNED_MAX = 8;

    private final Path directory;
    private final String owner;
    private final InstantSource clock;
    private final ProofLot lot = new ProofLot();
    private final TreeMap<Long, Held> lists = new TreeMap<>();
    private final TreeMap<Long, Checkpoint> pinned = new TreeMap<>();
    private final TreeMap<Long, Checkpoint> due = new TreeMap<>();
    private long next;
    private long kept;
    private long dropped;
    private long broken;
    private String lastBroken = "";

    /**
     * A list with what of it is still to be proven.
     *
     * @param since the checkpoint pinned when it came is of this time; a later one may have it
     */
    private record Held(SignedReceipts signed, Map<String, Receipt> unproven, Instant since) {
        static Held of(SignedReceipts signed, Instant since) {
            var unproven = new HashMap<String, Receipt>();
            signed.receipts().all().forEach(receipt -> unproven.put(receipt.name(), receipt));
            return new Held(signed, unproven, since);
        }

        Instant deadline() {
            return signed.receipts().deadline();
        }
    }

    /**
     * Goes on with what is in the directory.
     *
     * @param directory where the checkpoint is pinned
     * @param owner whom this node earns for
     */
    public LedgerReceipts(Path directory, String owner, InstantSource clock) {
        this.directory = directory;
        this.owner = owner;
        this.clock = clock;
        try {
            for (Path file : files(directory.resolve("receipts"))) {
                next = Math.max(next, number(file) + 1);
                read(file).ifPresent(list -> lists.put(number(file), Held.of(list, Instant.EPOCH)));
            }
            for (Path file : files(directory.resolve("due"))) {
                SignedNote note = SignedNote.parse(Files.readString(file));
                due.put(number(file), Checkpoint.parse(note.text()));
            }
            List<String> known = broken(directory);
            broken = known.size();
            lastBroken = known.isEmpty() ? "" : known.getLast();
        } catch (IOException | IllegalArgumentException e) {
            LOG.warn("the ledger's receipts", e);
        }
    }

    /** The newest checkpoint may have been pinned: what was due by then has to be in it. */
    public Optional<Signal> pinned() {
        try {
            Path file = directory.resolve("checkpoint");
            if (Files.exists(file)) {
                SignedNote note = SignedNote.parse(Files.readString(file));
                Checkpoint checkpoint = Checkpoint.parse(note.text());
                pinned.put(checkpoint.size(), checkpoint);
                while (pinned.size() > PINNED_MAX) {
                    pinned.pollFirstEntry();
                }
                witness(checkpoint, note);
            }
            return said();
        } catch (IOException | IllegalArgumentException e) {
            LOG.warn("the pinned checkpoint", e);
            return Optional.empty();
        }
    }

    private void witness(Checkpoint checkpoint, SignedNote note) throws IOException {
        boolean needed =
                lists.values().stream()
                        .filter(list -> !checkpoint.time().isBefore(list.deadline()))
                        .anyMatch(list ->
                                due.values().stream()
                                        .allMatch(old -> old.time().isBefore(list.deadline())));
        if (needed) {
            due.put(checkpoint.size(), checkpoint);
            write("due", checkpoint.size(), note.toString());
        }
    }

    /** Keeps what the coordinator owes; what it did not sign, or owes to others, says nothing. */
    public Optional<Signal> keep(CoordinatorMessage.Receipts message) {
        try {
            Path key = directory.resolve("key");
            if (!Files.exists(key)) {
                LOG.warn("receipts came before the ledger's key; they are not kept");
                return Optional.empty();
            }
            NoteKey log = NoteKey.parse(Files.readString(key));
            for (SignedReceipts signed : SignedReceipts.parse(message.text())) {
                if (!signed.isSignedBy(log, PlatformEd25519.signatures())
                        || !signed.receipts().owner().equals(owner)) {
                    LOG.warn(
                            "receipts for {} are not signed by {}, or not for this node's owner"
                                    + " {}; they are not kept",
                            signed.receipts().owner(),
                            log,
                            owner);
                    continue;
                }
                write("receipts", next, signed.text());
                lists.put(
                        next++,
                        Held.of(
                                signed,
                                pinned.isEmpty()
                                        ? Instant.EPOCH
                                        : pinned.lastEntry().getValue().time()));
            }
            dropOldest();
            return said();
        } catch (IOException | IllegalArgumentException e) {
            LOG.warn("receipts can't be read or kept", e);
            return Optional.empty();
        }
    }

    private void dropOldest() throws IOException {
        while (open() > RECEIPTS_MAX) {
            if (dropped == 0) {
                LOG.info(
                        "more payments are promised than are asked for: of {} receipts the oldest"
                                + " go from now on",
                        RECEIPTS_MAX);
            }
            Map.Entry<Long, Held> oldest = lists.firstEntry();
            dropped += oldest.getValue().unproven().size();
            oldest.getValue().unproven().keySet().forEach(lot::remove);
            drop(oldest.getKey());
        }
    }

    /** Holds entries of the ledger, proven by a pinned checkpoint, against what they have to be. */
    public Optional<Signal> check(CoordinatorMessage.Entries entries) {
        Checkpoint log = pinned.get(entries.size());
        if (log == null) {
            return Optional.empty();
        }
        try {
            for (String text : entries.items()) {
                Export.Item item = Export.Item.parse(text);
                for (Map.Entry<Long, Held> list : List.copyOf(lists.entrySet())) {
                    Receipt receipt = list.getValue().unproven().get(item.entry().name());
                    if (receipt != null && item.isProvenBy(log, "owner:" + owner)) {
                        judge(list.getKey(), list.getValue(), receipt, item);
                    }
                }
            }
            lot.answered();
            return said();
        } catch (IOException | IllegalArgumentException e) {
            LOG.warn("the coordinator's proof of payments", e);
            return Optional.empty();
        }
    }

    private void judge(long number, Held list, Receipt receipt, Export.Item item)
            throws IOException {
        Optional<String> reason = list.signed().receipts().broken(receipt, item, due.values());
        if (reason.isEmpty()) {
            kept++;
        } else {
            LOG.error("THE LEDGER'S COORDINATOR BROKE A PROMISE: {}", reason.get());
            lastBroken = reason.get();
            if (broken < BROKEN_MAX) {
                write(
                        "broken",
                        files(directory.resolve("broken")).size(),
                        reason.get() + "\n\n" + list.signed().text() + "\n" + item.text());
            }
            broken++;
        }
        list.unproven().remove(receipt.name());
        lot.remove(receipt.name());
        if (list.unproven().isEmpty()) {
            drop(number);
        }
    }

    private void drop(long number) throws IOException {
        lists.remove(number);
        Files.deleteIfExists(directory.resolve("receipts").resolve(Long.toString(number)));
        for (Map.Entry<Long, Checkpoint> old : List.copyOf(due.entrySet())) {
            Instant time = old.getValue().time();
            if (lists.values().stream().allMatch(list -> time.isBefore(list.deadline()))) {
                due.remove(old.getKey());
                Files.deleteIfExists(directory.resolve("due").resolve(old.getKey().toString()));
            }
        }
    }

    private long open() {
        return lists.values().stream().mapToLong(list -> list.unproven().size()).sum();
    }

    private Optional<Signal> said() {
        Instant now = clock.instant();
        List<String> ask = lot.draw(this::provable, now);
        List<String> inVain = lot.inVain(now);
        long overdue =
                lists.values().stream()
                        .filter(list -> list.deadline().isBefore(now))
                        .mapToLong(list -> overdue(list, inVain).count())
                        .sum();
        return Optional.of(
                new Signal.ReceiptsHeld(
                        new EdgeView.Receipts(
                                kept,
                                open(),
                                dropped,
                                overdue,
                                broken,
                                first(now, overdue > 0, inVain),
                                lastBroken),
                        ask));
    }

    /**
     * Once the list's deadline has passed: what was asked for in vain, and all of it if no
     * checkpoint came that could have it. What nobody has asked for yet is not overdue.
     */
    private Stream<Receipt> overdue(Held list, List<String> inVain) {
        return provable(list)
                ? inVain.stream().map(list.unproven()::get).filter(Objects::nonNull)
                : unproven(list);
    }

    private static Stream<Receipt> unproven(Held list) {
        return list.signed().receipts().all().stream()
                .filter(receipt -> list.unproven().containsKey(receipt.name()));
    }

    /** Whether a checkpoint was pinned since the list came. */
    private boolean provable(Held list) {
        return !pinned.isEmpty() && list.since().isBefore(pinned.lastEntry().getValue().time());
    }

    private Optional<EdgeView.Promise> first(Instant now, boolean overdue, List<String> inVain) {
        return lists.values().stream()
                .sorted(Comparator.comparing(Held::deadline))
                .filter(list -> list.deadline().isBefore(now) == overdue)
                .flatMap(list ->
                        (overdue ? overdue(list, inVain) : unproven(list))
                                .limit(1)
                                .map(receipt ->
                                        new EdgeView.Promise(
                                                receipt.name(),
                                                receipt.millionths(),
                                                list.deadline())))
                .findFirst();
    }

    /** All that the pinned ledger may prove. */
    private List<String> provable() {
        var names = new ArrayList<String>();
        lists.values().stream()
                .filter(this::provable)
                .forEach(list -> names.addAll(list.unproven().keySet()));
        return names;
    }

    /** All receipts that are kept, oldest first, for others to read. */
    public static List<SignedReceipts> kept(Path directory) throws IOException {
        var all = new ArrayList<SignedReceipts>();
        for (Path file : files(directory.resolve("receipts"))) {
            read(file).ifPresent(all::add);
        }
        return all;
    }

    /** The broken promises that this node has proof of, a sentence each. */
    public static List<String> broken(Path directory) throws IOException {
        var all = new ArrayList<String>();
        for (Path file : files(directory.resolve("broken"))) {
            all.add(Files.readString(file).lines().findFirst().orElse(""));
        }
        return all;
    }

    /** Empty, and gone, if it is none: a file that a power cut left. */
    private static Optional<SignedReceipts> read(Path file) throws IOException {
        try {
            return Optional.of(SignedReceipts.parse(Files.readString(file)).getFirst());
        } catch (IllegalArgumentException e) {
            LOG.warn("{} holds no receipts: {}", file, e.getMessage());
            return Optional.empty();
        }
    }

    private void write(String folder, long number, String text) throws IOException {
        Path parent = directory.resolve(folder);
        Files.createDirectories(parent);
        Durable.write(parent.resolve(Long.toString(number)), text.getBytes(StandardCharsets.UTF_8));
    }

    /** Those with a number for a name, in their order. */
    private static List<Path> files(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.getFileName().toString().matches("[0-9]{1,18}"))
                    .sorted((one, other) -> Long.compare(number(one), number(other)))
                    .toList();
        }
    }

    private static long number(Path file) {
        return Long.parseLong(file.getFileName().toString());
    }
}
