package org.idlefleet.ledger;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * A versioned rule for dividing what a client paid among the parties.
 *
 * @param version positive; named by every transaction that follows from this rule
 * @param shares each party once, together the whole
 * @param remainder the party that is served first when millionths are left over and claims are
 *     equal, and that takes what is left in {@link #cumulative}
 */
public record RevenueShare(int version, List<Share> shares, Party remainder) {
    public RevenueShare {
        shares = List.copyOf(shares);
        if (version <= 0) {
            throw new IllegalArgumentException(
                    "expected a positive policy version, found " + version);
        }
        var seen = new EnumMap<Party, Share>(Party.class);
        int sum = 0;
        for (Share share : shares) {
            if (seen.put(share.party(), share) != null) {
                throw new IllegalArgumentException(
                        "revenue share " + version + " names " + share.party() + " twice");
            }
            sum += share.partsPerMillion();
        }
        if (sum != Share.WHOLE) {
            throw new IllegalArgumentException(
                    "shares of revenue share "
                            + version
                            + ": expected a sum of 1000000, found "
                            + sum);
        }
        if (!seen.containsKey(remainder)) {
            throw new IllegalArgumentException(
                    "revenue share "
                            + version
                            + " gives the remainder to "
                            + remainder
                            + ", which has no share");
        }
    }

    /** The three parties of a plain settlement; the platform takes the remainder. */
    public static RevenueShare of(int version, int ownerPpm, int platformPpm, int verificationPpm) {
        return new RevenueShare(
                version,
                List.of(
                        new Share(Party.OWNER, ownerPpm),
                        new Share(Party.PLATFORM, platformPpm),
                        new Share(Party.VERIFICATION, verificationPpm)),
                Party.PLATFORM);
    }

    /**
     * Divides one amount by largest remainder: each part is within one millionth of its exact
     * share, and the parts add up to the amount.
     */
    public Map<Party, Money> split(Money amount) {
        long whole = notNegative(amount);
        var parts = new EnumMap<Party, Money>(Party.class);
        long left = whole;
        for (Share share : shares) {
            long part = Share.floor(whole, share.partsPerMillion(), Share.WHOLE);
            parts.put(share.party(), Money.ofMillionths(part));
            left -= part;
        }
        if (left > 0) {
            List<Share> claims = claims(whole);
            for (int i = 0; i < left; i++) {
                parts.merge(claims.get(i).party(), new Money(1), Money::plus);
            }
        }
        return Collections.unmodifiableMap(parts);
    }

    /**
     * What each party has of a stream of amounts that add up to {@code total}, however the stream
     * was cut.
     *
     * <p>Each party in turn takes its part of what the parties before it left, rounded down; the
     * remainder party takes the rest. So parts never shrink as the total grows, they add up to it,
     * and nobody is ever further from his exact share than there are parties, in millionths, be it
     * after ten shards or ten thousand million.
     */
    public Map<Party, Money> cumulative(Money total) {
        long left = notNegative(total);
        int leftParts = Share.WHOLE;
        var parts = new EnumMap<Party, Money>(Party.class);
        for (Share share : shares) {
            if (share.party() != remainder && leftParts > 0) {
                long part = Share.floor(left, share.partsPerMillion(), leftParts);
                parts.put(share.party(), Money.ofMillionths(part));
                left -= part;
                leftParts -= share.partsPerMillion();
            }
        }
        parts.put(remainder, Money.ofMillionths(left));
        return Collections.unmodifiableMap(parts);
    }

    /**
     * What each party gets of the next amount of a stream that has paid {@code before} so far;
     * never negative.
     */
    public Map<Party, Money> next(Money before, Money amount) {
        notNegative(amount);
        Map<Party, Money> then = cumulative(before);
        var parts = new EnumMap<Party, Money>(Party.class);
        cumulative(before.plus(amount))
                .forEach((party, now) ->
                        parts.put(party, now.minus(then.getOrDefault(party, Money.ZERO))));
        return Collections.unmodifiableMap(parts);
    }

    /**
     * The payment for one shard: from the client's hold to every owner who agreed, the platform and
     * the verification reserve.
     *
     * @param price what the client pays for the shard, all replicas together
     * @param owners who agreed, each once; the owners' share is divided evenly among them, a
     *     leftover millionth going to the first in the order of names
     */
    public Transaction settlement(
            String job, String shard, String client, Money price, List<String> owners) {
        return settlement(TransactionId.settle(job, shard), client, split(price), owners);
    }

    /**
     * The same with parts already divided, for streams of tiny shards. Shares of parties who are
     * not told apart here go where they go when nobody takes them: see {@link Party}.
     */
    public Transaction settlement(
            TransactionId id, String client, Map<Party, Money> parts, List<String> owners) {
        var postings = new ArrayList<Posting>(owners.size() + 3);
        long owned = 0;
        long platform = 0;
        long verification = 0;
        for (Map.Entry<Party, Money> part : parts.entrySet()) {
            long amount = part.getValue().millionths();
            switch (part.getKey()) {
                case OWNER, FLEET -> owned = Math.addExact(owned, amount);
                case PLATFORM, REFERRER -> platform = Math.addExact(platform, amount);
                case VERIFICATION, AUDITORS -> verification = Math.addExact(verification, amount);
            }
        }
        if (owned > 0 || parts.containsKey(Party.OWNER)) {
            payOwners(id, owned, owners, postings);
        }
        pay(AccountId.REVENUE, Money.ofMillionths(platform), postings);
        pay(AccountId.VERIFICATION, Money.ofMillionths(verification), postings);
        long price = Math.addExact(owned, Math.addExact(platform, verification));
        if (price <= 0) {
            throw new IllegalArgumentException(
                    id + ": expected a positive price, found " + Money.ofMillionths(price));
        }
        postings.add(new Posting(AccountId.hold(client), Money.ofMillionths(-price)));
        return new Transaction(id, version, postings);
    }

    private static void payOwners(
            TransactionId id, long amount, List<String> owners, List<Posting> postings) {
        if (owners.isEmpty()) {
            throw new IllegalArgumentException(id + ": expected at least one owner to pay");
        }
        List<String> named = owners.size() == 1 ? owners : owners.stream().sorted().toList();
        long each = amount / named.size();
        long left = amount % named.size();
        for (int i = 0; i < named.size(); i++) {
            pay(
                    AccountId.escrow(named.get(i)),
                    Money.ofMillionths(i < left ? each + 1 : each),
                    postings);
        }
    }

    private static void pay(AccountId account, Money amount, List<Posting> postings) {
        if (amount.isPositive()) {
            postings.add(new Posting(account, amount));
        }
    }

    /** Shares by the fraction that rounding down took from them, largest first. */
    private List<Share> claims(long whole) {
        var claims = new ArrayList<>(shares);
        claims.sort((a, b) -> {
            int byFraction = Long.compare(lost(whole, b), lost(whole, a));
            if (byFraction != 0) {
                return byFraction;
            }
            int byRemainder = Boolean.compare(b.party() == remainder, a.party() == remainder);
            return byRemainder != 0 ? byRemainder : a.party().compareTo(b.party());
        });
        return claims;
    }

    private static long lost(long whole, Share share) {
        return whole % Share.WHOLE * share.partsPerMillion() % Share.WHOLE;
    }

    private static long notNegative(Money amount) {
        if (amount.isNegative()) {
            throw new IllegalArgumentException(
                    "expected an amount of zero or more to divide, found " + amount);
        }
        return amount.millionths();
    }
}
