package org.idlefleet.ledger.adapter;

import org.idlefleet.ledger.AccountId;
import org.idlefleet.ledger.Money;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** All balances by kind of account ({@code owner:*:escrow}); in each asset they add up to zero. */
public record TrialBalance(List<Line> lines, SortedMap<String, Money> totals) {
    /** One kind of account: how many there are with a balance, and what they hold together. */
    public record Line(String kind, String asset, int accounts, Money balance) {}

    public boolean isBalanced() {
        return totals.values().stream().allMatch(Money::isZero);
    }

    /** Adds up balances by kind of account. */
    public static TrialBalance of(SortedMap<AccountId, Money> balances) {
        var sums = new TreeMap<String, Money>();
        var counts = new TreeMap<String, Integer>();
        var totals = new TreeMap<String, Money>();
        balances.forEach((account, balance) -> {
            sums.merge(kind(account), balance, Money::plus);
            counts.merge(kind(account), 1, Integer::sum);
            totals.merge(account.asset(), balance, Money::plus);
        });
        List<Line> lines = new ArrayList<>();
        for (Map.Entry<String, Money> sum : sums.entrySet()) {
            String kind = sum.getKey();
            int slash = kind.indexOf('/');
            String asset = slash < 0 ? AccountId.CREDIT : kind.substring(slash + 1);
            lines.add(new Line(kind, asset, counts.getOrDefault(kind, 0), sum.getValue()));
        }
        return new TrialBalance(lines, totals);
    }

    private static String kind(AccountId account) {
        String[] parts = account.path().split(":", 3);
        return parts.length == 3 ? parts[0] + ":*:" + parts[2] : account.path();
    }
}
