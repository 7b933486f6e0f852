package org.idlefleet.ledger;

/** What the book says about a transaction before it is booked. */
public sealed interface Check {
    Bookable BOOKABLE = new Bookable();
    Known KNOWN = new Known();

    /** It may be booked. */
    record Bookable() implements Check {}

    /** It was booked before, with the same content: booking it again does nothing. */
    record Known() implements Check {}

    /** It may not be booked; the book stays as it is. */
    sealed interface Refusal extends Check {
        /** What was wrong, with expected, found and id, in one sentence. */
        String reason();
    }

    /** An account would fall below zero. */
    record Overdrawn(TransactionId id, AccountId account, Money balance, Money change)
            implements Refusal {
        @Override
        public String reason() {
            return id + " needs " + change.negate() + " from " + account + ", which has " + balance;
        }
    }

    /** The id was used before for something else. */
    record Conflict(TransactionId id) implements Refusal {
        @Override
        public String reason() {
            return id + " was booked before with other content";
        }
    }

    /** No hold is open for the job: it was never taken, or it has ended, which is final. */
    record NoOpenHold(TransactionId id) implements Refusal {
        @Override
        public String reason() {
            return id + " draws on a hold, but none is open for job " + id.subject();
        }
    }

    /** A settlement wants more than its hold still has. */
    record HoldExceeded(TransactionId id, Money rest, Money wanted) implements Refusal {
        @Override
        public String reason() {
            return id
                    + " wants "
                    + wanted
                    + ", but the hold of job "
                    + id.subject()
                    + " still has "
                    + rest;
        }
    }

    /** The postings do not have the shape that the kind of transaction demands. */
    record Misshapen(TransactionId id, String expected) implements Refusal {
        @Override
        public String reason() {
            return id + ": expected " + expected;
        }
    }

    /** A book elsewhere refused it, in these words. */
    record Told(String reason) implements Refusal {}
}
