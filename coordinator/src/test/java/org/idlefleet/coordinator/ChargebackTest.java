package org.idlefleet.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import org.idlefleet.ledger.AccountId;
import org.idlefleet.ledger.Money;
import org.idlefleet.ledger.Posting;
import org.idlefleet.ledger.Transaction;
import org.idlefleet.ledger.TransactionId;
import org.idlefleet.ledger.TransactionKind;
import org.idlefleet.protocol.ClientId;
import org.junit.jupiter.api.Test;

import java.time.Instant;
import java.util.List;

class ChargebackTest {
    private static final ClientId ACME = new ClientId("acme");
    private static final Instant NOON = Instant.parse("2026-11-22T12:00:00Z");

    private final Coordinator coordinator = new Coordinator(Policy.standard(1));
    private long request;

    private Answer ask(Command command) {
        Decision decision = coordinator.decide(command, NOON);
        decision.events().forEach(coordinator::apply);
        assertThat(coordinator.bookTotal()).isEqualTo(Money.ZERO);
        return ((Send.Reply) decision.sends().getFirst()).answer();
    }

    private Answer fund(long units, String reference) {
        return ask(new Command.FundClient(++request, ACME, Money.ofUnits(units), reference));
    }

    private Answer chargeBack(long units, String reference) {
        return ask(new Command.ChargeBack(++request, ACME, Money.ofUnits(units), reference));
    }

    private void spend(long units) {
        ask(
                new Command.Book(
                        ++request,
                        new Transaction(
                                new TransactionId(TransactionKind.REVERSE, "spent", "" + request),
                                List.of(
                                        new Posting(
                                                AccountId.prepaid("acme"), Money.ofUnits(-units)),
                                        new Posting(AccountId.REVENUE, Money.ofUnits(units))))));
    }

    private long balance(AccountId account) {
        Event.BookRestored book =
                coordinator.snapshot(NOON).stream()
                        .filter(Event.BookRestored.class::isInstance)
                        .map(Event.BookRestored.class::cast)
                        .findFirst()
                        .orElseThrow();
        return book.state().balances().stream()
                .filter(line -> line.account().equals(account))
                .mapToLong(line -> line.amount().millionths() / Money.UNIT)
                .findFirst()
                .orElse(0);
    }

    @Test
    void noPaymentReadsAsARefund() {
        for (String reference : List.of("refund-job-9", "retracted-job-9-0-0")) {
            assertThat(fund(1, reference))
                    .isInstanceOfSatisfying(
                            Answer.Refused.class,
                            refused ->
                                    assertThat(refused.refusal().toString())
                                            .contains("reads as a refund of ours"));
        }
        for (String reference : List.of("refunded", "retracted-job", "bank-refund-1")) {
            assertThat(fund(1, reference)).as(reference).isInstanceOf(Answer.Done.class);
        }
    }

    @Test
    void whatWasSpentBecomesADebtThatTheNextPaymentsCoverFirst() {
        fund(10, "bank-1");
        spend(7);
        for (int twice = 0; twice < 2; twice++) {
            assertThat(chargeBack(10, "bank-1")).isInstanceOf(Answer.Done.class);
            assertThat(balance(AccountId.prepaid("acme"))).isZero();
            assertThat(balance(AccountId.clientDebt("acme"))).isEqualTo(-7);
            assertThat(balance(AccountId.ISSUED)).isZero();
        }
        fund(5, "bank-2");
        fund(5, "bank-2");
        assertThat(balance(AccountId.clientDebt("acme"))).isEqualTo(-2);
        assertThat(balance(AccountId.prepaid("acme"))).isZero();
        fund(5, "bank-3");
        assertThat(balance(AccountId.clientDebt("acme"))).isZero();
        assertThat(balance(AccountId.prepaid("acme"))).isEqualTo(3);
        assertThat(fund(6, "bank-3")).isInstanceOf(Answer.Refused.class);
    }

    @Test
    void onlyWhatWasPaidCanBeTakenBack() {
        fund(10, "bank-1");
        assertThat(refusal(chargeBack(9, "bank-1"))).contains("had another amount than 9");
        assertThat(refusal(chargeBack(10, "bank-2"))).contains("has paid nothing under bank-2");
        assertThat(balance(AccountId.prepaid("acme"))).isEqualTo(10);
    }

    private static String refusal(Answer answer) {
        return ((Answer.Refused) answer).refusal().text();
    }
}
