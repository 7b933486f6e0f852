package org.idlefleet.ledger.adapter.payout;

import java.io.StringWriter;
import java.text.Normalizer;
import java.time.LocalDate;
import java.util.List;

import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

/**
 * A SEPA credit transfer in the form banks take: ISO 20022 pain.001.001.09, one payment instruction
 * with all orders.
 *
 * @param debtor our name at the bank, and the IBAN the money comes from
 */
public record PainFile(Payee debtor) {
    public static final String NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09";

    private static final int NAME_MAX = 70;

    public PainFile {
        if (!debtor.hasIban()) {
            throw new IllegalArgumentException(
                    "the account money is paid from is no IBAN: " + debtor.maskedAccount());
        }
    }

    /** The same orders on the same day give the same text, byte for byte. */
    public String text(String run, LocalDate day, List<PayoutOrder> orders) {
        for (PayoutOrder order : orders) {
            if (!order.payee().hasIban() || !order.currency().equals("EUR")) {
                throw new IllegalArgumentException(
                        "payout "
                                + order.key()
                                + ": a SEPA file takes euros to an IBAN, found "
                                + order.currency()
                                + " to "
                                + order.payee().maskedAccount());
            }
        }
        try {
            var text = new StringWriter();
            XMLStreamWriter xml = XMLOutputFactory.newFactory().createXMLStreamWriter(text);
            xml.writeStartDocument("UTF-8", "1.0");
            xml.writeStartElement("Document");
            xml.writeDefaultNamespace(NAMESPACE);
            xml.writeStartElement("CstmrCdtTrfInitn");
            header(xml, run, day, orders);
            instruction(xml, run, day, orders);
            xml.writeEndElement();
            xml.writeEndElement();
            xml.writeEndDocument();
            xml.close();
            return text.toString();
        } catch (XMLStreamException e) {
            throw new IllegalStateException("a text in memory cannot be written", e);
        }
    }

    private void header(XMLStreamWriter xml, String run, LocalDate day, List<PayoutOrder> orders)
            throws XMLStreamException {
        xml.writeStartElement("GrpHdr");
        element(xml, "MsgId", messageId(run));
        element(xml, "CreDtTm", day + "T00:00:00");
        totals(xml, orders);
        name(xml, "InitgPty", debtor.name());
        xml.writeEndElement();
    }

    private void instruction(
            XMLStreamWriter xml, String run, LocalDate day, List<PayoutOrder> orders)
            throws XMLStreamException {
        xml.writeStartElement("PmtInf");
        element(xml, "PmtInfId", messageId(run));
        element(xml, "PmtMtd", "TRF");
        totals(xml, orders);
        nested(xml, "SEPA", "PmtTpInf", "SvcLvl", "Cd");
        nested(xml, day.toString(), "ReqdExctnDt", "Dt");
        name(xml, "Dbtr", debtor.name());
        nested(xml, debtor.account(), "DbtrAcct", "Id", "IBAN");
        nested(xml, "NOTPROVIDED", "DbtrAgt", "FinInstnId", "Othr", "Id");
        element(xml, "ChrgBr", "SLEV");
        for (PayoutOrder order : orders) {
            transfer(xml, order);
        }
        xml.writeEndElement();
    }

    private static void transfer(XMLStreamWriter xml, PayoutOrder order) throws XMLStreamException {
        xml.writeStartElement("CdtTrfTxInf");
        nested(xml, order.endToEndId(), "PmtId", "EndToEndId");
        xml.writeStartElement("Amt");
        xml.writeStartElement("InstdAmt");
        xml.writeAttribute("Ccy", order.currency());
        xml.writeCharacters(order.amount());
        xml.writeEndElement();
        xml.writeEndElement();
        name(xml, "Cdtr", order.payee().name());
        nested(xml, order.payee().account(), "CdtrAcct", "Id", "IBAN");
        nested(xml, plain("Earnings " + order.payout().run()), "RmtInf", "Ustrd");
        xml.writeEndElement();
    }

    private static void totals(XMLStreamWriter xml, List<PayoutOrder> orders)
            throws XMLStreamException {
        long cents = orders.stream().mapToLong(PayoutOrder::cents).reduce(0, Math::addExact);
        element(xml, "NbOfTxs", String.valueOf(orders.size()));
        element(xml, "CtrlSum", cents / 100 + "." + (cents % 100 < 10 ? "0" : "") + cents % 100);
    }

    private static void name(XMLStreamWriter xml, String party, String name)
            throws XMLStreamException {
        String plain = plain(name);
        nested(xml, plain.substring(0, Math.min(NAME_MAX, plain.length())), party, "Nm");
    }

    private static void nested(XMLStreamWriter xml, String text, String... path)
            throws XMLStreamException {
        for (String element : path) {
            xml.writeStartElement(element);
        }
        xml.writeCharacters(text);
        for (int i = 0; i < path.length; i++) {
            xml.writeEndElement();
        }
    }

    private static void element(XMLStreamWriter xml, String name, String text)
            throws XMLStreamException {
        nested(xml, text, name);
    }

    private static String messageId(String run) {
        return "idlefleet-" + run;
    }

    /** The Latin characters that every SEPA bank takes; others lose their marks or become a dot. */
    static String plain(String text) {
        String unmarked =
                Normalizer.normalize(text.replace("ß", "ss"), Normalizer.Form.NFD)
                        .replaceAll("\\p{M}", "");
        return unmarked.replaceAll("[^A-Za-z0-9/?:().,'+ -]", ".");
    }
}
