package org.idlefleet.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.util.List;

class BookTest {
    private static final RevenueShare POLICY = RevenueShare.of(1, 700_000, 200_000, 100_000);

    private final Book book = new Book();

    @BeforeEach
    void fundAndHold() {
        book.apply(Transaction.fund("acme", "bank-1", new Money(1_000)));
        book.apply(Transaction.hold("j", "acme", new Money(600)));
    }

    @Test
    void aJobIsHeldSettledAndTheRestComesBack() {
        book.apply(settle("0", 100));
        book.apply(settle("1", 200));
        assertThat(book.hold("j"))
                .hasValue(new Hold("j", AccountId.hold("acme"), new Money(600), new Money(300)));

        book.apply(book.voiding("j").orElseThrow());

        assertThat(book.hold("j")).isEmpty();
        assertThat(book.balances())
                .containsEntry(AccountId.prepaid("acme"), new Money(700))
                .containsEntry(AccountId.escrow("ann"), new Money(210))
                .containsEntry(AccountId.REVENUE, new Money(60))
                .containsEntry(AccountId.VERIFICATION, new Money(30))
                .containsEntry(AccountId.ISSUED, new Money(-1_000))
                .hasSize(5);
    }

    @Test
    void aHoldWithNothingLeftHasEnded() {
        book.apply(settle("0", 600));

        assertThat(book.hold("j")).isEmpty();
        assertThat(book.voiding("j")).isEmpty();
        assertThat(book.check(settle("1", 1))).isInstanceOf(Check.NoOpenHold.class);
    }

    @Test
    void refusesToHoldWhatTheClientDoesNotHave() {
        Check check = book.check(Transaction.hold("k", "acme", new Money(401)));

        assertThat(check)
                .isEqualTo(
                        new Check.Overdrawn(
                                TransactionId.hold("k"),
                                AccountId.prepaid("acme"),
                                new Money(400),
                                new Money(-401)));
        assertThat(((Check.Refusal) check).reason())
                .isEqualTo("hold/k needs 0.000401 from client:acme:prepaid, which has 0.000400");
    }

    @Test
    void refusesToSettleMoreThanTheHoldStillHas() {
        book.apply(Transaction.hold("k", "acme", new Money(400)));
        book.apply(settle("0", 500));

        assertThat(book.check(settle("1", 101)))
                .isEqualTo(
                        new Check.HoldExceeded(
                                TransactionId.settle("j", "1"), new Money(100), new Money(101)));
    }

    @Test
    void sameIdSameContentDoesNothingAndOtherContentIsAConflict() {
        book.apply(settle("0", 100));
        BookState state = book.state();

        book.apply(settle("0", 100));
        book.apply(Transaction.hold("j", "acme", new Money(600)));
        book.apply(Transaction.fund("acme", "bank-1", new Money(1_000)));
        assertThat(book.state()).isEqualTo(state);

        assertThat(book.check(settle("0", 101))).isInstanceOf(Check.Conflict.class);
        assertThat(book.check(Transaction.hold("j", "acme", new Money(601))))
                .isInstanceOf(Check.Conflict.class);
        assertThat(book.check(Transaction.fund("acme", "bank-1", new Money(9))))
                .isInstanceOf(Check.Conflict.class);
        assertThatThrownBy(() -> book.apply(settle("0", 101)))
                .hasMessage("settle/j/0 was booked before with other content");
    }

    @Test
    void aSettlementPaysOutOfItsOwnHoldOnly() {
        book.apply(Transaction.fund("bolt", "bank-2", new Money(500)));
        book.apply(Transaction.hold("k", "bolt", new Money(500)));

        Transaction outOfAnother =
                POLICY.settlement("j", "0", "bolt", new Money(10), List.of("ann"));

        assertThat(book.check(outOfAnother)).isInstanceOf(Check.Misshapen.class);
    }

    @Test
    void workOfThePlatformIsHeldFromItsReserveAndFromIssuedMoney() {
        book.apply(settle("0", 600));

        book.apply(Checks.hold("k", "checks", new Money(60), new Money(40)));

        assertThat(book.hold("k"))
                .hasValue(new Hold("k", AccountId.hold("checks"), new Money(100), new Money(100)));
        assertThat(book.balance(AccountId.VERIFICATION)).isEqualTo(Money.ZERO);
        assertThat(book.balance(AccountId.ISSUED)).isEqualTo(new Money(-1_040));
        book.apply(book.voiding("k").orElseThrow());
        assertThat(book.balance(AccountId.prepaid("checks"))).isEqualTo(new Money(100));
    }

    @Test
    void checksArePaidOutOfWhatIsThereForThem() {
        book.apply(settle("1", 590));
        book.apply(Transaction.fundChecks("j-0", new Money(59), new Money(41)));
        assertThat(book.balance(AccountId.CHECKS)).isEqualTo(new Money(100));

        book.apply(Checks.settle("k", "zoe", new Money(99)));

        assertThat(book.balance(AccountId.CHECKS)).isEqualTo(new Money(1));
        assertThat(book.balance(AccountId.escrow("zoe"))).isEqualTo(new Money(99));
        assertThat(book.check(Checks.settle("l", "zoe", new Money(2))))
                .isInstanceOf(Check.Overdrawn.class);
        assertThat(book.check(Checks.settle("j", "zoe", new Money(1))))
                .as("a client's job is paid out of its hold")
                .isInstanceOf(Check.Misshapen.class);
    }

    @Test
    void nothingElseIsSettledWithoutAHold() {
        var others =
                new Transaction(
                        TransactionId.settle("k", "0"),
                        List.of(
                                new Posting(AccountId.CHECKS, new Money(-1)),
                                new Posting(AccountId.prepaid("acme"), new Money(-1)),
                                new Posting(AccountId.escrow("zoe"), new Money(2))));
        book.apply(Transaction.fundChecks("j-0", Money.ZERO, new Money(40)));

        assertThat(book.check(others)).isEqualTo(new Check.NoOpenHold(others.id()));
    }

    @Test
    void refusesToHoldMoreOfTheReserveThanThereIs() {
        book.apply(settle("0", 600));

        assertThat(book.check(Checks.hold("k", "checks", new Money(61), Money.ZERO)))
                .isEqualTo(
                        new Check.Overdrawn(
                                TransactionId.hold("k"),
                                AccountId.VERIFICATION,
                                new Money(60),
                                new Money(-61)));
    }

    @Test
    void aHoldTakesNothingFromAnotherClientOrAnOwner() {
        book.apply(Transaction.fund("bolt", "bank-2", new Money(500)));
        book.apply(settle("0", 600));

        for (AccountId other : List.of(AccountId.prepaid("bolt"), AccountId.escrow("ann"))) {
            Transaction hold =
                    new Transaction(
                            TransactionId.hold("k"),
                            List.of(
                                    new Posting(AccountId.hold("acme"), new Money(2)),
                                    new Posting(AccountId.ISSUED, new Money(-1)),
                                    new Posting(other, new Money(-1))));
            assertThat(book.check(hold)).isInstanceOf(Check.Misshapen.class);
        }
    }

    @Test
    void onlyJobsTouchAHold() {
        Transaction direct =
                Transaction.move(
                        TransactionId.fund("acme", "x"),
                        AccountId.ISSUED,
                        AccountId.hold("acme"),
                        new Money(1));

        assertThat(book.check(direct)).isInstanceOf(Check.Misshapen.class);
    }

    @Test
    void aVoidGivesBackExactlyTheRest() {
        Transaction part =
                Transaction.move(
                        TransactionId.voiding("j"),
                        AccountId.hold("acme"),
                        AccountId.prepaid("acme"),
                        new Money(599));

        assertThat(book.check(part)).isInstanceOf(Check.Misshapen.class);
    }

    @Test
    void forgetsSettlementsWhenTheirHoldEnds() {
        for (int job = 0; job < 1_000; job++) {
            book.apply(Transaction.hold("n" + job, "acme", new Money(2)));
            book.apply(POLICY.settlement("n" + job, "0", "acme", new Money(1), List.of("ann")));
            book.apply(
                    Transaction.reverse(
                            POLICY.settlement(
                                    "n" + job, "0", "acme", new Money(1), List.of("ann"))));
            book.apply(book.voiding("n" + job).orElseThrow());
        }

        BookState state = book.state();
        assertThat(state.holds()).extracting(BookState.HoldState::job).containsExactly("j");
        assertThat(state.booked()).as("only what no hold ends is kept").hasSize(1_001);
    }

    private static Transaction settle(String shard, long price) {
        return POLICY.settlement("j", shard, "acme", new Money(price), List.of("ann"));
    }
}
