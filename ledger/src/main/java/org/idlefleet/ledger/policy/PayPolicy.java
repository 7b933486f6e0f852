package org.idlefleet.ledger.policy;

import org.idlefleet.ledger.AccountId;
import org.idlefleet.ledger.Money;
import org.idlefleet.ledger.Party;
import org.idlefleet.ledger.Posting;
import org.idlefleet.ledger.RevenueShare;
import org.idlefleet.ledger.Transaction;
import org.idlefleet.ledger.TransactionId;
import org.idlefleet.ledger.TransactionKind;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * One version of what work is worth: prices, surge, shares, the owner's floor, the bonus for quick
 * returns, and pay for being available.
 *
 * @param prices micro-credits for one work unit, by model; {@link #ANY} for all others
 * @param shares how a price is divided; its version is the policy's
 * @param zones the clock of each region; UTC where none is named
 * @param references what a work unit takes on the reference device, by model; {@link #ANY} for all
 *     others. No claim of a node counts beyond it, and none counts at all where there is none
 * @param backing whose part covers what owners' costs and bonuses take beyond their share
 * @param surges the first that holds counts
 */
public record PayPolicy(
        SortedMap<String, Long> prices,
        RevenueShare shares,
        SortedMap<String, ZoneId> zones,
        SortedMap<String, Reference> references,
        Rates rates,
        Backing backing,
        QuickReturn quickReturn,
        List<Surge> surges,
        Availability availability) {
    /** The model name that stands for every model without a price of its own. */
    public static final String ANY = "default";

    /**
     * What a work unit takes on the device that a model was priced for.
     *
     * @param microsPerUnit computing time of one work unit, microseconds
     * @param watts drawn meanwhile
     */
    public record Reference(long microsPerUnit, int watts) {
        public Reference {
            positive("reference time of a unit", microsPerUnit, 3_600_000_000L);
            positive("reference watts", watts, 100_000);
        }
    }

    /**
     * Who pays what a price's shares do not cover; only the platform and the verification reserve
     * can.
     *
     * @param floor in this order, up to an owner's costs
     * @param bonus in this order, for quick returns
     */
    public record Backing(List<Party> floor, List<Party> bonus) {
        public static final Backing USUAL =
                new Backing(List.of(Party.PLATFORM, Party.VERIFICATION), List.of(Party.PLATFORM));

        public Backing {
            floor = List.copyOf(floor);
            bonus = List.copyOf(bonus);
            for (Party party : Stream.concat(floor.stream(), bonus.stream()).toList()) {
                if (party != Party.PLATFORM && party != Party.VERIFICATION) {
                    throw new IllegalArgumentException(
                            "costs and bonuses are paid by the platform or the verification"
                                    + " reserve, found "
                                    + party);
                }
            }
        }
    }

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

    /**
     * Pay for being parked and willing, apart from work.
     *
     * @param microsPerHour for one device
     * @param hoursPerDay so many hours of a device's day count
     * @param budgetPerDay what all owners together get in a day of UTC; beyond, all get less alike
     */
    public record Availability(long microsPerHour, int hoursPerDay, Money budgetPerDay) {
        public static final Availability NONE = new Availability(0, 24, Money.ZERO);

        public Availability {
            positive("availability", microsPerHour, Money.UNIT * 1_000_000);
            positive("hours a day", hoursPerDay, 24);
            positive("budget a day", budgetPerDay.millionths(), Money.UNIT * 1_000_000);
        }

        /** Whether anybody gets anything. */
        public boolean pays() {
            return microsPerHour > 0 && hoursPerDay > 0 && budgetPerDay.isPositive();
        }

        /** What so much time of an owner's devices is worth, before the budget is looked at. */
        public Money pay(Duration available) {
            return Money.ofMillionths(
                    Math.multiplyExact(available.toSeconds(), microsPerHour) / 3_600);
        }
    }

    public PayPolicy {
        prices = Collections.unmodifiableSortedMap(new TreeMap<>(prices));
        zones = Collections.unmodifiableSortedMap(new TreeMap<>(zones));
        references = Collections.unmodifiableSortedMap(new TreeMap<>(references));
        surges = List.copyOf(surges);
        prices.forEach((model, price) -> positive("price of " + model, price - 1, Money.UNIT));
    }

    public int version() {
        return shares.version();
    }

    /** A division alone: prices are the models' own, nothing is known of costs. */
    public static PayPolicy plain(RevenueShare shares) {
        return new PayPolicy(
                new TreeMap<>(),
                shares,
                new TreeMap<>(),
                new TreeMap<>(),
                new Rates(List.of(), 0, 0),
                Backing.USUAL,
                QuickReturn.NONE,
                List.of(),
                Availability.NONE);
    }

    /** Micro-credits for a work unit of the model, if this policy has a price for it. */
    public OptionalLong unitPrice(String model) {
        Long micros = prices.getOrDefault(model, prices.get(ANY));
        return micros == null ? OptionalLong.empty() : OptionalLong.of(micros);
    }

    /**
     * What the client pays for that many units before any surge.
     *
     * @throws IllegalArgumentException if the policy has no price for the model
     */
    public Money price(String model, long units) {
        OptionalLong micros = unitPrice(model);
        if (micros.isEmpty()) {
            throw new IllegalArgumentException(
                    "policy "
                            + version()
                            + " has no price for "
                            + model
                            + " and no '"
                            + ANY
                            + "' price");
        }
        return Money.ofMillionths(micros.getAsLong()).times(units);
    }

    /** The most that surge can ever add to a price, in parts per million. */
    public int surgeMost() {
        return surges.stream().mapToInt(Surge::partsPerMillion).max().orElse(0);
    }

    /**
     * What some work took from a device, as far as it is believed: the time that the node claims,
     * up to what the reference device takes, at the reference device's power. So a claim can lower
     * an owner's floor and never raise it beyond the model's reference cost.
     *
     * @param units computed, one execution
     * @param claimed computing time as the node stated it
     * @param batteryJoules what of the energy came out of a battery, as the node stated it: no more
     *     than all that is believed counts
     */
    public Effort effort(String model, long units, Duration claimed, long batteryJoules) {
        Reference reference = references.getOrDefault(model, references.get(ANY));
        if (reference == null || claimed.isNegative()) {
            return Effort.NONE;
        }
        long most = Math.multiplyExact(units, reference.microsPerUnit());
        boolean beyond = claimed.compareTo(Duration.ofSeconds(most / 1_000_000 + 1)) >= 0;
        long micros = beyond ? most : Math.min(most, claimed.toNanos() / 1_000);
        long joules = Math.multiplyExact(micros, reference.watts()) / 1_000_000;
        return new Effort(joules, Math.clamp(batteryJoules, 0, joules), micros / 1_000);
    }

    /** The payment for a shard at this policy's own price, divided as if it were the first. */
    public Payment pay(Work work) {
        return pay(work, price(work.model(), work.units()));
    }

    /** The same at a price that was agreed otherwise. */
    public Payment pay(Work work, Money price) {
        return pay(work, price, Money.ZERO);
    }

    /**
     * The payment for the next shard of a stream; surge comes on top of the price, and the ceiling
     * bounds both.
     *
     * @param before what this version has divided so far, so that nobody's leftover millionths add
     *     up in a stream of tiny shards
     */
    public Payment pay(Work work, Money price, Money before) {
        Money surged = price.plus(price.share(surge(work)));
        Money charged = surged.compareTo(work.ceiling()) < 0 ? surged : work.ceiling();
        return new Division(this, work, charged, before).payment();
    }

    /** The payment of an owner for being available from then on, out of the platform's revenue. */
    public Transaction available(String owner, Instant from, Money pay) {
        return new Transaction(
                new TransactionId(TransactionKind.AVAILABLE, owner, from.toString()),
                version(),
                List.of(
                        new Posting(AccountId.REVENUE, pay.negate()),
                        new Posting(AccountId.escrow(owner), pay)));
    }

    /** What the effort cost the owner: the least he gets. */
    Money floor(Contributor contributor, Instant at) {
        return rates.cost(
                contributor.effort(),
                contributor.microsPerKwh().orElse(tariff(contributor.region(), at)));
    }

    /**
     * Of an owner's own tariff, what a kilowatt-hour costs at that time by his region's clock;
     * empty if none of it holds.
     */
    public OptionalLong tariff(List<Rates.Tariff> own, String region, Instant at) {
        for (Rates.Tariff tariff : own) {
            if (tariff.hours().hold(region, at, zone(region))) {
                return OptionalLong.of(tariff.microsPerKwh());
            }
        }
        return OptionalLong.empty();
    }

    /** Where several owners ran it, the client pays the lowest surge of their regions. */
    private int surge(Work work) {
        if (surges.isEmpty()) {
            return 0;
        }
        return work.contributors().stream()
                .mapToInt(contributor -> surge(contributor.region(), work.at()))
                .min()
                .orElse(0);
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
        return tariff(rates.tariffs(), region, at).orElse(0);
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
