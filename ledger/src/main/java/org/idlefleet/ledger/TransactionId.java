package org.idlefleet.ledger;

import java.util.Optional;

/**
 * The name of a transaction, derived from what it is about and never random, so that doing it twice
 * shows.
 *
 * <p>Written {@code kind/subject/detail}: {@code fund/acme/bank-17}, {@code hold/job-9}, {@code
 * settle/job-9/3}, {@code void/job-9}, {@code reverse/job-9/settle/3}. For a hold and what draws on
 * it the subject is the job.
 *
 * @param detail may be empty; may itself contain slashes
 */
public record TransactionId(TransactionKind kind, String subject, String detail) {
    public static final int LENGTH_MAX = 160;

    private static final String REFUND = "refund-";
    private static final String RETRACTED = "retracted-";

    public TransactionId {
        int length = kind.word().length() + subject.length() + detail.length() + 2;
        if (subject.isEmpty()
                || !plain(subject, false)
                || !plain(detail, true)
                || length > LENGTH_MAX) {
            throw new IllegalArgumentException(
                    "expected a transaction id such as settle/job-9/3 of letters, digits and . _ -,"
                            + " at most "
                            + LENGTH_MAX
                            + " characters, found '"
                            + kind.word()
                            + "/"
                            + subject
                            + "/"
                            + detail
                            + "'");
        }
    }

    public static TransactionId fund(String client, String reference) {
        return new TransactionId(TransactionKind.FUND, client, reference);
    }

    /** Money back for a job that failed: booked as a payment of the platform's. */
    public static TransactionId refund(String client, String job) {
        return fund(client, REFUND + job);
    }

    /** Money back for items from {@code from} on, whose result turned out wrong. */
    public static TransactionId retracted(String client, String job, int shard, int from) {
        return fund(client, RETRACTED + job + "-" + shard + "-" + from);
    }

    /**
     * The job that this is money back for; empty if it is anything else, such as a payment of a
     * client's.
     */
    public Optional<String> refunded() {
        if (kind != TransactionKind.FUND) {
            return Optional.empty();
        }
        if (detail.startsWith(REFUND)) {
            return Optional.of(detail.substring(REFUND.length()));
        }
        int from = detail.lastIndexOf('-');
        int shard = from < 0 ? -1 : detail.lastIndexOf('-', from - 1);
        return detail.startsWith(RETRACTED) && shard > RETRACTED.length()
                ? Optional.of(detail.substring(RETRACTED.length(), shard))
                : Optional.empty();
    }

    public static TransactionId hold(String job) {
        return new TransactionId(TransactionKind.HOLD, job, "");
    }

    public static TransactionId settle(String job, String shard) {
        return new TransactionId(TransactionKind.SETTLE, job, shard);
    }

    public static TransactionId voiding(String job) {
        return new TransactionId(TransactionKind.VOID, job, "");
    }

    public static TransactionId reverse(TransactionId undone) {
        String detail = undone.kind.word() + (undone.detail.isEmpty() ? "" : "/" + undone.detail);
        return new TransactionId(TransactionKind.REVERSE, undone.subject, detail);
    }

    /**
     * What this undoes: a reversal the transaction it is named by, a chargeback the payment; empty
     * if it is neither.
     */
    public Optional<TransactionId> undone() {
        return switch (kind) {
            case REVERSE -> {
                String[] parts = detail.split("/", 2);
                String rest = parts.length == 2 ? parts[1] : "";
                yield TransactionKind.known(parts[0])
                        .map(first -> new TransactionId(first, subject, rest));
            }
            case CHARGEBACK ->
                    detail.indexOf('/') < 0 ? Optional.of(fund(subject, detail)) : Optional.empty();
            case FUND, HOLD, SETTLE, VOID, MATURE, FORFEIT, PAYOUT, PAID, RETURN, AVAILABLE ->
                    Optional.empty();
        };
    }

    /** Reads what {@link #toString} writes. */
    public static TransactionId parse(String text) {
        String[] parts = text.split("/", 3);
        if (parts.length < 2) {
            throw new IllegalArgumentException(
                    "expected a transaction id such as settle/job-9/3, found '" + text + "'");
        }
        return new TransactionId(
                TransactionKind.ofWord(parts[0]), parts[1], parts.length == 3 ? parts[2] : "");
    }

    @Override
    public String toString() {
        return detail.isEmpty()
                ? kind.word() + "/" + subject
                : kind.word() + "/" + subject + "/" + detail;
    }

    private static boolean plain(String text, boolean slashAllowed) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (!AccountId.isNameCharacter(c) && c != ':' && !(slashAllowed && c == '/')) {
                return false;
            }
        }
        return true;
    }
}
