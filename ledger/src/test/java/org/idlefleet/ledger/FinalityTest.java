package org.idlefleet.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.LongStream;

class FinalityTest {
    private static final RevenueShare POLICY = RevenueShare.of(1, 700_000, 200_000, 100_000);
    private static final LocalDate TODAY = LocalDate.of(2026, 11, 22);

    private final Book book = new Book();

    static LongStream seeds() {
        return LongStream.range(0, 100);
    }

    @Test
    void earningsBecomeFinalAfterAWeekAndAfterAMonthForWhoeverIsNew() {
        assertThat(Finality.DEFAULT.finalUpTo(TODAY.minusDays(100), TODAY))
                .isEqualTo(LocalDate.of(2026, 11, 14));
        assertThat(Finality.DEFAULT.finalUpTo(TODAY.minusDays(29), TODAY))
                .isEqualTo(LocalDate.of(2026, 10, 22));
    }

    @Test
    void whatMaturesPaysDebtsFirst() {
        earn("ann", 100);
        Transaction matured =
                Finality.mature("ann", TODAY, new Money(70), Money.ZERO, new Money(20))
                        .orElseThrow();
        book.apply(matured);

        assertThat(matured.id()).hasToString("mature/ann/2026-11-22");
        assertThat(matured.change(AccountId.ownerDebt("ann"))).isEqualTo(new Money(20));
        assertThat(book.balance(AccountId.payable("ann"))).isEqualTo(new Money(50));
        assertThat(Finality.mature("ann", TODAY, new Money(70), new Money(70), Money.ZERO))
                .isEmpty();
    }

    @Test
    void ofADailySeriesOnlyTheLatestIsRemembered() {
        earn("ann", 1_000);
        for (int day = 0; day < 300; day++) {
            book.apply(matured(day));
        }
        assertThat(book.state().booked()).hasSize(2);
        assertThat(book.check(matured(299))).isEqualTo(Check.KNOWN);
        assertThat(book.check(matured(17))).isEqualTo(Check.KNOWN);
        assertThat(new Book(book.state()).check(matured(299))).isEqualTo(Check.KNOWN);
        assertThat(book.check(matured(300))).isEqualTo(Check.BOOKABLE);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void aConvictionRecoversEverythingUnpaidAndAnAppealRestoresEveryBalance(long seed) {
        var random = new Random(seed);
        earn("ann", 1 + random.nextInt(1_000_000));
        Money escrow = book.balance(AccountId.escrow("ann"));
        if (random.nextBoolean() && escrow.millionths() > 1) {
            Money part = new Money(1 + random.nextLong(escrow.millionths() - 1));
            book.apply(Finality.mature("ann", TODAY, part, Money.ZERO, Money.ZERO).orElseThrow());
        }
        Map<AccountId, Money> before = book.balances();
        var refunds = new TreeMap<String, Money>();
        for (int client = 0; client < random.nextInt(4); client++) {
            refunds.put("c" + client, new Money(1 + random.nextInt(400_000)));
        }
        var conviction =
                new Conviction("ann", "case-1", refunds, new Money(random.nextInt(100_000)));

        Transaction forfeit =
                conviction
                        .forfeit(
                                book.balance(AccountId.escrow("ann")),
                                book.balance(AccountId.payable("ann")))
                        .orElseThrow();
        book.apply(forfeit);

        assertThat(book.balance(AccountId.escrow("ann"))).isEqualTo(Money.ZERO);
        assertThat(book.balance(AccountId.payable("ann"))).isEqualTo(Money.ZERO);
        refunds.forEach((client, refund) ->
                assertThat(book.balance(AccountId.prepaid(client))).isEqualTo(refund));
        boolean owes = book.balance(AccountId.ownerDebt("ann")).isNegative();
        assertThat(owes && book.balance(AccountId.SLASH_RESERVE).isPositive()).isFalse();
        assertThat(book.total()).isEqualTo(Money.ZERO);

        book.apply(Transaction.reverse(forfeit));
        assertThat(book.balances()).isEqualTo(before);
    }

    @Test
    void aChargebackOfSpentMoneyLeavesADebt() {
        book.apply(Transaction.fund("acme", "bank-1", new Money(100)));
        book.apply(Transaction.hold("j", "acme", new Money(70)));

        book.apply(
                Conviction.chargeback(
                        "acme", "bank-1", new Money(100), book.balance(AccountId.prepaid("acme"))));

        assertThat(book.balance(AccountId.prepaid("acme"))).isEqualTo(Money.ZERO);
        assertThat(book.balance(AccountId.clientDebt("acme"))).isEqualTo(new Money(-70));
        assertThat(book.balance(AccountId.ISSUED)).isEqualTo(Money.ZERO);
    }

    @Test
    void aPayoutLeavesOnceAndArrivesOrComesBack() {
        earn("ann", 1_000);
        book.apply(
                Finality.mature("ann", TODAY, new Money(700), Money.ZERO, Money.ZERO)
                        .orElseThrow());
        var payout = new Payout("2026-11-30", "ann", new Money(600));

        book.apply(payout.ordered());
        assertThat(book.check(payout.ordered())).isEqualTo(Check.KNOWN);
        assertThat(book.check(new Payout("2026-12-31", "ann", new Money(101)).ordered()))
                .isInstanceOf(Check.Overdrawn.class);
        book.apply(payout.cameBack());
        assertThat(book.balance(AccountId.payable("ann"))).isEqualTo(new Money(700));
        assertThat(book.check(payout.arrived()))
                .as("it did not arrive")
                .isInstanceOf(Check.Overdrawn.class);

        var again = new Payout("2026-12-31", "ann", new Money(700));
        book.apply(again.ordered());
        book.apply(again.arrived());
        assertThat(book.balance(AccountId.PAID)).isEqualTo(new Money(700));
        assertThatThrownBy(() -> new Payout("r", "ann", Money.ZERO)).hasMessageContaining("ann");
    }

    private Transaction matured(int day) {
        LocalDate upTo = TODAY.plusDays(day);
        return Finality.mature("ann", upTo, new Money(day + 1), new Money(day), Money.ZERO)
                .orElseThrow();
    }

    private void earn(String owner, long price) {
        book.apply(Transaction.fund("acme", "for-" + owner, new Money(price)));
        book.apply(Transaction.hold("job-" + owner, "acme", new Money(price)));
        book.apply(
                POLICY.settlement("job-" + owner, "0", "acme", new Money(price), List.of(owner)));
    }
}
