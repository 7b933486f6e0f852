package org.idlefleet.ledger.adapter.report;

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

import java.io.ByteArrayOutputStream;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;

/** An invoice on paper: one line a model, the total, and what was paid in. */
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
                                + " (UTC). Amounts are compute credits.",
                        TEXT));
        document.add(new Paragraph(" ", TEXT));
        document.add(table(invoice));
        document.add(new Paragraph(" ", TEXT));
        document.add(
                new Paragraph(
                        "Paid in during the month: "
                                + invoice.paidIn()
                                + (invoice.paidBack().isZero()
                                        ? ""
                                        : "; taken back by the bank: " + invoice.paidBack())
                                + ". Use is taken from what was paid in before.",
                        TEXT));
        document.close();
        return bytes.toByteArray();
    }

    private static PdfPTable table(Invoice invoice) {
        var table = new PdfPTable(5);
        table.setWidths(new int[] {4, 1, 2, 2, 2});
        row(table, STRONG, List.of("Model", "Jobs", "Work units", "Refunded", "Amount"));
        for (Invoice.Line line : invoice.lines()) {
            row(
                    table,
                    TEXT,
                    List.of(
                            line.model(),
                            String.valueOf(line.jobs()),
                            String.valueOf(line.units()),
                            line.refunded().toString(),
                            line.amount().toString()));
        }
        row(table, STRONG, List.of("Total", "", "", "", invoice.total().toString()));
        return table;
    }

    private static void row(PdfPTable table, Font font, List<String> cells) {
        for (int i = 0; i < cells.size(); i++) {
            var cell = new PdfPCell(new Phrase(cells.get(i), font));
            cell.setHorizontalAlignment(i == 0 ? Element.ALIGN_LEFT : Element.ALIGN_RIGHT);
            table.addCell(cell);
        }
    }
}
