package org.idlefleet.ledger.adapter.payout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.idlefleet.ledger.Money;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.xml.sax.SAXException;

import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;

import javax.xml.XMLConstants;
import javax.xml.transform.stream.StreamSource;
import javax.xml.validation.SchemaFactory;

class PainFileTest {
    static final String IBAN = "DE89 3704 0044 0532 0130 00";
    private static final LocalDate DAY = LocalDate.of(2026, 11, 30);
    private static final PayoutTerms TERMS = new PayoutTerms("EUR", 1_000_000, Money.ofUnits(10));
    private static final Payee PLATFORM = new Payee("platform", "Idlefleet GmbH & Söhne", IBAN);

    @TempDir Path folder;

    @Test
    void isValidAgainstTheSchemaWhateverTheNames() throws Exception {
        String text =
                new PainFile(PLATFORM)
                        .text(
                                "2026-11",
                                DAY,
                                List.of(
                                        order(
                                                "ann",
                                                "Änne Groß-Müller <ann@example.org>",
                                                "12.345678"),
                                        order(
                                                "bob-with-a-very-long-name-that-no-bank-transports",
                                                "王小明",
                                                "10"),
                                        order(
                                                "cid",
                                                "O'Neill, C. " + "x".repeat(90),
                                                "1234567.89")));

        validate("pain.001.001.09.xsd", text);
        assertThat(text)
                .contains("<NbOfTxs>3</NbOfTxs><CtrlSum>1234590.23</CtrlSum>")
                .contains("<InstdAmt Ccy=\"EUR\">12.34</InstdAmt>")
                .contains("<Nm>Anne Gross-Muller .ann.example.org.</Nm>")
                .contains("<EndToEndId>2026-11.ann</EndToEndId>");
        assertThat(new PainFile(PLATFORM).text("2026-11", DAY, List.of(order("ann", "Ann", "12"))))
                .isEqualTo(
                        new PainFile(PLATFORM)
                                .text("2026-11", DAY, List.of(order("ann", "Ann", "12"))));
    }

    @Test
    void refusesAccountsThatAreNoIban() {
        var wrong = new Payee("ann", "Ann", "DE88370400440532013000");
        assertThat(wrong.hasIban()).isFalse();
        assertThatThrownBy(() -> new PainFile(wrong))
                .hasMessageContaining("no IBAN")
                .hasMessageContaining("DE88…3000");
        PayoutOrder order = TERMS.order("r", wrong, Money.ofUnits(20)).orElseThrow();
        assertThatThrownBy(() -> new PainFile(PLATFORM).text("r", DAY, List.of(order)))
                .hasMessageContaining("r.ann");
    }

    @Test
    void readsWhatTheBankAnswers() throws Exception {
        String report =
                """
                <?xml version="1.0" encoding="UTF-8"?>
                <Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"><CstmrPmtStsRpt>
                <GrpHdr><MsgId>b1</MsgId><CreDtTm>2026-12-01T08:00:00</CreDtTm></GrpHdr>
                <OrgnlGrpInfAndSts><OrgnlMsgId>idlefleet-2026-11</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId>
                <GrpSts>PART</GrpSts></OrgnlGrpInfAndSts>
                <OrgnlPmtInfAndSts><OrgnlPmtInfId>idlefleet-2026-11</OrgnlPmtInfId>
                <TxInfAndSts><OrgnlEndToEndId>2026-11.ann</OrgnlEndToEndId><TxSts>ACSC</TxSts></TxInfAndSts>
                <TxInfAndSts><OrgnlEndToEndId>2026-11.bob</OrgnlEndToEndId><TxSts>RJCT</TxSts>
                <StsRsnInf><Rsn><Cd>AC04</Cd></Rsn></StsRsnInf></TxInfAndSts>
                <TxInfAndSts><OrgnlEndToEndId>2026-11.cid</OrgnlEndToEndId><TxSts>ACSP</TxSts></TxInfAndSts>
                </OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>
                """;
        validate("pain.002.001.10.xsd", report);
        var files = new BankFiles(folder, PLATFORM, DAY);
        List<PayoutOrder> orders =
                List.of(
                        order("ann", "Ann", "12"),
                        order("bob", "Bob", "13"),
                        order("cid", "Cid", "14"));
        files.submit("2026-11", orders);
        assertThat(files.statuses("2026-11", orders))
                .containsEntry("2026-11.ann", PayoutStatus.PENDING);

        Files.writeString(folder.resolve("2026-11-a.pain002.xml"), report);

        assertThat(files.statuses("2026-11", orders))
                .isEqualTo(
                        Map.of(
                                "2026-11.ann", PayoutStatus.ARRIVED,
                                "2026-11.bob", new PayoutStatus.Failed("the bank says RJCT AC04"),
                                "2026-11.cid", PayoutStatus.PENDING));
    }

    @Test
    void aFileRejectedAsAWholeFailsEveryPayment() throws IOException {
        var files = new BankFiles(folder, PLATFORM, DAY);
        List<PayoutOrder> orders = List.of(order("ann", "Ann", "12"));
        files.submit("2026-11", orders);
        Files.writeString(
                folder.resolve("2026-11.pain002.xml"),
                "<Document><CstmrPmtStsRpt><OrgnlGrpInfAndSts><GrpSts>RJCT</GrpSts></OrgnlGrpInfAndSts>"
                    + "</CstmrPmtStsRpt></Document>");

        assertThat(files.statuses("2026-11", orders).get("2026-11.ann"))
                .isInstanceOf(PayoutStatus.Failed.class);
    }

    @Test
    void refusesReportsThatAreNone() {
        assertThatThrownBy(() -> PainStatusReport.read("")).hasMessageContaining("pain.002");
        assertThatThrownBy(() -> PainStatusReport.read("<Document/>"))
                .hasMessageContaining("pain.002");
        assertThatThrownBy(() ->
                        PainStatusReport.read(
                                "<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]>"
                                    + "<Document><CstmrPmtStsRpt><TxInfAndSts><TxSts>&e;</TxSts></TxInfAndSts></CstmrPmtStsRpt>"
                                    + "</Document>"))
                .hasMessageContaining("pain.002");
    }

    @Test
    void ordersAreWholeCentsAndTheRestStaysPayable() {
        var random = new Random(1);
        for (int i = 0; i < 2_000; i++) {
            var terms = new PayoutTerms("EUR", 1 + random.nextInt(3_000_000), Money.ZERO);
            var payable = new Money(1 + random.nextLong(1_000_000_000_000L));
            terms.order("r", PLATFORM, payable)
                    .ifPresent(order -> {
                        assertThat(order.payout().credits()).isLessThanOrEqualTo(payable);
                        // Ten thousand millionths of the currency are a cent; credits cover the
                        // cents, and nearly nothing more.
                        double worth =
                                order.payout().credits().millionths()
                                        * (double) terms.creditPriceMillionths()
                                        / 1e10;
                        assertThat(worth).isGreaterThanOrEqualTo(order.cents() * (1 - 1e-12));
                        assertThat(worth - order.cents())
                                .isLessThan(terms.creditPriceMillionths() / 1e10 + 1e-3);
                    });
        }
        assertThat(TERMS.order("r", PLATFORM, Money.parse("9.999999"))).isEmpty();
        assertThat(TERMS.order("r", PLATFORM, Money.parse("10.129999")).orElseThrow().amount())
                .isEqualTo("10.12");
        assertThat(
                        TERMS.order("r", PLATFORM, Money.parse("10.129999"))
                                .orElseThrow()
                                .payout()
                                .credits())
                .isEqualTo(Money.parse("10.12"));
    }

    static PayoutOrder order(String owner, String name, String credits) {
        return TERMS.order("2026-11", new Payee(owner, name, IBAN), Money.parse(credits))
                .orElseThrow();
    }

    private static void validate(String schema, String document) throws SAXException, IOException {
        var url =
                Objects.requireNonNull(
                        PainFileTest.class.getClassLoader().getResource(schema), schema);
        SchemaFactory.newInstance(XMLConstants.W3C_XML_SCHEMA_NS_URI)
                .newSchema(url)
                .newValidator()
                .validate(new StreamSource(new StringReader(document)));
    }
}
