package org.idlefleet.ledger.policy;

import org.idlefleet.ledger.AccountId;
import org.idlefleet.ledger.Money;
import org.idlefleet.ledger.Party;
import org.idlefleet.ledger.Posting;
import org.idlefleet.ledger.Transaction;
import org.idlefleet.ledger.TransactionId;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The division of one price among all who have a part in the work; nothing is left over.
 *
 * <p>A share without a taker goes to whom it was taken from: the auditors' to the verification
 * reserve, the fleet's to the owner, the referrer's to the platform. First every owner's costs are
 * covered, out of the platform's part, then out of the verification reserve's; then quick returns
 * are rewarded out of what the platform still has.
 */
final class Division {
    private final PayPolicy policy;
    private final Work work;
    private final Money charged;
    private final List<Contributor> contributors;
    private final Map<AccountId, Money> earned = new TreeMap<>();
    private final Map<String, Money> owned = new TreeMap<>();
    private Money platform = Money.ZERO;
    private Money verification = Money.ZERO;
    private Money raised = Money.ZERO;
    private Money shortfall = Money.ZERO;
    private Money bonus = Money.ZERO;

    Division(PayPolicy policy, Work work, Money charged) {
        this.policy = policy;
        this.work = work;
        this.charged = charged;
        contributors =
                work.contributors().stream()
                        .sorted(Comparator.comparing(Contributor::owner))
                        .toList();
    }

    Payment payment() {
        if (!charged.isPositive()) {
            return new Payment(List.of(), Money.ZERO, Money.ZERO, Money.ZERO, Money.ZERO);
        }
        share();
        contributors.forEach(this::coverCosts);
        contributors.forEach(this::rewardQuickReturn);
        owned.forEach((owner, amount) -> earn(AccountId.escrow(owner), amount));
        earn(AccountId.REVENUE, platform);
        earn(AccountId.VERIFICATION, verification);
        return new Payment(transactions(), charged, raised, shortfall, bonus);
    }

    private void share() {
        Map<Party, Money> parts = policy.shares().split(charged);
        platform = part(parts, Party.PLATFORM);
        verification = part(parts, Party.VERIFICATION);
        List<String> owners = contributors.stream().map(Contributor::owner).toList();
        each(part(parts, Party.OWNER), owners, (i, amount) -> own(owners.get(i), amount));
        each(
                part(parts, Party.FLEET),
                owners,
                (i, amount) ->
                        contributors
                                .get(i)
                                .fleet()
                                .ifPresentOrElse(
                                        fleet -> earn(AccountId.escrow(fleet), amount),
                                        () -> own(owners.get(i), amount)));
        each(
                part(parts, Party.REFERRER),
                owners,
                (i, amount) ->
                        contributors
                                .get(i)
                                .referrer()
                                .ifPresentOrElse(
                                        referrer -> earn(AccountId.escrow(referrer), amount),
                                        () -> platform = platform.plus(amount)));
        List<String> auditors = work.auditors().stream().sorted().toList();
        Money audited = part(parts, Party.AUDITORS);
        if (auditors.isEmpty()) {
            verification = verification.plus(audited);
        } else {
            each(audited, auditors, (i, amount) -> earn(AccountId.escrow(auditors.get(i)), amount));
        }
    }

    private void coverCosts(Contributor contributor) {
        Money floor = policy.floor(contributor, work.region(), work.at());
        Money lacking = floor.minus(owned.getOrDefault(contributor.owner(), Money.ZERO));
        if (!lacking.isPositive()) {
            return;
        }
        Money fromPlatform = min(lacking, platform);
        platform = platform.minus(fromPlatform);
        Money fromReserve = min(lacking.minus(fromPlatform), verification);
        verification = verification.minus(fromReserve);
        Money added = fromPlatform.plus(fromReserve);
        own(contributor.owner(), added);
        raised = raised.plus(added);
        shortfall = shortfall.plus(lacking.minus(added));
    }

    private void rewardQuickReturn(Contributor contributor) {
        PayPolicy.QuickReturn quick = policy.quickReturn();
        Duration taken = contributor.turnaround().orElse(Duration.ofDays(1));
        if (taken.compareTo(quick.within()) > 0) {
            return;
        }
        Money part = owned.getOrDefault(contributor.owner(), Money.ZERO);
        Money reward = min(part.share(quick.partsPerMillion()), platform);
        platform = platform.minus(reward);
        own(contributor.owner(), reward);
        bonus = bonus.plus(reward);
    }

    /** As few transactions as all postings fit into, each drawing its own part of the hold. */
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
        Money drawn = earnings.stream().map(Posting::amount).reduce(Money.ZERO, Money::plus);
        var postings = new ArrayList<>(earnings);
        postings.add(new Posting(AccountId.hold(work.client()), drawn.negate()));
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

    /** Evenly; leftover millionths go to the first in the order of names. */
    private static void each(Money amount, List<String> names, Taker taker) {
        long whole = amount.millionths() / names.size();
        long left = amount.millionths() % names.size();
        for (int i = 0; i < names.size(); i++) {
            taker.take(i, Money.ofMillionths(i < left ? whole + 1 : whole));
        }
    }

    private static Money part(Map<Party, Money> parts, Party party) {
        return parts.getOrDefault(party, Money.ZERO);
    }

    private static Money min(Money a, Money b) {
        return a.compareTo(b) < 0 ? a : b;
    }
}
