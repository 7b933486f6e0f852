package org.idlefleet.ledger.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.idlefleet.ledger.AccountId;
import org.idlefleet.ledger.Book;
import org.idlefleet.ledger.Check;
import org.idlefleet.ledger.Money;
import org.idlefleet.ledger.Party;
import org.idlefleet.ledger.Posting;
import org.idlefleet.ledger.RevenueShare;
import org.idlefleet.ledger.Share;
import org.idlefleet.ledger.Transaction;
import org.idlefleet.ledger.TransactionId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.LongStream;

class PayPolicyTest {
    /** 60 % owner, 10 % auditors, 15 % platform, 5 % verification, 8 % fleet, 2 % referrer. */
    private static final RevenueShare SHARES =
            new RevenueShare(
                    7,
                    List.of(
                            new Share(Party.OWNER, 600_000),
                            new Share(Party.PLATFORM, 150_000),
                            new Share(Party.VERIFICATION, 50_000),
                            new Share(Party.AUDITORS, 100_000),
                            new Share(Party.FLEET, 80_000),
                            new Share(Party.REFERRER, 20_000)),
                    Party.PLATFORM);

    private static final Instant NOON = Instant.parse("2026-11-22T12:00:00Z");
    private static final Money MUCH = Money.ofUnits(1_000_000);
    private static final Rates FREE = new Rates(List.of(), 0, 0);

    static LongStream seeds() {
        return LongStream.range(0, 40);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void everyPaymentIsWholeBookableAndCoversCostsAsFarAsItCan(long seed) {
        var random = new Random(seed);
        var rates =
                new Rates(
                        List.of(new Rates.Tariff(Hours.ALWAYS, random.nextInt(1_000_000))),
                        random.nextInt(100_000),
                        random.nextInt(100_000));
        PayPolicy policy =
                policy(
                        rates,
                        new PayPolicy.QuickReturn(Duration.ofSeconds(5), random.nextInt(500_000)),
                        List.of());
        boolean raised = false;
        boolean several = false;
        for (int i = 0; i < 200; i++) {
            Work work = draw(random, i);
            Payment payment = policy.pay(work);
            assertThat(payment.charged())
                    .isEqualTo(min(policy.price("m", work.units()), work.ceiling()));
            assertBookable(work, payment);
            Money lacking = Money.ZERO;
            for (Contributor contributor : work.contributors()) {
                Money floor = policy.floor(contributor, NOON);
                Money got = change(payment, AccountId.escrow(contributor.owner()));
                if (got.compareTo(floor) < 0) {
                    lacking = lacking.plus(floor.minus(got));
                }
            }
            assertThat(lacking.compareTo(payment.shortfall())).isLessThanOrEqualTo(0);
            if (payment.shortfall().isPositive()) {
                assertThat(change(payment, AccountId.REVENUE)).isEqualTo(Money.ZERO);
                assertThat(change(payment, AccountId.VERIFICATION)).isEqualTo(Money.ZERO);
            }
            raised |= payment.raised().isPositive();
            several |= payment.transactions().size() > 1;
        }
        assertThat(raised).as("some costs were above the share").isTrue();
        assertThat(several).as("some payments need more than one transaction").isTrue();
    }

    @Test
    void aShareWithoutATakerGoesWhereItWasTakenFrom() {
        Payment plain = policy().pay(work(100, Contributor.of("ann")));
        assertThat(change(plain, AccountId.escrow("ann"))).isEqualTo(new Money(680));
        assertThat(change(plain, AccountId.REVENUE)).isEqualTo(new Money(170));
        assertThat(change(plain, AccountId.VERIFICATION)).isEqualTo(new Money(150));

        var known =
                new Contributor(
                        "ann",
                        "",
                        Optional.of("taxis"),
                        Optional.of("rob"),
                        Effort.NONE,
                        OptionalLong.empty(),
                        Optional.empty());
        var audited = new Work(id(), "acme", "m", 100, NOON, MUCH, List.of(known), List.of("zoe"));
        Payment all = policy().pay(audited);
        assertThat(change(all, AccountId.escrow("ann"))).isEqualTo(new Money(600));
        assertThat(change(all, AccountId.escrow("taxis"))).isEqualTo(new Money(80));
        assertThat(change(all, AccountId.escrow("rob"))).isEqualTo(new Money(20));
        assertThat(change(all, AccountId.escrow("zoe"))).isEqualTo(new Money(100));
        assertThat(change(all, AccountId.REVENUE)).isEqualTo(new Money(150));
        assertThat(change(all, AccountId.VERIFICATION)).isEqualTo(new Money(50));
        assertThat(all.transactions()).allMatch(transaction -> transaction.policy() == 7);
    }

    @Test
    void electricityAndWearAreAFloorUnderTheOwnersPart() {
        var rates = new Rates(List.of(new Rates.Tariff(Hours.ALWAYS, 300_000)), 50_000, 3_600);
        PayPolicy policy = policy(rates, PayPolicy.QuickReturn.NONE, List.of());
        // 9 kJ at 300,000 for 3.6 MJ are 750; 3.6 kJ of battery are 50; 2 s of chip are 2.
        var effort = new Effort(9_000, 3_600, 2_000);
        Payment payment = policy.pay(work(100, withEffort("ann", effort, OptionalLong.empty())));

        assertThat(change(payment, AccountId.escrow("ann"))).isEqualTo(new Money(802));
        assertThat(payment.raised()).isEqualTo(new Money(122));
        assertThat(change(payment, AccountId.REVENUE)).isEqualTo(new Money(48));
        assertThat(payment.shortfall()).isEqualTo(Money.ZERO);

        Payment cheap = policy.pay(work(100, withEffort("ann", effort, OptionalLong.of(0))));
        assertThat(cheap.raised()).as("his own tariff counts").isEqualTo(Money.ZERO);

        Payment tiny = policy.pay(work(50, withEffort("ann", effort, OptionalLong.empty())));
        assertThat(change(tiny, AccountId.escrow("ann"))).isEqualTo(new Money(500));
        assertThat(tiny.shortfall()).isEqualTo(new Money(302));
    }

    @Test
    void aQuickReturnIsRewardedFromThePlatformsPart() {
        PayPolicy policy =
                policy(FREE, new PayPolicy.QuickReturn(Duration.ofSeconds(5), 100_000), List.of());

        Payment quick = policy.pay(work(100, returned("ann", 5)));
        assertThat(quick.bonus()).isEqualTo(new Money(68));
        assertThat(change(quick, AccountId.escrow("ann"))).isEqualTo(new Money(748));
        assertThat(change(quick, AccountId.REVENUE)).isEqualTo(new Money(102));
        assertThat(policy.pay(work(100, returned("ann", 6))).bonus()).isEqualTo(Money.ZERO);
        assertThat(policy.pay(work(100, Contributor.of("ann"))).bonus()).isEqualTo(Money.ZERO);
    }

    @Test
    void surgeFollowsTheRegionsOwnClockAlsoWhenItIsPutBack() {
        var evening = new Hours("eu-de", 17, 21, new TreeSet<>());
        var night = new Hours("", 22, 6, new TreeSet<>(Set.of(DayOfWeek.SATURDAY)));
        PayPolicy policy =
                policy(
                        FREE,
                        PayPolicy.QuickReturn.NONE,
                        List.of(
                                new PayPolicy.Surge(evening, 250_000),
                                new PayPolicy.Surge(night, 500_000)));

        assertThat(charged(policy, "eu-de", "2026-07-01T15:00:00Z")).isEqualTo(1_250);
        assertThat(charged(policy, "eu-de", "2026-07-01T14:59:59Z")).isEqualTo(1_000);
        assertThat(charged(policy, "eu-de", "2026-12-01T15:30:00Z")).isEqualTo(1_000);
        assertThat(charged(policy, "eu-de", "2026-12-01T16:00:00Z")).isEqualTo(1_250);
        assertThat(charged(policy, "us", "2026-07-01T17:00:00Z")).isEqualTo(1_000);
        assertThat(charged(policy, "us", "2026-11-21T23:00:00Z")).isEqualTo(1_500);
        assertThat(charged(policy, "us", "2026-11-22T23:00:00Z")).isEqualTo(1_000);
    }

    @Test
    void whereOwnersOfSeveralRegionsRanItTheClientPaysTheLowestSurge() {
        PayPolicy policy =
                policy(
                        FREE,
                        PayPolicy.QuickReturn.NONE,
                        List.of(
                                new PayPolicy.Surge(
                                        new Hours("eu-de", 0, 24, new TreeSet<>()), 250_000),
                                new PayPolicy.Surge(Hours.ALWAYS, 100_000)));
        var both =
                new Work(
                        id(),
                        "acme",
                        "m",
                        100,
                        NOON,
                        MUCH,
                        List.of(in("ann", "eu-de"), in("bob", "us")),
                        List.of());
        assertThat(policy.pay(both).charged()).isEqualTo(new Money(1_100));
        assertThat(policy.surgeMost()).isEqualTo(250_000);
    }

    /** However a stream is cut, and whoever takes part, leftover millionths add up for nobody. */
    @ParameterizedTest
    @MethodSource("seeds")
    void aStreamOfTinyShardsGivesEveryoneHisExactShareForEver(long seed) {
        var random = new Random(seed);
        int owners = 1 + random.nextInt(4);
        var contributors = new ArrayList<Contributor>();
        for (int i = 0; i < owners; i++) {
            contributors.add(Contributor.of("owner" + i));
        }
        long price = 1L + random.nextInt(20);
        long total = 0;
        var had = new TreeMap<AccountId, Money>();
        for (int i = 0; i < 3_000; i++) {
            var work =
                    new Work(id(), "acme", "m", 1, NOON, new Money(price), contributors, List.of());
            Payment payment = policy().pay(work, new Money(price), new Money(total));
            for (Transaction transaction : payment.transactions()) {
                for (Posting posting : transaction.postings()) {
                    had.merge(posting.account(), posting.amount(), Money::plus);
                }
            }
            total += price;
        }
        for (int i = 0; i < owners; i++) {
            double exact = total * 0.68 / owners;
            assertThat((double) millionths(had, AccountId.escrow("owner" + i)))
                    .as("owner %d of %d after %d", i, owners, total)
                    .isBetween(exact - 8, exact + 8);
        }
        assertThat((double) millionths(had, AccountId.REVENUE))
                .isBetween(total * 0.17 - 8, total * 0.17 + 8);
        assertThat((double) millionths(had, AccountId.VERIFICATION))
                .isBetween(total * 0.15 - 8, total * 0.15 + 8);
        assertThat(millionths(had, AccountId.hold("acme"))).isEqualTo(-total);
    }

    private static long millionths(Map<AccountId, Money> had, AccountId account) {
        return had.getOrDefault(account, Money.ZERO).millionths();
    }

    @Test
    void aClaimCountsUpToTheReferenceAndNothingWithoutOne() {
        PayPolicy policy = policy();
        // 100 units take 200 ms at 30 W on the reference device.
        assertThat(policy.effort("m", 100, Duration.ofMillis(100), 0))
                .isEqualTo(new Effort(3, 0, 100));
        assertThat(policy.effort("m", 100, Duration.ofMillis(200), 0))
                .isEqualTo(new Effort(6, 0, 200));
        assertThat(policy.effort("m", 100, Duration.ofDays(100_000), 0))
                .isEqualTo(new Effort(6, 0, 200));
        assertThat(policy.effort("m", 100, Duration.ofSeconds(Long.MAX_VALUE), 0))
                .isEqualTo(new Effort(6, 0, 200));
        assertThat(policy.effort("m", 100, Duration.ofMillis(100), 2))
                .isEqualTo(new Effort(3, 2, 100));
        assertThat(policy.effort("m", 100, Duration.ofMillis(100), Long.MAX_VALUE))
                .as("no more can come out of a battery than is believed in all")
                .isEqualTo(new Effort(3, 3, 100));
        assertThat(policy.effort("m", 100, Duration.ofMillis(100), -1))
                .isEqualTo(new Effort(3, 0, 100));
        assertThat(policy.effort("m", 100, Duration.ofMillis(-1), 0)).isEqualTo(Effort.NONE);
        assertThat(policy.effort("other", 100, Duration.ofMillis(100), 0)).isEqualTo(Effort.NONE);
    }

    @Test
    void thePolicyNamesWhoPaysForCostsAndBonuses() {
        var rates = new Rates(List.of(new Rates.Tariff(Hours.ALWAYS, 300_000)), 0, 0);
        var effort = new Effort(9_000, 0, 0);
        PayPolicy usual = policy(rates, PayPolicy.QuickReturn.NONE, List.of());
        var reserveOnly =
                new PayPolicy(
                        usual.prices(),
                        usual.shares(),
                        usual.zones(),
                        usual.references(),
                        usual.rates(),
                        new PayPolicy.Backing(List.of(Party.VERIFICATION), List.of()),
                        usual.quickReturn(),
                        usual.surges(),
                        usual.availability());
        Payment payment =
                reserveOnly.pay(work(100, withEffort("ann", effort, OptionalLong.empty())));
        assertThat(payment.raised()).isEqualTo(new Money(70));
        assertThat(change(payment, AccountId.REVENUE)).isEqualTo(new Money(170));
        assertThat(change(payment, AccountId.VERIFICATION)).isEqualTo(new Money(80));
        assertThatThrownBy(() -> new PayPolicy.Backing(List.of(Party.OWNER), List.of()))
                .hasMessageContaining("platform or the verification reserve");
    }

    @Test
    void aClientNeverPaysMoreThanWasHeld() {
        var work =
                new Work(
                        id(),
                        "acme",
                        "m",
                        100,
                        NOON,
                        new Money(999),
                        List.of(Contributor.of("ann")),
                        List.of());
        assertThat(policy().pay(work).charged()).isEqualTo(new Money(999));
    }

    @Test
    void aModelWithoutAPriceIsRefusedUnlessThereIsADefault() {
        assertThat(policy().price("m", 3)).isEqualTo(new Money(30));
        assertThat(policy().price("unheard-of", 3)).isEqualTo(new Money(6));
        var strict =
                new PayPolicy(
                        new TreeMap<>(),
                        SHARES,
                        new TreeMap<>(),
                        new TreeMap<>(),
                        FREE,
                        PayPolicy.Backing.USUAL,
                        PayPolicy.QuickReturn.NONE,
                        List.of(),
                        PayPolicy.Availability.NONE);
        assertThatThrownBy(() -> strict.price("m", 1))
                .hasMessageContaining("policy 7 has no price for m");
    }

    @Test
    void beingAvailableIsPaidApartAndOnceForEachHour() {
        var availability = new PayPolicy.Availability(3_600, 10, new Money(50_000));
        assertThat(availability.pays()).isTrue();
        assertThat(availability.pay(Duration.ofMinutes(90))).isEqualTo(new Money(5_400));
        assertThat(PayPolicy.Availability.NONE.pays()).isFalse();
        assertThat(new PayPolicy.Availability(1, 1, Money.ZERO).pays()).isFalse();
        PayPolicy policy = PayPolicy.plain(SHARES);
        Transaction pay =
                policy.available("ann", Instant.parse("2026-11-22T09:00:00Z"), new Money(5_400));

        assertThat(pay.id()).hasToString("available/ann/2026-11-22T09:00:00Z");
        assertThat(pay.change(AccountId.escrow("ann"))).isEqualTo(new Money(5_400));
        assertThat(new Book().check(pay)).isInstanceOf(Check.Overdrawn.class);
    }

    private static long charged(PayPolicy policy, String region, String at) {
        var work =
                new Work(
                        id(),
                        "acme",
                        "m",
                        100,
                        Instant.parse(at),
                        MUCH,
                        List.of(in("ann", region)),
                        List.of());
        return policy.pay(work).charged().millionths();
    }

    private static void assertBookable(Work work, Payment payment) {
        var book = new Book();
        book.apply(Transaction.fund("acme", "1", payment.charged()));
        book.apply(Transaction.hold("job", "acme", payment.charged()));
        payment.transactions()
                .forEach(transaction ->
                        assertThat(book.offer(transaction))
                                .as(work.toString())
                                .isInstanceOf(Check.Bookable.class));
        assertThat(book.balance(AccountId.hold("acme"))).isEqualTo(Money.ZERO);
        assertThat(book.openHolds()).isZero();
    }

    private static Work draw(Random random, int number) {
        var contributors = new ArrayList<Contributor>();
        int count = 1 + random.nextInt(5);
        for (int i = 0; i < count; i++) {
            long joules = random.nextInt(20_000);
            contributors.add(
                    new Contributor(
                            "owner" + i,
                            "",
                            random.nextBoolean() ? Optional.of("fleet" + i) : Optional.empty(),
                            random.nextBoolean() ? Optional.of("ref" + i) : Optional.empty(),
                            new Effort(
                                    joules,
                                    random.nextInt((int) joules + 1),
                                    random.nextInt(10_000)),
                            random.nextBoolean()
                                    ? OptionalLong.of(random.nextInt(1_000_000))
                                    : OptionalLong.empty(),
                            random.nextBoolean()
                                    ? Optional.of(Duration.ofMillis(random.nextInt(10_000)))
                                    : Optional.empty()));
        }
        return new Work(
                TransactionId.settle("job", Integer.toString(number)),
                "acme",
                "m",
                1 + random.nextInt(2_000),
                NOON,
                new Money(1 + random.nextInt(20_000)),
                contributors,
                random.nextBoolean() ? List.of("aud1", "aud2") : List.of());
    }

    private static Work work(long units, Contributor contributor) {
        return new Work(id(), "acme", "m", units, NOON, MUCH, List.of(contributor), List.of());
    }

    private static Contributor withEffort(String owner, Effort effort, OptionalLong tariff) {
        return new Contributor(
                owner, "", Optional.empty(), Optional.empty(), effort, tariff, Optional.empty());
    }

    private static Contributor in(String owner, String region) {
        return new Contributor(
                owner,
                region,
                Optional.empty(),
                Optional.empty(),
                Effort.NONE,
                OptionalLong.empty(),
                Optional.empty());
    }

    private static Contributor returned(String owner, int seconds) {
        return new Contributor(
                owner,
                "",
                Optional.empty(),
                Optional.empty(),
                Effort.NONE,
                OptionalLong.empty(),
                Optional.of(Duration.ofSeconds(seconds)));
    }

    private static PayPolicy policy() {
        return policy(FREE, PayPolicy.QuickReturn.NONE, List.of());
    }

    private static PayPolicy policy(
            Rates rates, PayPolicy.QuickReturn quick, List<PayPolicy.Surge> surges) {
        var prices = new TreeMap<String, Long>();
        prices.put("m", 10L);
        prices.put(PayPolicy.ANY, 2L);
        var zones = new TreeMap<String, ZoneId>();
        zones.put("eu-de", ZoneId.of("Europe/Berlin"));
        var references = new TreeMap<String, PayPolicy.Reference>();
        references.put("m", new PayPolicy.Reference(2_000, 30));
        return new PayPolicy(
                prices,
                SHARES,
                zones,
                references,
                rates,
                PayPolicy.Backing.USUAL,
                quick,
                surges,
                PayPolicy.Availability.NONE);
    }

    private static TransactionId id() {
        return TransactionId.settle("job", "0");
    }

    private static Money change(Payment payment, AccountId account) {
        return payment.transactions().stream()
                .map(transaction -> transaction.change(account))
                .reduce(Money.ZERO, Money::plus);
    }

    private static Money min(Money a, Money b) {
        return a.compareTo(b) < 0 ? a : b;
    }
}
