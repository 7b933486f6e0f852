package org.idlefleet.ledger.policy;

import org.idlefleet.ledger.AccountId;
import org.idlefleet.ledger.Money;
import org.idlefleet.ledger.Posting;
import org.idlefleet.ledger.RevenueShare;
import org.idlefleet.ledger.Transaction;
import org.idlefleet.ledger.TransactionId;
import org.idlefleet.ledger.TransactionKind;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * One version of what work is worth: prices, surge, shares, the owner's floor, the bonus for quick
 * returns, and pay for being available.
 *
 * @param prices micro-credits for one work unit, by model; {@link #ANY} for all others
 * @param shares how a price is divided; its version is the policy's
 * @param zones the clock of each region; UTC where none is named
 * @param surges the first that holds counts
 */
public record PayPolicy(
        SortedMap<String, Long> prices,
        RevenueShare shares,
        SortedMap<String, ZoneId> zones,
        Rates rates,
        QuickReturn quickReturn,
        List<Surge> surges,
        Availability availability) {
    /** The model name that stands for every model without a price of its own. */
    public static final String ANY = "default";

    /** More for results that come back soon, in parts per million of the owner's part. */
    public record QuickReturn(Duration within, int partsPerMillion) {
        public static final QuickReturn NONE = new QuickReturn(Duration.ZERO, 0);

        public QuickReturn {
            positive("quick return", partsPerMillion, 1_000_000);
        }
    }

    /** More when computing is scarce, in parts per million of the price. */
    public record Surge(Hours hours, int partsPerMillion) {
        public Surge {
            positive("surge", partsPerMillion, 10_000_000);
        }
    }

    /** Pay for being parked and willing, apart from work; at most so many hours of a day count. */
    public record Availability(long microsPerHour, int hoursPerDay) {
        public static final Availability NONE = new Availability(0, 24);

        public Availability {
            positive("availability", microsPerHour, Money.UNIT * 1_000_000);
            positive("hours a day", hoursPerDay, 24);
        }
    }

    public PayPolicy {
        prices = Collections.unmodifiableSortedMap(new TreeMap<>(prices));
        zones = Collections.unmodifiableSortedMap(new TreeMap<>(zones));
        surges = List.copyOf(surges);
        prices.forEach((model, price) -> positive("price of " + model, price - 1, Money.UNIT));
    }

    public int version() {
        return shares.version();
    }

    /**
     * What the client pays for that many units before any surge.
     *
     * @throws IllegalArgumentException if the policy has no price for the model
     */
    public Money price(String model, long units) {
        Long micros = prices.getOrDefault(model, prices.get(ANY));
        if (micros == null) {
            throw new IllegalArgumentException(
                    "policy "
                            + version()
                            + " has no price for "
                            + model
                            + " and no '"
                            + ANY
                            + "' price");
        }
        return Money.ofMillionths(micros).times(units);
    }

    /** The payment for a shard at this policy's own price. */
    public Payment pay(Work work) {
        return pay(work, price(work.model(), work.units()));
    }

    /** The payment for a shard at a price that was agreed otherwise; surge comes on top. */
    public Payment pay(Work work, Money price) {
        Money surged = price.plus(price.share(surge(work.region(), work.at())));
        Money charged = surged.compareTo(work.ceiling()) < 0 ? surged : work.ceiling();
        return new Division(this, work, charged).payment();
    }

    /**
     * The pay of an owner's device for a day on which it was available for so long; empty if that
     * is worth nothing. Comes out of the platform's revenue.
     */
    public Optional<Transaction> available(String owner, LocalDate day, Duration available) {
        Duration most = Duration.ofHours(availability.hoursPerDay());
        long seconds = Math.min(available.toSeconds(), most.toSeconds());
        Money pay =
                Money.ofMillionths(
                        Math.multiplyExact(seconds, availability.microsPerHour()) / 3_600);
        if (!pay.isPositive()) {
            return Optional.empty();
        }
        return Optional.of(
                new Transaction(
                        new TransactionId(TransactionKind.AVAILABLE, owner, day.toString()),
                        version(),
                        List.of(
                                new Posting(AccountId.REVENUE, pay.negate()),
                                new Posting(AccountId.escrow(owner), pay))));
    }

    /** What the effort cost the owner: the least he gets. */
    Money floor(Contributor contributor, String region, Instant at) {
        return rates.cost(
                contributor.effort(), contributor.microsPerKwh().orElse(tariff(region, at)));
    }

    private int surge(String region, Instant at) {
        for (Surge surge : surges) {
            if (surge.hours().hold(region, at, zone(region))) {
                return surge.partsPerMillion();
            }
        }
        return 0;
    }

    private long tariff(String region, Instant at) {
        for (Rates.Tariff tariff : rates.tariffs()) {
            if (tariff.hours().hold(region, at, zone(region))) {
                return tariff.microsPerKwh();
            }
        }
        return 0;
    }

    private ZoneId zone(String region) {
        return ((Map<String, ZoneId>) zones).getOrDefault(region, ZoneOffset.UTC);
    }

    private static void positive(String what, long value, long most) {
        if (value < 0 || value > most) {
            throw new IllegalArgumentException(
                    what + ": expected 0 to " + most + ", found " + value);
        }
    }
}
