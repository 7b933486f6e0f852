package org.idlefleet.ledger.policy;

import org.idlefleet.ledger.AccountId;
import org.idlefleet.ledger.Money;
import org.idlefleet.ledger.Party;
import org.idlefleet.ledger.Posting;
import org.idlefleet.ledger.Transaction;
import org.idlefleet.ledger.TransactionId;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The division of one price among all who have a part in the work; nothing is left over, and in a
 * stream of prices leftover millionths go round, so that they add up for nobody.
 *
 * <p>A share without a taker goes to whom it was taken from: the auditors' to the verification
 * reserve, the fleet's to the owner, the referrer's to the platform. First every owner's costs are
 * covered, then quick returns are rewarded, out of the parts that the policy's backing names.
 */
final class Division {
    private final PayPolicy policy;
    private final Work work;
    private final Money charged;
    private final List<Contributor> contributors;

    /** What each party has had of the stream so far. */
    private final Map<Party, Money> before;

    private final Map<Party, Money> parts;
    private final Map<AccountId, Money> earned = new TreeMap<>();
    private final Map<String, Money> owned = new TreeMap<>();
    private final Map<Party, Money> backing = new EnumMap<>(Party.class);
    private Money raised = Money.ZERO;
    private Money shortfall = Money.ZERO;
    private Money bonus = Money.ZERO;

    Division(PayPolicy policy, Work work, Money charged, Money divided) {
        this.policy = policy;
        this.work = work;
        this.charged = charged;
        contributors = sorted(work.contributors());
        before = policy.shares().cumulative(divided);
        parts = new EnumMap<>(Party.class);
        policy.shares()
                .cumulative(divided.plus(charged))
                .forEach((party, then) -> parts.put(party, then.minus(part(before, party))));
    }

    private static List<Contributor> sorted(List<Contributor> any) {
        return any.size() < 2
                ? any
                : any.stream().sorted(Comparator.comparing(Contributor::owner)).toList();
    }

    Payment payment() {
        if (!charged.isPositive()) {
            return new Payment(List.of(), Money.ZERO, Money.ZERO, Money.ZERO, Money.ZERO);
        }
        share();
        contributors.forEach(this::coverCosts);
        contributors.forEach(this::rewardQuickReturn);
        owned.forEach((owner, amount) -> earn(AccountId.escrow(owner), amount));
        earn(AccountId.REVENUE, part(backing, Party.PLATFORM));
        earn(AccountId.VERIFICATION, part(backing, Party.VERIFICATION));
        return new Payment(transactions(), charged, raised, shortfall, bonus);
    }

    private void share() {
        back(Party.PLATFORM, part(parts, Party.PLATFORM));
        back(Party.VERIFICATION, part(parts, Party.VERIFICATION));
        int owners = contributors.size();
        each(Party.OWNER, owners, (i, amount) -> own(contributors.get(i).owner(), amount));
        each(
                Party.FLEET,
                owners,
                (i, amount) ->
                        contributors
                                .get(i)
                                .fleet()
                                .ifPresentOrElse(
                                        fleet -> earn(AccountId.escrow(fleet), amount),
                                        () -> own(contributors.get(i).owner(), amount)));
        each(
                Party.REFERRER,
                owners,
                (i, amount) ->
                        contributors
                                .get(i)
                                .referrer()
                                .ifPresentOrElse(
                                        referrer -> earn(AccountId.escrow(referrer), amount),
                                        () -> back(Party.PLATFORM, amount)));
        if (work.auditors().isEmpty()) {
            back(Party.VERIFICATION, part(parts, Party.AUDITORS));
        } else {
            List<String> auditors = work.auditors().stream().sorted().toList();
            each(
                    Party.AUDITORS,
                    auditors.size(),
                    (i, amount) -> earn(AccountId.escrow(auditors.get(i)), amount));
        }
    }

    private void coverCosts(Contributor contributor) {
        Money floor = policy.floor(contributor, work.at());
        Money lacking = floor.minus(owned.getOrDefault(contributor.owner(), Money.ZERO));
        if (lacking.isPositive()) {
            Money added = take(lacking, policy.backing().floor());
            own(contributor.owner(), added);
            raised = raised.plus(added);
            shortfall = shortfall.plus(lacking.minus(added));
        }
    }

    private void rewardQuickReturn(Contributor contributor) {
        PayPolicy.QuickReturn quick = policy.quickReturn();
        boolean soon =
                contributor
                        .turnaround()
                        .filter(taken -> taken.compareTo(quick.within()) <= 0)
                        .isPresent();
        if (soon) {
            Money own = owned.getOrDefault(contributor.owner(), Money.ZERO);
            Money reward = take(own.share(quick.partsPerMillion()), policy.backing().bonus());
            own(contributor.owner(), reward);
            bonus = bonus.plus(reward);
        }
    }

    /** As much of it as these parties' parts of this price still have. */
    private Money take(Money wanted, List<Party> from) {
        Money taken = Money.ZERO;
        for (Party party : from) {
            Money there = part(backing, party);
            Money more = min(wanted.minus(taken), there);
            backing.put(party, there.minus(more));
            taken = taken.plus(more);
        }
        return taken;
    }

    /** As few transactions as all postings fit into, each drawing its own part of the price. */
    private List<Transaction> transactions() {
        var transactions = new ArrayList<Transaction>();
        var postings = new ArrayList<Posting>();
        earned.forEach((account, amount) -> {
            if (amount.isPositive()) {
                postings.add(new Posting(account, amount));
            }
            if (postings.size() == Transaction.POSTINGS_MAX - 1) {
                transactions.add(transaction(transactions.size(), postings));
                postings.clear();
            }
        });
        if (!postings.isEmpty()) {
            transactions.add(transaction(transactions.size(), postings));
        }
        return transactions;
    }

    private Transaction transaction(int number, List<Posting> earnings) {
        Money drawn = Money.ZERO;
        for (Posting posting : earnings) {
            drawn = drawn.plus(posting.amount());
        }
        var postings = new ArrayList<>(earnings);
        postings.add(new Posting(work.payer(), drawn.negate()));
        TransactionId id = work.id();
        return new Transaction(
                number == 0
                        ? id
                        : new TransactionId(
                                id.kind(), id.subject(), id.detail() + "/part-" + (number + 1)),
                policy.version(),
                postings);
    }

    private void earn(AccountId account, Money amount) {
        earned.merge(account, amount, Money::plus);
    }

    private void own(String owner, Money amount) {
        owned.merge(owner, amount, Money::plus);
    }

    private interface Taker {
        void take(int index, Money amount);
    }

    private void back(Party party, Money amount) {
        backing.merge(party, amount, Money::plus);
    }

    /**
     * Evenly among {@code n}, in the order of their names; whose turn it is to take a leftover
     * millionth follows from what the party had before: over a stream each of n has floor((total +
     * i) / n).
     */
    private void each(Party party, int n, Taker taker) {
        long had = part(before, party).millionths();
        long has = had + part(parts, party).millionths();
        for (int i = 0; i < n; i++) {
            taker.take(i, Money.ofMillionths((has + i) / n - (had + i) / n));
        }
    }

    private static Money part(Map<Party, Money> parts, Party party) {
        return parts.getOrDefault(party, Money.ZERO);
    }

    private static Money min(Money a, Money b) {
        return a.compareTo(b) < 0 ? a : b;
    }
}
