package org.idlefleet.ledger.proof;

import org.idlefleet.ledger.Money;
import org.idlefleet.ledger.TransactionId;

/**
 * A promise for one result: this transaction will bring the owner so much.
 *
 * @param amount in all the owner's accounts together
 * @param result SHA-256 of the output that is paid
 */
public record Receipt(TransactionId settlement, Money amount, Hash result) {
    private static final int WORDS = 3;

    /** What is promised, in millionths of a credit. */
    public long millionths() {
        return amount.millionths();
    }

    /** The transaction's name, such as {@code settle/12/3}. */
    public String name() {
        return settlement.toString();
    }

    String text() {
        return settlement + " " + amount.millionths() + " " + result + "\n";
    }

    /** Reads what {@link #text} writes, without its newline. */
    static Receipt parse(String line) {
        String[] words = line.split(" ", -1);
        if (words.length != WORDS) {
            throw new IllegalArgumentException(
                    "expected a transaction, an amount and a digest, found '" + line + "'");
        }
        var receipt =
                new Receipt(
                        TransactionId.parse(words[0]),
                        new Money(Long.parseLong(words[1])),
                        Hash.parse(words[2]));
        if (!receipt.text().equals(line + "\n")) {
            throw new IllegalArgumentException(
                    "the receipt is not written in its one form: " + line);
        }
        return receipt;
    }
}
