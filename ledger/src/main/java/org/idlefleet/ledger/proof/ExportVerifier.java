package org.idlefleet.ledger.proof;

import org.idlefleet.ledger.AccountId;
import org.idlefleet.ledger.Money;
import org.idlefleet.ledger.TransactionId;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The stand-alone check of an {@link Export}: needs the text, the log's public key and what the
 * holder saw before, and nothing that runs.
 *
 * <p>It finds: entries that are not in the log, lines left out, reordered, invented or changed,
 * balances that do not follow, a log that was rewritten since a pinned checkpoint, and receipts
 * that were not honoured. It cannot find that the newest entries are held back when no receipt
 * names them.
 */
public final class ExportVerifier {
    private final Trust trust;
    private final Signatures signatures;
    private final List<String> faults = new ArrayList<>();
    private final TreeMap<AccountId, Money> balances = new TreeMap<>();
    private long kept;
    private long open;

    private ExportVerifier(Trust trust, Signatures signatures) {
        this.trust = trust;
        this.signatures = signatures;
    }

    public static Verification verify(Export export, Trust trust, Signatures signatures) {
        return new ExportVerifier(trust, signatures).verify(export);
    }

    /** The same for a text from outside; one that cannot be read is a fault, not an exception. */
    public static Verification verify(String export, Trust trust, Signatures signatures) {
        try {
            return verify(Export.parse(export), trust, signatures);
        } catch (IllegalArgumentException | ArithmeticException e) {
            return new Verification(
                    0,
                    0,
                    0,
                    new TreeMap<>(),
                    List.of("the export cannot be read: " + e.getMessage()));
        }
    }

    private Verification verify(Export export) {
        Optional<Checkpoint> checkpoint = checkpoint(export.checkpoint());
        if (checkpoint.isPresent()) {
            growth(export, checkpoint.get());
            chain(export, checkpoint.get());
            receipts(export, checkpoint.get());
        }
        return new Verification(export.items().size(), kept, open, balances, faults);
    }

    private Optional<Checkpoint> checkpoint(SignedNote note) {
        if (!note.isSignedBy(trust.log(), signatures)) {
            return fault("the checkpoint is not signed by " + trust.log());
        }
        long cosigned =
                trust.witnesses().stream()
                        .filter(witness -> note.isSignedBy(witness, signatures))
                        .distinct()
                        .count();
        if (cosigned < trust.witnessesNeeded()) {
            fault(
                    "expected "
                            + trust.witnessesNeeded()
                            + " witnesses under the checkpoint, found "
                            + cosigned);
        }
        try {
            Checkpoint checkpoint = Checkpoint.parse(note.text());
            return checkpoint.origin().equals(trust.origin())
                    ? Optional.of(checkpoint)
                    : fault(
                            "expected a checkpoint of "
                                    + trust.origin()
                                    + ", found one of "
                                    + checkpoint.origin());
        } catch (IllegalArgumentException e) {
            return fault(String.valueOf(e.getMessage()));
        }
    }

    private void growth(Export export, Checkpoint now) {
        for (Checkpoint pinned : trust.pinned()) {
            List<Hash> proof = export.growth().getOrDefault(pinned.size(), List.of());
            if (!MerkleProof.extendsTree(
                    pinned.root(), pinned.size(), now.root(), now.size(), proof)) {
                fault(
                        "the log of "
                                + now.size()
                                + " entries is not proven to continue the one of "
                                + pinned.size()
                                + " entries seen at "
                                + pinned.time()
                                + ": it was rewritten, or forked");
            }
        }
    }

    private void chain(Export export, Checkpoint now) {
        long sequence = 0;
        long number = 0;
        Hash last = Line.NONE;
        for (Export.Item item : export.items()) {
            Entry entry = item.entry();
            if (entry.sequence() <= sequence) {
                fault("entry " + entry.sequence() + " stands after entry " + sequence);
            }
            sequence = entry.sequence();
            if (!MerkleProof.includes(
                    now.root(), now.size(), entry.leaf(), sequence - 1, item.proof())) {
                fault("entry " + sequence + " (" + entry.id() + ") is not in the log");
            }
            if (item.lines().isEmpty()) {
                fault("entry " + sequence + " shows no line of " + export.holder());
            }
            for (Line line : item.lines()) {
                line(export.holder(), entry, line);
                if (line.number() != number + 1 || !line.previous().equals(last)) {
                    fault(
                            "entry "
                                    + sequence
                                    + ": expected line "
                                    + (number + 1)
                                    + " of "
                                    + export.holder()
                                    + " next, found line "
                                    + line.number()
                                    + ": lines are missing or out of order");
                }
                number = line.number();
                last = line.commitment();
            }
        }
    }

    private void line(String holder, Entry entry, Line line) {
        if (!line.holder().equals(holder)) {
            fault(
                    "entry "
                            + entry.sequence()
                            + ": line of "
                            + line.holder()
                            + ", expected "
                            + holder);
        }
        if (!entry.commitments().contains(line.commitment())) {
            fault(
                    "entry "
                            + entry.sequence()
                            + ": line "
                            + line.number()
                            + " is not the one in the log");
        }
        Money expected = balances.getOrDefault(line.account(), Money.ZERO).plus(line.amount());
        if (!line.balance().equals(expected)) {
            fault(
                    "entry "
                            + entry.sequence()
                            + ": "
                            + line.account()
                            + " should have "
                            + expected
                            + ", shows "
                            + line.balance());
        }
        if (line.balance().isNegative() && !line.account().mayBeNegative()) {
            fault(
                    "entry "
                            + entry.sequence()
                            + ": "
                            + line.account()
                            + " fell to "
                            + line.balance());
        }
        balances.put(line.account(), line.balance());
    }

    private void receipts(Export export, Checkpoint now) {
        Map<TransactionId, Export.Item> entries = new HashMap<>();
        export.items().forEach(item -> entries.put(item.entry().id(), item));
        var seen = new ArrayList<>(trust.pinned());
        seen.add(now);
        for (SignedReceipts signed : trust.receipts()) {
            Receipts list = signed.receipts();
            if (!signed.isSignedBy(trust.log(), signatures)) {
                fault("receipts due " + list.deadline() + " are not signed by the log's key");
            } else if (!list.holder().equals(export.holder())) {
                fault(
                        "receipts due "
                                + list.deadline()
                                + " are made out to "
                                + list.owner()
                                + ", expected "
                                + export.holder());
            } else {
                list.all().forEach(receipt -> receipt(list, receipt, entries, seen, now));
            }
        }
    }

    private void receipt(
            Receipts list,
            Receipt receipt,
            Map<TransactionId, Export.Item> entries,
            List<Checkpoint> seen,
            Checkpoint now) {
        Export.Item entry = entries.get(receipt.settlement());
        if (entry != null) {
            Optional<String> broken = list.broken(receipt, entry, seen);
            broken.ifPresent(faults::add);
            kept += broken.isEmpty() ? 1 : 0;
        } else if (list.deadline().isAfter(now.time())) {
            open++;
        } else {
            fault(
                    list.promise(receipt)
                            + ", but no such entry of "
                            + list.holder()
                            + " is in the log of "
                            + now.time());
        }
    }

    private <T> Optional<T> fault(String what) {
        faults.add(what);
        return Optional.empty();
    }
}
