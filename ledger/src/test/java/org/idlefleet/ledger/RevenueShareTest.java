package org.idlefleet.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.LongStream;

class RevenueShareTest {
    private static final RevenueShare POLICY = RevenueShare.of(1, 700_000, 200_000, 100_000);
    private static final BigInteger WHOLE = BigInteger.valueOf(Share.WHOLE);

    static LongStream seeds() {
        return LongStream.range(0, 50);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void splitsSumExactlyAndStayWithinOneMillionthOfTheExactShare(long seed) {
        var random = new Random(seed);
        RevenueShare policy = draw(random);
        for (int i = 0; i < 500; i++) {
            var amount = new Money(random.nextLong() >>> (1 + random.nextInt(62)));
            Map<Party, Money> parts = policy.split(amount);
            assertThat(sum(parts)).isEqualTo(amount);
            for (Share share : policy.shares()) {
                assertThat(scaledError(share, amount, parts)).isLessThan(WHOLE);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void splitsTheSameHoweverTheSharesAreListed(long seed) {
        var random = new Random(seed);
        RevenueShare policy = draw(random);
        var shuffled = new ArrayList<>(policy.shares());
        Collections.shuffle(shuffled, random);
        var listedOtherwise = new RevenueShare(policy.version(), shuffled, policy.remainder());
        for (int i = 0; i < 500; i++) {
            var amount = new Money(random.nextInt(1000));
            assertThat(listedOtherwise.split(amount)).isEqualTo(policy.split(amount));
        }
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void aStreamOfTinyShardsNeverDriftsAndNeverTakesBack(long seed) {
        var random = new Random(seed);
        RevenueShare policy = draw(random);
        var bound = WHOLE.multiply(BigInteger.valueOf(policy.shares().size()));
        var given = new EnumMap<Party, Money>(Party.class);
        Money total = Money.ZERO;
        for (int i = 0; i < 2_000; i++) {
            var amount = new Money(random.nextInt(4));
            policy.next(total, amount)
                    .forEach((party, part) -> {
                        assertThat(part.isNegative()).isFalse();
                        given.merge(party, part, Money::plus);
                    });
            total = total.plus(amount);
            assertThat(sum(given)).isEqualTo(total);
            for (Share share : policy.shares()) {
                assertThat(scaledError(share, total, given)).isLessThan(bound);
            }
        }
        assertThat(given).isEqualTo(policy.cumulative(total));
    }

    @Test
    void leftoverGoesToTheLargestFractionThenToTheNamedParty() {
        var thirds =
                new RevenueShare(
                        2,
                        List.of(
                                new Share(Party.OWNER, 400_000),
                                new Share(Party.PLATFORM, 400_000),
                                new Share(Party.VERIFICATION, 200_000)),
                        Party.PLATFORM);

        assertThat(thirds.split(new Money(1)))
                .containsEntry(Party.PLATFORM, new Money(1))
                .containsEntry(Party.OWNER, Money.ZERO);
        assertThat(POLICY.split(new Money(1))).containsEntry(Party.OWNER, new Money(1));
    }

    @Test
    void everyAgreeingOwnerIsPaidHisOwnPart() {
        Transaction paid =
                POLICY.settlement("j", "7", "acme", new Money(1_001), List.of("cid", "ann", "bob"));

        assertThat(paid.id()).hasToString("settle/j/7");
        assertThat(paid.policy()).isEqualTo(1);
        assertThat(paid.change(AccountId.hold("acme"))).isEqualTo(new Money(-1_001));
        assertThat(paid.change(AccountId.escrow("ann"))).isEqualTo(new Money(234));
        assertThat(paid.change(AccountId.escrow("bob"))).isEqualTo(new Money(234));
        assertThat(paid.change(AccountId.escrow("cid"))).isEqualTo(new Money(233));
        assertThat(paid.change(AccountId.REVENUE)).isEqualTo(new Money(200));
        assertThat(paid.change(AccountId.VERIFICATION)).isEqualTo(new Money(100));
    }

    @Test
    void leavesOutPartiesWhosePartIsNothing() {
        assertThat(POLICY.settlement("j", "1", "acme", new Money(1), List.of("ann")).postings())
                .containsExactlyInAnyOrder(
                        new Posting(AccountId.hold("acme"), new Money(-1)),
                        new Posting(AccountId.escrow("ann"), new Money(1)));
    }

    @Test
    void refusesPoliciesThatDoNotAddUp() {
        assertThatThrownBy(() -> RevenueShare.of(3, 700_000, 200_000, 100_001))
                .hasMessage("shares of revenue share 3: expected a sum of 1000000, found 1000001");
        assertThatThrownBy(() -> RevenueShare.of(0, 700_000, 200_000, 100_000))
                .hasMessageContaining("found 0");
        assertThatThrownBy(() -> POLICY.split(new Money(-1))).hasMessageContaining("-0.000001");
        assertThatThrownBy(() -> POLICY.settlement("j", "1", "acme", Money.ZERO, List.of("ann")))
                .hasMessageContaining("positive price");
        assertThatThrownBy(() -> POLICY.settlement("j", "1", "acme", new Money(9), List.of()))
                .hasMessageContaining("at least one owner");
        assertThatThrownBy(() ->
                        POLICY.settlement("j", "1", "acme", new Money(9), List.of("ann", "ann")))
                .hasMessageContaining("occurs twice");
    }

    private static RevenueShare draw(Random random) {
        int owner = random.nextInt(Share.WHOLE + 1);
        int platform = random.nextInt(Share.WHOLE - owner + 1);
        Party remainder = POLICY.shares().get(random.nextInt(3)).party();
        RevenueShare plain = RevenueShare.of(1, owner, platform, Share.WHOLE - owner - platform);
        return new RevenueShare(1, plain.shares(), remainder);
    }

    private static Money sum(Map<Party, Money> parts) {
        return parts.values().stream().reduce(Money.ZERO, Money::plus);
    }

    /** |part − exact share|, times a million. */
    private static BigInteger scaledError(Share share, Money amount, Map<Party, Money> parts) {
        BigInteger exact =
                BigInteger.valueOf(amount.millionths())
                        .multiply(BigInteger.valueOf(share.partsPerMillion()));
        long part = parts.getOrDefault(share.party(), Money.ZERO).millionths();
        return BigInteger.valueOf(part).multiply(WHOLE).subtract(exact).abs();
    }
}
