package org.idlefleet.ledger;

import java.util.ArrayList;
import java.util.List;

/** What the platform pays for audits, now and in earlier releases. */
public final class Checks {
    private Checks() {}

    /** Earlier releases took a hold for each. */
    public static Transaction hold(String job, String client, Money reserved, Money issued) {
        var postings = new ArrayList<Posting>();
        postings.add(new Posting(AccountId.hold(client), reserved.plus(issued)));
        if (!reserved.isZero()) {
            postings.add(new Posting(AccountId.VERIFICATION, reserved.negate()));
        }
        if (!issued.isZero()) {
            postings.add(new Posting(AccountId.ISSUED, issued.negate()));
        }
        return new Transaction(TransactionId.hold(job), postings);
    }

    /** The payment of a check that was done by one owner. */
    public static Transaction settle(String job, String owner, Money amount) {
        return new Transaction(
                TransactionId.settle(job, "0"),
                List.of(
                        new Posting(AccountId.CHECKS, amount.negate()),
                        new Posting(AccountId.escrow(owner), amount)));
    }
}
