package org.idlefleet.ledger;

import java.util.Locale;

/** Why money moves. The lower-case name is the first part of every {@link TransactionId}. */
public enum TransactionKind {
    /** A client's money enters: issued → prepaid. */
    FUND,
    /** The ceiling price of a job is set aside: prepaid → hold. */
    HOLD,
    /** Verified work is paid: hold → owners, platform, verification. */
    SETTLE,
    /** What a job did not use goes back and the hold ends: hold → prepaid. */
    VOID,
    /** An earlier transaction is undone by its opposite; nothing is ever edited. */
    REVERSE;

    private final String word = name().toLowerCase(Locale.ROOT);

    /** The word in ids and files: {@code settle}. */
    public String word() {
        return word;
    }

    /** Whether transactions of this kind open, draw on, or end a hold. */
    public boolean ofHold() {
        return switch (this) {
            case HOLD, SETTLE, VOID -> true;
            case FUND, REVERSE -> false;
        };
    }

    static TransactionKind ofWord(String word) {
        for (TransactionKind kind : values()) {
            if (kind.word.equals(word)) {
                return kind;
            }
        }
        throw new IllegalArgumentException(
                "expected a kind of transaction such as settle, found '" + word + "'");
    }
}
