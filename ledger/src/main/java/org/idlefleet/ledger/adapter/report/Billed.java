package org.idlefleet.ledger.adapter.report;

import org.idlefleet.ledger.TransactionId;

/**
 * What a movement of a client's accounts is on the client's bill: told by the transaction's name
 * alone, so that invoices, usage and costs mean the same.
 *
 * @param work the hold or settlement that it is about, of which more may be known; where it is
 *     about no job, the transaction itself
 */
public record Billed(Use use, TransactionId work) {
    /** What it is. */
    public enum Use {
        /** A job was admitted; nothing is charged yet. */
        JOB,
        /** Verified work. */
        WORK,
        /** Money back for work: of a job that failed, a result that was wrong, or a correction. */
        REFUND,
        /** The client paid in. */
        PAYMENT,
        /** The client's bank took a payment back, or the client made up for that. */
        TAKEN_BACK,
        /** What a bill does not know; it moves nothing of a client's. */
        NONE
    }

    public static Billed of(TransactionId id) {
        return switch (id.kind()) {
            case HOLD -> new Billed(Use.JOB, id);
            case SETTLE -> new Billed(Use.WORK, id);
            case FUND ->
                    id.refunded()
                            .map(job -> new Billed(Use.REFUND, TransactionId.hold(job)))
                            .orElse(new Billed(Use.PAYMENT, id));
            case FORFEIT -> new Billed(Use.REFUND, id);
            case CHARGEBACK -> new Billed(Use.TAKEN_BACK, id);
            case REVERSE -> undone(id);
            case VOID, MATURE, PAYOUT, PAID, RETURN, AVAILABLE -> new Billed(Use.NONE, id);
        };
    }

    /** The opposite of what was undone is on the same line, but work undone is a refund. */
    private static Billed undone(TransactionId id) {
        Billed first = id.undone().map(Billed::of).orElse(new Billed(Use.NONE, id));
        return first.use() == Use.WORK ? new Billed(Use.REFUND, first.work()) : first;
    }
}
