package org.idlefleet.ledger.proof;

import org.idlefleet.ledger.Money;
import org.idlefleet.ledger.TransactionId;

import java.time.Instant;
import java.time.format.DateTimeParseException;

/**
 * The coordinator's signed promise to an owner: this payment will be in the log by then. A receipt
 * without its entry proves that the promise was broken.
 *
 * @param settlement the transaction that will pay
 * @param amount what it will bring the owner, in all his accounts together
 */
public record Receipt(String owner, TransactionId settlement, Money amount, Instant deadline) {
    private static final String KIND = "idlefleet ledger receipt v1";

    /** What gets signed as a note by the log's key. */
    public String text() {
        return KIND
                + "\nowner "
                + owner
                + "\nfor "
                + settlement
                + "\namount "
                + amount.millionths()
                + "\nby "
                + deadline
                + "\n";
    }

    public static Receipt parse(String text) {
        var lines = new Lines(text);
        lines.expect(KIND);
        try {
            var receipt =
                    new Receipt(
                            lines.next("owner"),
                            TransactionId.parse(lines.next("for")),
                            new Money(Long.parseLong(lines.next("amount"))),
                            Instant.parse(lines.next("by")));
            if (!receipt.text().equals(text)) {
                throw new IllegalArgumentException(
                        "the receipt is not written in its one form: " + text);
            }
            return receipt;
        } catch (NumberFormatException | DateTimeParseException e) {
            throw new IllegalArgumentException("no receipt: " + text, e);
        }
    }
}
