package org.idlefleet.ledger;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** Why money moves. The lower-case name is the first part of every {@link TransactionId}. */
public enum TransactionKind {
    /** A client's money enters: issued → prepaid. */
    FUND(1),
    /**
     * The ceiling price of a job is set aside: prepaid → hold; of work that the platform asks for
     * itself verification, issued → hold.
     */
    HOLD(2),
    /** Verified work is paid: hold → owners, platform, verification. */
    SETTLE(3),
    /** What a job did not use goes back and the hold ends: hold → prepaid. */
    VOID(4),
    /** An earlier transaction is undone by its opposite; nothing is ever edited. */
    REVERSE(5),
    /**
     * Earnings became final: escrow → payable, what the owner owes first. The detail is the day
     * they were earned.
     */
    MATURE(6),
    /**
     * A convicted owner loses what was not paid out yet: escrow, payable → clients, verification,
     * slash reserve.
     */
    FORFEIT(7),
    /** A client's bank took a payment back: prepaid → issued. */
    CHARGEBACK(8),
    /** An owner's money is on its way: payable → clearing. The detail is the payout run. */
    PAYOUT(9),
    /** It arrived: clearing → paid. */
    PAID(10),
    /** It came back: clearing → payable. */
    RETURN(11),
    /** An owner's device was parked and willing: revenue → escrow. The detail is when it began. */
    AVAILABLE(12);

    private final int code;
    private final String word = name().toLowerCase(Locale.ROOT);

    TransactionKind(int code) {
        this.code = code;
    }

    /** The number in the durable ledger; never given to another kind. */
    public int code() {
        return code;
    }

    /** The word in ids and files: {@code settle}. */
    public String word() {
        return word;
    }

    /** Whether transactions of this kind open, draw on, or end a hold. */
    public boolean ofHold() {
        return switch (this) {
            case HOLD, SETTLE, VOID -> true;
            case FUND, REVERSE, MATURE, FORFEIT, CHARGEBACK, PAYOUT, PAID, RETURN, AVAILABLE ->
                    false;
        };
    }

    /**
     * Whether the details of a subject only ever grow (days, hours), so that the latest stands for
     * all before it and nothing older need be remembered.
     */
    public boolean isSerial() {
        return switch (this) {
            case MATURE, AVAILABLE -> true;
            case FUND, HOLD, SETTLE, VOID, REVERSE, FORFEIT, CHARGEBACK, PAYOUT, PAID, RETURN ->
                    false;
        };
    }

    public static TransactionKind ofCode(int code) {
        for (TransactionKind kind : values()) {
            if (kind.code == code) {
                return kind;
            }
        }
        throw new IllegalArgumentException(
                "expected the code of a kind of transaction, found " + code);
    }

    static TransactionKind ofWord(String word) {
        return known(word)
                .orElseThrow(() ->
                        new IllegalArgumentException(
                                "expected a kind of transaction such as settle, found '"
                                        + word
                                        + "'"));
    }

    /** The kind of that word, if there is one. */
    static Optional<TransactionKind> known(String word) {
        return Arrays.stream(values()).filter(kind -> kind.word.equals(word)).findFirst();
    }
}
