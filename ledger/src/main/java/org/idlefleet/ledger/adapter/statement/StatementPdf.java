package org.idlefleet.ledger.adapter.statement;

import org.idlefleet.ledger.AccountId;
import org.idlefleet.ledger.Money;
import org.idlefleet.ledger.TransactionKind;
import org.idlefleet.ledger.adapter.AccountLine;
import org.idlefleet.ledger.adapter.Statement;
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
import java.io.OutputStream;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * A statement as one reads it at the kitchen table: what there was, what came and went and why,
 * what there is; then a table of days. Every single movement is in the CSV.
 */
public final class StatementPdf {
    private static final Font TEXT = FontFactory.getFont(FontFactory.HELVETICA);
    private static final Font STRONG = FontFactory.getFont(FontFactory.HELVETICA_BOLD);
    private static final DateTimeFormatter DAY =
            DateTimeFormatter.ofPattern("d MMMM yyyy", Locale.ENGLISH).withZone(ZoneOffset.UTC);

    private StatementPdf() {}

    /** Movements of one day for one reason. */
    private record Sum(int count, Money amount) {
        static final Sum NONE = new Sum(0, Money.ZERO);

        Sum plus(Money more) {
            return new Sum(count + 1, amount.plus(more));
        }
    }

    public static void write(Statement statement, OutputStream target) {
        var document = new Document(PageSize.A4);
        PdfWriter.getInstance(document, target);
        document.addTitle("Statement of " + statement.name());
        document.open();
        document.add(new Paragraph("Statement of " + statement.name(), STRONG));
        document.add(
                new Paragraph(
                        "From "
                                + DAY.format(statement.from())
                                + " to "
                                + DAY.format(statement.to().minusMillis(1))
                                + " (UTC), by the time of booking. Amounts are credits.",
                        TEXT));
        document.add(new Paragraph(" ", TEXT));
        document.add(summary(statement));
        document.add(new Paragraph(" ", TEXT));
        document.add(new Paragraph("Day by day", STRONG));
        document.add(new Paragraph(" ", TEXT));
        document.add(days(statement));
        document.add(new Paragraph(" ", TEXT));
        document.add(new Paragraph(closingWords(statement), TEXT));
        document.close();
    }

    private static String closingWords(Statement statement) {
        boolean owners =
                statement.closing().keySet().stream()
                        .anyMatch(account -> account.path().startsWith("owner:"));
        return (owners
                        ? "What you earn can still be checked for a while; then it is final and can"
                              + " be paid out. That it became final changes no total, so it has no"
                              + " line here."
                        : "A job's price is set aside when the job comes in; what it did not cost"
                              + " is free again when it ends. Neither changes a total, so they have"
                              + " no line here.")
                + " A correction stands on the day when it was booked, so that no earlier"
                + " statement changes; the CSV says since when it counts. Every single movement is"
                + " in the CSV of this statement.";
    }

    private static PdfPTable summary(Statement statement) {
        var table = table(3, 1);
        row(table, STRONG, "You had", statement.openingTotal());
        var reasons = new TreeMap<TransactionKind, Sum>();
        statement
                .lines()
                .forEach(line ->
                        reasons.merge(
                                line.transaction().kind(),
                                Sum.NONE.plus(line.amount()),
                                StatementPdf::add));
        reasons.forEach((kind, sum) -> {
            if (!sum.amount().isZero()) {
                row(table, TEXT, says(kind, sum.count()), sum.amount());
            }
        });
        row(table, STRONG, "You have", statement.closingTotal());
        statement
                .closing()
                .forEach((account, balance) -> {
                    if (!balance.isZero()) {
                        row(table, TEXT, "    " + where(account), balance);
                    }
                });
        return table;
    }

    private static PdfPTable days(Statement statement) {
        var days = new TreeMap<LocalDate, Map<TransactionKind, Sum>>();
        for (AccountLine line : statement.lines()) {
            days.computeIfAbsent(
                            line.bookedAt().atZone(ZoneOffset.UTC).toLocalDate(),
                            _ -> new TreeMap<>())
                    .merge(
                            line.transaction().kind(),
                            Sum.NONE.plus(line.amount()),
                            StatementPdf::add);
        }
        var table = table(3, 6, 2);
        days.forEach((day, kinds) ->
                kinds.forEach((kind, sum) -> {
                    if (!sum.amount().isZero()) {
                        cell(table, TEXT, day.toString(), Element.ALIGN_LEFT);
                        row(table, TEXT, says(kind, sum.count()), sum.amount());
                    }
                }));
        return table;
    }

    private static Sum add(Sum a, Sum b) {
        return new Sum(a.count() + b.count(), a.amount().plus(b.amount()));
    }

    /** What money on an account is, to whoever it belongs to. */
    private static String where(AccountId account) {
        return switch (account.path().substring(account.path().lastIndexOf(':') + 1)) {
            case "escrow" -> "earned, not final yet";
            case "payable" -> "can be paid out";
            case "clearing" -> "on its way to your bank";
            case "debt" -> "owed by you";
            case "prepaid" -> "free for new jobs";
            case "hold" -> "set aside for open jobs";
            default -> "on " + account.path();
        };
    }

    private static String says(TransactionKind kind, int count) {
        return switch (kind) {
            case FUND -> "paid in";
            case HOLD -> "set aside for jobs";
            case SETTLE -> count + (count == 1 ? " piece" : " pieces") + " of verified work";
            case VOID -> "given back from jobs";
            case REVERSE -> "corrections";
            case MATURE -> "became final";
            case FORFEIT -> "forfeited";
            case CHARGEBACK -> "taken back by the bank";
            case PAYOUT -> "payout ordered";
            case PAID -> "paid out";
            case RETURN -> "payout came back";
            case AVAILABLE -> "for being available";
        };
    }

    private static PdfPTable table(int... widths) {
        var table = new PdfPTable(widths.length);
        table.setWidths(widths);
        return table;
    }

    private static void row(PdfPTable table, Font font, String what, Money amount) {
        cell(table, font, what, Element.ALIGN_LEFT);
        cell(table, font, amount.toString(), Element.ALIGN_RIGHT);
    }

    private static void cell(PdfPTable table, Font font, String text, int alignment) {
        var cell = new PdfPCell(new Phrase(text, font));
        cell.setHorizontalAlignment(alignment);
        cell.setBorder(PdfPCell.BOTTOM);
        cell.setBorderColor(Color.LIGHT_GRAY);
        table.addCell(cell);
    }
}
