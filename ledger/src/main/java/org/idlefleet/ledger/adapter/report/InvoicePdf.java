package org.idlefleet.ledger.adapter.report;

import org.idlefleet.ledger.Money;
import org.openpdf.text.Document;
import org.openpdf.text.Element;
import org.openpdf.text.Font;
import org.openpdf.text.FontFactory;
import org.openpdf.text.PageSize;
import org.openpdf.text.Paragraph;
import org.openpdf.text.Phrase;
import org.openpdf.text.pdf.PdfPCell;
import org.openpdf.text.pdf.PdfPTable;
import org.openpdf.text.pdf.PdfWriter;

import java.awt.Color;
import java.io.ByteArrayOutputStream;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;

/**
 * An invoice on paper: one part an API key with one line a model, the total, and how the client's
 * balance went from the month's beginning to its end.
 */
public final class InvoicePdf {
    private static final Font TEXT = FontFactory.getFont(FontFactory.HELVETICA);
    private static final Font STRONG = FontFactory.getFont(FontFactory.HELVETICA_BOLD);
    private static final DateTimeFormatter MONTH =
            DateTimeFormatter.ofPattern("MMMM yyyy", Locale.ENGLISH);

    private InvoicePdf() {}

    public static byte[] of(Invoice invoice) {
        var bytes = new ByteArrayOutputStream();
        var document = new Document(PageSize.A4);
        PdfWriter.getInstance(document, bytes);
        document.addTitle("Invoice " + invoice.number());
        document.open();
        document.add(new Paragraph("Invoice " + invoice.number(), STRONG));
        document.add(
                new Paragraph(
                        "For "
                                + invoice.client()
                                + ", "
                                + MONTH.format(invoice.month())
                                + " (UTC, by the time of booking). Amounts are compute credits.",
                        TEXT));
        document.add(new Paragraph(" ", TEXT));
        document.add(use(invoice));
        document.add(new Paragraph(" ", TEXT));
        document.add(new Paragraph("Your balance", STRONG));
        document.add(new Paragraph(" ", TEXT));
        document.add(balance(invoice));
        document.add(new Paragraph(" ", TEXT));
        document.add(new Paragraph(words(invoice), TEXT));
        document.close();
        return bytes.toByteArray();
    }

    private static PdfPTable use(Invoice invoice) {
        PdfPTable table = table(5, 1, 2, 2, 2);
        row(table, STRONG, List.of("API key and model", "Jobs", "Units", "Refunded", "Amount"));
        table.setHeaderRows(1);
        for (Invoice.Part part : invoice.parts()) {
            row(table, STRONG, List.of(part.title(), "", "", "", part.amount().toString()));
            for (Invoice.Line line : part.lines()) {
                row(
                        table,
                        TEXT,
                        List.of(
                                "    " + line.model(),
                                String.valueOf(line.jobs()),
                                String.valueOf(line.units()),
                                line.refunded().toString(),
                                line.amount().toString()));
            }
        }
        row(table, STRONG, List.of("Total", "", "", "", invoice.total().toString()));
        return table;
    }

    private static PdfPTable balance(Invoice invoice) {
        PdfPTable table = table(3, 1);
        row(table, TEXT, "At the beginning of the month", invoice.opening());
        row(table, TEXT, "Paid in", invoice.paidIn());
        if (!invoice.paidBack().isZero()) {
            row(table, TEXT, "Taken back by the bank", invoice.paidBack().negate());
        }
        row(table, TEXT, "Used, as above", invoice.total().negate());
        row(table, STRONG, "At the end, or now", invoice.closing());
        return table;
    }

    private static String words(Invoice invoice) {
        return invoice.missing().isZero()
                ? "These lines add up to what was booked on your accounts, to the last millionth."
                        + " What is set aside for open jobs is part of your balance. Jobs from"
                        + " before keys were kept stand under 'no key on record'."
                : "THIS INVOICE DOES NOT ADD UP: "
                        + invoice.missing()
                        + " moved in the accounts and is on none of the lines. Please tell the"
                        + " operator.";
    }

    private static PdfPTable table(int... widths) {
        var table = new PdfPTable(widths.length);
        table.setWidths(widths);
        return table;
    }

    private static void row(PdfPTable table, Font font, String what, Money amount) {
        row(table, font, List.of(what, amount.toString()));
    }

    private static void row(PdfPTable table, Font font, List<String> cells) {
        for (int i = 0; i < cells.size(); i++) {
            var cell = new PdfPCell(new Phrase(cells.get(i), font));
            cell.setHorizontalAlignment(i == 0 ? Element.ALIGN_LEFT : Element.ALIGN_RIGHT);
            cell.setBorder(PdfPCell.BOTTOM);
            cell.setBorderColor(Color.LIGHT_GRAY);
            table.addCell(cell);
        }
    }
}
