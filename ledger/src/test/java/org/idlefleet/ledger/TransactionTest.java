package org.idlefleet.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.List;

class TransactionTest {
    private static final TransactionId ID = TransactionId.fund("acme", "bank-1");
    private static final Posting OUT = new Posting(AccountId.ISSUED, new Money(-5));
    private static final Posting IN = new Posting(AccountId.prepaid("acme"), new Money(5));

    @Test
    void refusesWhatDoesNotBalance() {
        assertThatThrownBy(() ->
                        new Transaction(ID, List.of(OUT, new Posting(IN.account(), new Money(4)))))
                .hasMessage("fund/acme/bank-1 is unbalanced by -0.000001 credits");
    }

    @Test
    void balancesEachAssetByItself() {
        var euro = new Posting(new AccountId("payout:clearing/EUR"), new Money(5));

        assertThatThrownBy(() -> new Transaction(ID, List.of(OUT, euro)))
                .hasMessageContaining("unbalanced");
        assertThatThrownBy(() -> new Transaction(ID, List.of(OUT, IN, euro)))
                .hasMessageContaining("unbalanced by 0.000005 EUR");
        var back = new Posting(new AccountId("platform:exchange/EUR"), new Money(-5));
        assertThat(new Transaction(ID, List.of(OUT, IN, euro, back)).postings()).hasSize(4);
    }

    @Test
    void refusesNothingZeroAndTwice() {
        assertThatThrownBy(() -> new Transaction(ID, List.of())).hasMessageContaining("found 0");
        assertThatThrownBy(() -> new Posting(AccountId.ISSUED, Money.ZERO))
                .hasMessageContaining("platform:issued");
        assertThatThrownBy(() ->
                        new Transaction(
                                ID,
                                List.of(
                                        OUT,
                                        new Posting(IN.account(), new Money(2)),
                                        new Posting(IN.account(), new Money(3)))))
                .hasMessageContaining("client:acme:prepaid occurs twice");
    }

    @Test
    void isTheSameInWhateverOrderItsPostingsCame() {
        assertThat(new Transaction(ID, List.of(OUT, IN)))
                .isEqualTo(new Transaction(ID, List.of(IN, OUT)));
    }

    @Test
    void isUndoneByItsOppositeWhichPaysIntoPrepaidNotIntoTheHold() {
        Transaction paid =
                RevenueShare.of(4, 700_000, 200_000, 100_000)
                        .settlement("j", "1", "acme", new Money(100), List.of("ann"));

        Transaction undone = Transaction.reverse(paid);

        assertThat(undone.id()).hasToString("reverse/j/settle/1");
        assertThat(undone.policy()).isEqualTo(4);
        assertThat(undone.postings())
                .containsExactlyInAnyOrder(
                        new Posting(AccountId.prepaid("acme"), new Money(100)),
                        new Posting(AccountId.escrow("ann"), new Money(-70)),
                        new Posting(AccountId.REVENUE, new Money(-20)),
                        new Posting(AccountId.VERIFICATION, new Money(-10)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"fund/acme/bank-1", "hold/j", "settle/j/3", "void/j", "reverse/j/settle/3"})
    void idsAreReadAsWritten(String text) {
        assertThat(TransactionId.parse(text)).hasToString(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "hold", "steal/j", "hold/", "hold/a b", "settle/j/ü", "hold/j\n"})
    void refusesOtherIds(String text) {
        assertThatThrownBy(() -> TransactionId.parse(text))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "client",
                "client:",
                "client::hold",
                "clients:a:hold",
                "client:a:hold:",
                "owner:ann escrow",
                "payout:clearing/",
                "payout:clearing/EUR/6",
                "owner:a/b:escrow",
                "owner:ä:escrow"
            })
    void refusesWhatIsNoAccountPath(String path) {
        assertThatThrownBy(() -> new AccountId(path)).hasMessageContaining("'" + path + "'");
    }
}
