package org.idlefleet.ledger.adapter.policy;

import org.idlefleet.ledger.AccountId;
import org.idlefleet.ledger.Money;
import org.idlefleet.ledger.Posting;
import org.idlefleet.ledger.Transaction;
import org.idlefleet.ledger.TransactionKind;
import org.idlefleet.ledger.adapter.BookedRow;
import org.idlefleet.ledger.adapter.LedgerJson;
import org.idlefleet.ledger.adapter.LedgerReader;
import org.idlefleet.ledger.policy.Contributor;
import org.idlefleet.ledger.policy.PayPolicy;
import org.idlefleet.ledger.policy.Payment;
import org.idlefleet.ledger.policy.Work;

import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What a policy would have paid for the settlements of some time, beside what was paid. Books
 * nothing.
 *
 * @param priced how many of the settlements got the policy's own price, since model and units are
 *     known; the others keep the price that was paid
 * @param charged what clients would have paid
 * @param was what they paid
 * @param paid what went to each account
 * @param would what would have gone to it
 */
public record PolicyDryRun(
        int policy,
        long settlements,
        long priced,
        Money was,
        Money charged,
        SortedMap<AccountId, Money> paid,
        SortedMap<AccountId, Money> would) {
    /** All accounts that were paid, or would have been. */
    public SortedSet<AccountId> accounts() {
        var accounts = new TreeSet<>(paid.keySet());
        accounts.addAll(would.keySet());
        return accounts;
    }

    /** What an account would have gained, or lost when negative. */
    public Money change(AccountId account) {
        return would.getOrDefault(account, Money.ZERO)
                .minus(paid.getOrDefault(account, Money.ZERO));
    }

    /** What changes for every account, and in sum; money is decimal text. */
    public ObjectNode json() {
        ObjectNode json =
                LedgerJson.object()
                        .put("policy", policy)
                        .put("settlements", settlements)
                        .put("priced", priced)
                        .put("was", was.toString())
                        .put("charged", charged.toString());
        ArrayNode lines = json.putArray("accounts");
        for (AccountId account : accounts()) {
            lines.addObject()
                    .put("account", account.path())
                    .put("paid", paid.getOrDefault(account, Money.ZERO).toString())
                    .put("would", would.getOrDefault(account, Money.ZERO).toString())
                    .put("change", change(account).toString());
        }
        return json;
    }

    /**
     * Goes through the settlements that were booked from one time up to, not including, another.
     *
     * @param facts where known, the policy's own prices count
     */
    public static PolicyDryRun of(
            PayPolicy policy, LedgerReader ledger, Instant from, Instant to, WorkFacts facts) {
        var sum = new Sum(policy, facts);
        ledger.visit(
                from,
                to,
                row -> {
                    if (row.transaction().kind() == TransactionKind.SETTLE) {
                        sum.add(row);
                    }
                });
        return new PolicyDryRun(
                policy.version(),
                sum.settlements,
                sum.priced,
                sum.was,
                sum.charged,
                sum.paid,
                sum.would);
    }

    private static final class Sum {
        private final PayPolicy policy;
        private final WorkFacts facts;
        private final SortedMap<AccountId, Money> paid = new TreeMap<>();
        private final SortedMap<AccountId, Money> would = new TreeMap<>();
        private long settlements;
        private long priced;
        private Money was = Money.ZERO;
        private Money charged = Money.ZERO;

        Sum(PayPolicy policy, WorkFacts facts) {
            this.policy = policy;
            this.facts = facts;
        }

        void add(BookedRow row) {
            settlements++;
            Transaction settled = row.transaction();
            List<Contributor> contributors = new ArrayList<>();
            Money price = Money.ZERO;
            AccountId payer = AccountId.CHECKS;
            for (Posting posting : settled.postings()) {
                if (posting.account().pays()) {
                    price = posting.amount().negate();
                    payer = posting.account();
                } else {
                    paid.merge(posting.account(), posting.amount(), Money::plus);
                    if (posting.account().isOwners("escrow")) {
                        contributors.add(Contributor.of(posting.account().name()));
                    }
                }
            }
            was = was.plus(price);
            if (contributors.isEmpty()) {
                again(settled);
                charged = charged.plus(price);
                return;
            }
            Optional<WorkFacts.Facts> known = facts.of(settled.id());
            List<Contributor> said = facts.contributors(settled.id());
            var work =
                    new Work(
                            settled.id(),
                            payer.name(),
                            payer,
                            known.map(WorkFacts.Facts::model).orElse(""),
                            known.map(fact -> fact.units() * fact.executions()).orElse(0L),
                            row.bookedAt(),
                            Money.ofMillionths(Long.MAX_VALUE),
                            said.isEmpty() ? contributors : said,
                            List.of());
            Payment payment = known.isPresent() ? policy.pay(work) : policy.pay(work, price);
            priced += known.isPresent() ? 1 : 0;
            charged = charged.plus(payment.charged());
            payment.transactions().forEach(this::again);
        }

        private void again(Transaction settlement) {
            for (Posting posting : settlement.postings()) {
                if (!posting.account().pays()) {
                    would.merge(posting.account(), posting.amount(), Money::plus);
                }
            }
        }
    }
}
