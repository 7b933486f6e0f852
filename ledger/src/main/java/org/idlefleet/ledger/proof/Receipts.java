package org.idlefleet.ledger.proof;

import org.idlefleet.ledger.Money;

import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * What a coordinator owes an owner for results that it accepted, and until when all of it will be
 * in the ledger's log. Binding once signed, see {@link SignedReceipts}.
 *
 * @param owner such as {@code ann}
 */
public record Receipts(String owner, Instant deadline, List<Receipt> all) {
    /** So many fit into one list. */
    public static final int LENGTH_MAX = 1_024;

    private static final String KIND = "idlefleet ledger receipts v1";

    public Receipts {
        all = List.copyOf(all);
        if (all.isEmpty() || all.size() > LENGTH_MAX) {
            throw new IllegalArgumentException(
                    "expected 1 to " + LENGTH_MAX + " receipts in a list, found " + all.size());
        }
    }

    /** Whose lines of the log pay it, such as {@code owner:ann}. */
    public String holder() {
        return "owner:" + owner;
    }

    /**
     * How one of these promises was broken by the entry that was to keep it; empty if it was kept.
     *
     * @param entry with the owner's lines of it, which the log is proven to have
     * @param seen checkpoints of the log that the owner has
     */
    public Optional<String> broken(
            Receipt receipt, Export.Item entry, Collection<Checkpoint> seen) {
        Money brought =
                entry.lines().stream()
                        .filter(line -> line.holder().equals(holder()))
                        .map(Line::amount)
                        .reduce(Money.ZERO, Money::plus);
        String promise = promise(receipt);
        if (!brought.equals(receipt.amount())) {
            return Optional.of(
                    promise + ", but entry " + entry.entry().sequence() + " brought " + brought);
        }
        return seen.stream()
                .filter(checkpoint -> !checkpoint.time().isBefore(deadline))
                .filter(checkpoint -> checkpoint.size() < entry.entry().sequence())
                .findFirst()
                .map(checkpoint ->
                        promise
                                + ", but the log of "
                                + checkpoint.time()
                                + " had only "
                                + checkpoint.size()
                                + " entries, and this is entry "
                                + entry.entry().sequence()
                                + ": it came late");
    }

    /** Says what was promised, as the beginning of a sentence. */
    public String promise(Receipt receipt) {
        return "the receipt for "
                + receipt.settlement()
                + " promised "
                + owner
                + " "
                + receipt.amount()
                + " by "
                + deadline;
    }

    String text() {
        var text =
                new StringBuilder(KIND)
                        .append("\nowner ")
                        .append(owner)
                        .append("\nby ")
                        .append(deadline)
                        .append("\nreceipts ")
                        .append(all.size())
                        .append('\n');
        all.forEach(receipt -> text.append(receipt.text()));
        return text.toString();
    }

    static Receipts read(Lines lines) {
        lines.expect(KIND);
        try {
            String owner = lines.next("owner");
            String by = lines.next("by");
            Instant deadline = Instant.parse(by);
            if (!deadline.toString().equals(by)) {
                throw new IllegalArgumentException("the time is not in its one form: " + by);
            }
            var all = new ArrayList<Receipt>();
            for (int left = lines.count("receipts", LENGTH_MAX); left > 0; left--) {
                all.add(Receipt.parse(lines.next()));
            }
            return new Receipts(owner, deadline, all);
        } catch (NumberFormatException | DateTimeParseException e) {
            throw new IllegalArgumentException("no receipts: " + e.getMessage(), e);
        }
    }
}
