package org.idlefleet.ledger.adapter.payout;

import java.io.StringReader;
import java.util.Map;
import java.util.TreeMap;

import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/**
 * A bank's answer to a credit transfer file, ISO 20022 pain.002: what became of each payment, by
 * end-to-end id.
 */
public final class PainStatusReport {
    private PainStatusReport() {}

    /**
     * Reads one report. A payment without a status of its own has that of the whole file, under the
     * empty id, if the bank rejected all of it.
     *
     * @throws IllegalArgumentException if it is no pain.002 document
     */
    public static Map<String, PayoutStatus> read(String report) {
        var statuses = new TreeMap<String, PayoutStatus>();
        try {
            XMLStreamReader xml = safeFactory().createXMLStreamReader(new StringReader(report));
            boolean ours = false;
            while (xml.hasNext()) {
                if (xml.next() == XMLStreamConstants.START_ELEMENT) {
                    switch (xml.getLocalName()) {
                        case "CstmrPmtStsRpt" -> ours = true;
                        case "GrpSts" -> group(xml.getElementText(), statuses);
                        case "TxInfAndSts" -> payment(xml, statuses);
                        default -> {}
                    }
                }
            }
            if (!ours) {
                throw new IllegalArgumentException(
                        "expected a pain.002 status report, found another document");
            }
            return statuses;
        } catch (XMLStreamException e) {
            throw new IllegalArgumentException(
                    "expected a pain.002 status report: " + e.getMessage(), e);
        }
    }

    private static void group(String status, Map<String, PayoutStatus> statuses) {
        if (status.equals("RJCT")) {
            statuses.put("", new PayoutStatus.Failed("the bank rejected the whole file"));
        }
    }

    private static void payment(XMLStreamReader xml, Map<String, PayoutStatus> statuses)
            throws XMLStreamException {
        String id = "";
        String status = "";
        String reason = "";
        while (xml.hasNext()) {
            int event = xml.next();
            if (event == XMLStreamConstants.END_ELEMENT
                    && xml.getLocalName().equals("TxInfAndSts")) {
                break;
            }
            if (event == XMLStreamConstants.START_ELEMENT) {
                switch (xml.getLocalName()) {
                    case "OrgnlEndToEndId" -> id = xml.getElementText();
                    case "TxSts" -> status = xml.getElementText();
                    case "Cd" -> reason = xml.getElementText();
                    default -> {}
                }
            }
        }
        statuses.put(id, status(status, reason));
    }

    /**
     * Accepted is not yet arrived: only ACSC and ACCC say that the money is booked at the other
     * side.
     */
    private static PayoutStatus status(String code, String reason) {
        return switch (code) {
            case "ACSC", "ACCC" -> PayoutStatus.ARRIVED;
            case "RJCT", "CANC" -> new PayoutStatus.Failed("the bank says " + code + " " + reason);
            default -> PayoutStatus.PENDING;
        };
    }

    private static XMLInputFactory safeFactory() {
        XMLInputFactory factory = XMLInputFactory.newFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        return factory;
    }
}
