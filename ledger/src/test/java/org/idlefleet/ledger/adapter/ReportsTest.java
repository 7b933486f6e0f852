package org.idlefleet.ledger.adapter;

import static org.assertj.core.api.Assertions.assertThat;

import org.idlefleet.ledger.AccountId;
import org.idlefleet.ledger.Booking;
import org.idlefleet.ledger.Money;
import org.idlefleet.ledger.Payout;
import org.idlefleet.ledger.Posting;
import org.idlefleet.ledger.RevenueShare;
import org.idlefleet.ledger.Transaction;
import org.idlefleet.ledger.TransactionId;
import org.idlefleet.ledger.TransactionKind;
import org.idlefleet.ledger.adapter.policy.WorkFacts;
import org.idlefleet.ledger.adapter.report.Invoice;
import org.idlefleet.ledger.adapter.report.InvoicePdf;
import org.idlefleet.ledger.adapter.report.SellerReport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openpdf.text.pdf.PdfReader;
import org.openpdf.text.pdf.parser.PdfTextExtractor;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.Year;
import java.time.YearMonth;
import java.util.List;
import java.util.Optional;

class ReportsTest {
    private static final RevenueShare SHARES = RevenueShare.of(1, 700_000, 200_000, 100_000);
    private static final WorkFacts FACTS =
            id ->
                    id.subject().equals("job-1")
                            ? Optional.of(
                                    new WorkFacts.Facts(
                                            "tiny", id.detail().isEmpty() ? 0 : 40, 2, "k1"))
                            : Optional.empty();

    @TempDir Path directory;

    /**
     * In November job-1 pays 3 × 1 and gets 2 back; job-2 of another client pays 1; ann is paid.
     */
    @BeforeEach
    void twoMonths() {
        try (var ledger = LedgerDatabase.open(file())) {
            ledger.append(
                    1,
                    List.of(
                            at("2026-10-31T23:59:59Z", fund("acme", "bank-1", 10)),
                            at("2026-11-01T00:00:00Z", fund("acme", "bank-2", 5)),
                            at("2026-11-01T00:00:00Z", fund("bolt", "bank-3", 5)),
                            at("2026-11-02T00:00:00Z", hold("job-1", "acme", 4)),
                            at("2026-11-02T00:00:00Z", hold("job-2", "bolt", 1)),
                            at("2026-11-02T00:00:01Z", settle("job-1", "0", "acme")),
                            at("2026-11-02T00:00:02Z", settle("job-1", "1", "acme")),
                            at("2026-11-02T00:00:03Z", settle("job-2", "0", "bolt")),
                            at("2026-11-30T23:59:59Z", settle("job-1", "2", "acme")),
                            at("2026-11-30T23:59:59Z", fund("acme", "refund-job-1", 2)),
                            at("2026-12-01T00:00:00Z", settle("job-1", "3", "acme")),
                            at("2026-12-02T00:00:00Z", mature("ann", "2.8")),
                            at("2026-12-02T00:00:00Z", payout().ordered()),
                            at("2027-01-02T00:00:00Z", payout().arrived())));
        }
    }

    @Test
    void anInvoiceHasWhatWasUsedInTheMonthByModel() {
        Invoice invoice = invoice("acme", FACTS);

        assertThat(invoice.number()).isEqualTo("acme-2026-11");
        assertThat(invoice.parts())
                .containsExactly(
                        new Invoice.Part(
                                "k1",
                                List.of(
                                        new Invoice.Line(
                                                "tiny",
                                                1,
                                                120,
                                                Money.ofUnits(3),
                                                Money.ofUnits(2)))));
        assertThat(invoice.total()).isEqualTo(Money.ofUnits(1));
        assertThat(invoice.paidIn()).as("a refund is no payment").isEqualTo(Money.ofUnits(5));
        assertThat(invoice.csv())
                .contains("acme-2026-11,acme,2026-11,k1,tiny,1,120,3.000000,2.000000,1.000000");
        assertThat(invoice.opening()).isEqualTo(Money.ofUnits(10));
        assertThat(invoice.closing()).isEqualTo(Money.ofUnits(14));
        assertThat(invoice.missing()).isEqualTo(Money.ZERO);
        assertThat(invoice.json().at("/keys/0/api_key_id").asString()).isEqualTo("k1");
        assertThat(invoice.json().at("/keys/0/lines").size()).isEqualTo(1);
        Invoice.Part old = invoice("bolt", FACTS).parts().getFirst();
        assertThat(old.title()).isEqualTo("no key on record");
        assertThat(old.lines().getFirst().model()).isEqualTo("unknown");
        assertThat(invoice("bolt", FACTS).json().at("/keys/0/api_key_id").isNull()).isTrue();
        assertThat(invoice("nobody", FACTS).total()).isEqualTo(Money.ZERO);
    }

    @Test
    void anInvoiceCanBePrinted() throws IOException {
        try (var reader = new PdfReader(InvoicePdf.of(invoice("acme", FACTS)))) {
            assertThat(new PdfTextExtractor(reader).getTextFromPage(1))
                    .contains(
                            "Invoice acme-2026-11",
                            "k1",
                            "tiny",
                            "1.000000",
                            "5.000000",
                            "14.000000");
        }
    }

    @Test
    void aYearsReportHasEveryQuarterOfEveryOwner() {
        SellerReport report = sellers(2026);
        assertThat(report.lines())
                .containsExactly(
                        new SellerReport.Line(
                                "ann", 4, Money.parse("3.5"), 5, Money.ZERO, Money.ZERO));
        assertThat(report.csv()).contains("2026,4,ann,3.500000,5,0.000000,0.000000");
        assertThat(sellers(2027).lines())
                .containsExactly(
                        new SellerReport.Line(
                                "ann", 1, Money.ZERO, 0, Money.ZERO, Money.parse("1.5")));
        assertThat(sellers(2025).json().get("lines")).isEmpty();
    }

    private Invoice invoice(String client, WorkFacts facts) {
        return new LedgerService(file())
                .read(ledger -> Invoice.of(client, YearMonth.of(2026, 11), ledger, facts));
    }

    private SellerReport sellers(int year) {
        return new LedgerService(file()).read(ledger -> SellerReport.of(Year.of(year), ledger));
    }

    private static Payout payout() {
        return new Payout("2026-12", "ann", Money.parse("1.5"));
    }

    private static Booking at(String time, Transaction transaction) {
        return new Booking(transaction, Instant.parse(time));
    }

    private static Transaction fund(String client, String reference, int units) {
        return Transaction.fund(client, reference, Money.ofUnits(units));
    }

    private static Transaction hold(String job, String client, int units) {
        return Transaction.hold(job, client, Money.ofUnits(units));
    }

    private static Transaction settle(String job, String shard, String client) {
        return SHARES.settlement(job, shard, client, Money.ofUnits(1), List.of("ann"));
    }

    private static Transaction mature(String owner, String amount) {
        return new Transaction(
                new TransactionId(TransactionKind.MATURE, owner, "2026-11-25"),
                List.of(
                        new Posting(AccountId.escrow(owner), Money.parse("-" + amount)),
                        new Posting(AccountId.payable(owner), Money.parse(amount))));
    }

    private Path file() {
        return directory.resolve("ledger.db");
    }
}
