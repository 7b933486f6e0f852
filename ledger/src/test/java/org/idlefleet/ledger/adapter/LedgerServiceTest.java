package org.idlefleet.ledger.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.idlefleet.ledger.AccountId;
import org.idlefleet.ledger.Booking;
import org.idlefleet.ledger.Finality;
import org.idlefleet.ledger.Money;
import org.idlefleet.ledger.Transaction;
import org.idlefleet.ledger.adapter.policy.PolicyDryRun;
import org.idlefleet.ledger.adapter.policy.PolicyFile;
import org.idlefleet.ledger.adapter.policy.WorkFacts;
import org.idlefleet.ledger.adapter.statement.StatementCsv;
import org.idlefleet.ledger.adapter.statement.StatementPdf;
import org.idlefleet.ledger.policy.PayPolicy;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openpdf.text.pdf.PdfReader;
import org.openpdf.text.pdf.parser.PdfTextExtractor;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

class LedgerServiceTest {
    private static final LocalDate FIRST = LocalDate.of(2026, 10, 1);

    @TempDir Path directory;

    private LedgerService service;

    /** Ann earns 0.7 a day through October and November, bob from 20 November on. */
    @BeforeEach
    void twoMonths() {
        service = new LedgerService(file());
        var bookings = new ArrayList<Booking>();
        bookings.add(at(0, Transaction.fund("acme", "1", Money.ofUnits(100))));
        bookings.add(at(0, Transaction.hold("j", "acme", Money.ofUnits(90))));
        for (int day = 0; day < 60; day++) {
            bookings.add(at(day, settle("ann", day)));
            if (day >= 50) {
                bookings.add(at(day, settle("bob", day)));
            }
        }
        try (var ledger = LedgerDatabase.open(file())) {
            ledger.append(1, bookings);
        }
    }

    @Test
    void earningsMatureOnceAndNewOwnersWait() {
        LocalDate today = FIRST.plusDays(60);
        List<Transaction> due = service.maturing(Finality.DEFAULT, today, Set.of());

        assertThat(due)
                .singleElement()
                .satisfies(matured -> {
                    assertThat(matured.id()).hasToString("mature/ann/2026-11-22");
                    assertThat(matured.change(AccountId.payable("ann")))
                            .isEqualTo(Money.parse("37.1"));
                });
        assertThat(service.maturing(Finality.DEFAULT, today, Set.of("ann"))).isEmpty();
        book(2, due);
        assertThat(service.maturing(Finality.DEFAULT, today, Set.of())).isEmpty();
        assertThat(service.maturing(Finality.DEFAULT, today.plusDays(1), Set.of()))
                .singleElement()
                .satisfies(matured ->
                        assertThat(matured.change(AccountId.payable("ann")))
                                .isEqualTo(Money.parse("0.7")));

        book(3, List.of(service.reversal("settle/j/ann-0")));
        assertThat(service.maturing(Finality.DEFAULT, today.plusDays(1), Set.of()))
                .as("a corrected day is made up for by the next")
                .isEmpty();
        assertThat(service.check().faults()).isEmpty();
    }

    @Test
    void aDryRunShowsWhatAnotherPolicyWouldHavePaid() {
        PolicyDryRun run = dryRun(Instant.MIN, Instant.MAX, WorkFacts.NONE);

        assertThat(run.settlements()).isEqualTo(70);
        assertThat(run.paid()).containsEntry(AccountId.escrow("ann"), Money.parse("42"));
        assertThat(run.would()).containsEntry(AccountId.escrow("ann"), Money.parse("48"));
        assertThat(run.change(AccountId.escrow("bob"))).isEqualTo(Money.parse("1"));
        assertThat(run.would().values().stream().reduce(Money.ZERO, Money::plus))
                .isEqualTo(Money.ofUnits(70));
        assertThat(service.balances("").get(AccountId.escrow("ann"))).isEqualTo(Money.parse("42"));
        assertThat(dryRun(noon(10), noon(12), WorkFacts.NONE).settlements()).isEqualTo(2);
    }

    @Test
    void aDryRunTakesThePolicysOwnPricesWhereTheWorkIsKnown() {
        PolicyDryRun run =
                dryRun(
                        Instant.MIN,
                        Instant.MAX,
                        id ->
                                id.detail().startsWith("ann")
                                        ? Optional.of(new WorkFacts.Facts("tiny", 5, 2, ""))
                                        : Optional.empty());

        assertThat(run.priced()).isEqualTo(60);
        assertThat(run.was()).isEqualTo(Money.ofUnits(70));
        assertThat(run.charged()).isEqualTo(Money.ofUnits(10 + 60 * 5 * 2));
    }

    private PolicyDryRun dryRun(Instant from, Instant to, WorkFacts facts) {
        PayPolicy generous =
                PolicyFile.parse(
                        """
                        version: 9
                        prices: {tiny: 1000000}
                        shares: {owner: 800000, platform: 150000, verification: 50000}
                        """);
        return service.read(ledger -> PolicyDryRun.of(generous, ledger, from, to, facts));
    }

    @Test
    void aMonthAsCsvHasEveryMovementBetweenOpeningAndClosing() {
        String csv = StatementCsv.text(service.ownerStatement("ann", YearMonth.of(2026, 11)));

        List<String> rows = List.of(csv.split("\r\n"));
        assertThat(rows).hasSize(1 + 1 + 29 + 1);
        assertThat(rows.get(0))
                .startsWith("booked_at,type,transaction,subject,account,amount,balance")
                .endsWith(",sequence,effective_at");
        assertThat(rows.get(1))
                .isEqualTo("2026-11-01T00:00:00Z,opening,,,owner:ann:escrow,,21.700000,credit,,,");
        assertThat(rows.get(2))
                .isEqualTo(
                        "2026-11-01T12:00:00Z,settle,settle/j/ann-31,j,owner:ann:escrow,0.700000,22.400000,credit,3,34,2026-11-01T12:00:00Z");
        assertThat(rows.getLast())
                .isEqualTo("2026-12-01T00:00:00Z,closing,,,owner:ann:escrow,,42.000000,credit,,,");
    }

    @Test
    void aMonthAsPdfSaysInPlainWordsWhatHappened() throws IOException {
        var bytes = new ByteArrayOutputStream();
        StatementPdf.write(service.ownerStatement("ann", YearMonth.of(2026, 11)), bytes);

        var reader = new PdfReader(bytes.toByteArray());
        String text = new PdfTextExtractor(reader).getTextFromPage(1);
        assertThat(text)
                .contains("Statement of ann")
                .contains("From 1 November 2026 to 30 November 2026")
                .containsPattern("You had\\s*21.700000")
                .containsPattern("29 pieces of verified work\\s*20.300000")
                .containsPattern("You have\\s*42.000000")
                .containsPattern("earned, not final yet\\s*42.000000")
                .doesNotContain("owner:", "escrow");
        reader.close();
    }

    @Test
    void aBackupIsAWholeLedger() {
        Path backup = directory.resolve("backup.db");
        try (var ledger = LedgerDatabase.open(file())) {
            service.backup(backup);
            ledger.append(9, List.of(at(60, settle("ann", 60))));
        }

        var restored = new LedgerService(backup);
        assertThat(restored.check().faults()).isEmpty();
        assertThat(restored.balances("owner:ann"))
                .containsEntry(AccountId.escrow("ann"), Money.parse("42"));
        try (var ledger = LedgerDatabase.open(backup)) {
            assertThat(ledger.position()).isEqualTo(1);
            ledger.append(9, List.of(at(60, settle("ann", 60))));
        }
        assertThat(restored.balances("")).isEqualTo(service.balances(""));
        assertThatThrownBy(() -> service.backup(backup)).hasMessageContaining("name a new file");
    }

    @Test
    void answersWhatOperatorsAsk() {
        assertThat(service.transaction("settle/j/ann-3")).isPresent();
        assertThat(service.transaction("settle/j/nobody-3")).isEmpty();
        assertThat(service.trialBalance().isBalanced()).isTrue();
        assertThat(service.account("platform:revenue", Instant.MIN, Instant.MAX).lines())
                .hasSize(70);
        assertThat(service.clientStatement("acme", YearMonth.of(2026, 10)).closingTotal())
                .isEqualTo(Money.ofUnits(69));
        assertThatThrownBy(() -> service.reversal("settle/j/none"))
                .hasMessageContaining("no transaction settle/j/none");
        assertThatThrownBy(() -> service.transaction("stolen/j")).hasMessageContaining("stolen");
    }

    private void book(long position, List<Transaction> transactions) {
        try (var ledger = LedgerDatabase.open(file())) {
            ledger.append(
                    position,
                    transactions.stream().map(transaction -> at(61, transaction)).toList());
        }
    }

    private static Transaction settle(String owner, int day) {
        return LedgerStory.POLICY.settlement(
                "j", owner + "-" + day, "acme", Money.ofUnits(1), List.of(owner));
    }

    private static Booking at(int day, Transaction transaction) {
        return new Booking(transaction, noon(day));
    }

    private static Instant noon(int day) {
        return Instant.parse(FIRST.plusDays(day) + "T12:00:00Z");
    }

    private Path file() {
        return directory.resolve("ledger.db");
    }
}
