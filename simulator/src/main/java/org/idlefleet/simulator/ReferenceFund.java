package org.idlefleet.simulator;

import org.idlefleet.coordinator.Event;
import org.idlefleet.ledger.Transaction;

import java.util.Optional;

/**
 * A second, naive account of what is set aside for checks. It complains when money is set aside
 * while there is enough, and when a check is paid out of anything else.
 */
final class ReferenceFund {
    private static final String ACCOUNT = "client:platform-audits:prepaid";

    private long balance;
    private long before;
    private int filled;

    void booked(Transaction transaction) {
        long change = change(transaction);
        if (change != 0) {
            Broken.unless(change > 0, "what is set aside for checks is for checks", transaction);
            before = balance;
            balance += change;
            filled++;
        }
    }

    /** Complains, or gives the corner that was met. */
    Optional<Corner> settled(Event.ShardSettled event, Event.JobAdmitted job) {
        long paid = -event.payments().stream().mapToLong(ReferenceFund::change).sum();
        Broken.unless(
                job.audit().isPresent() ? paid > 0 : paid == 0,
                "checks, and nothing else, are paid out of what is set aside for them",
                event);
        if (paid == 0) {
            return Optional.empty();
        }
        Broken.unless(before < paid, "more is set aside when there is not enough", event, before);
        before = 0;
        balance -= paid;
        return filled > 1 ? Optional.of(Corner.CHECKS_FUNDED_AGAIN) : Optional.empty();
    }

    private static long change(Transaction transaction) {
        return transaction.postings().stream()
                .filter(posting -> posting.account().path().equals(ACCOUNT))
                .mapToLong(posting -> posting.amount().millionths())
                .sum();
    }
}
