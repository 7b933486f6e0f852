package org.idlefleet.ledger.adapter.statement;

import org.idlefleet.ledger.AccountId;
import org.idlefleet.ledger.Money;
import org.idlefleet.ledger.adapter.AccountLine;
import org.idlefleet.ledger.adapter.Statement;

import java.util.List;
import java.util.StringJoiner;

/**
 * A statement as RFC 4180 text: one row a movement, between one opening and one closing row for
 * each account.
 *
 * <p>Times are ISO 8601 in UTC, amounts have a decimal point and six places. Movements are those
 * booked in the time, so that a statement never changes; {@code effective_at} says since when each
 * counts.
 */
public final class StatementCsv {
    private static final List<String> COLUMNS =
            List.of(
                    "booked_at",
                    "type",
                    "transaction",
                    "subject",
                    "account",
                    "amount",
                    "balance",
                    "asset",
                    "policy",
                    "sequence",
                    "effective_at");

    private StatementCsv() {}

    public static String text(Statement statement) {
        var text = new StringBuilder();
        row(text, COLUMNS);
        statement
                .opening()
                .forEach((account, balance) ->
                        row(text, total(statement.from().toString(), "opening", account, balance)));
        statement.lines().forEach(line -> row(text, movement(line)));
        statement
                .closing()
                .forEach((account, balance) ->
                        row(text, total(statement.to().toString(), "closing", account, balance)));
        return text.toString();
    }

    private static List<String> total(String time, String type, AccountId account, Money balance) {
        return List.of(
                time,
                type,
                "",
                "",
                account.path(),
                "",
                balance.toString(),
                account.asset(),
                "",
                "",
                "");
    }

    private static List<String> movement(AccountLine line) {
        return List.of(
                line.bookedAt().toString(),
                line.transaction().kind().word(),
                line.transaction().toString(),
                line.transaction().subject(),
                line.account().path(),
                line.amount().toString(),
                line.balance().toString(),
                line.account().asset(),
                String.valueOf(line.policy()),
                String.valueOf(line.sequence()),
                line.effectiveAt().toString());
    }

    private static void row(StringBuilder text, List<String> values) {
        var row = new StringJoiner(",", "", "\r\n");
        values.forEach(value -> row.add(quoted(value)));
        text.append(row);
    }

    /**
     * Quoted only where it must be; a leading sign that a spreadsheet takes for a formula cannot
     * occur in our ids.
     */
    private static String quoted(String value) {
        boolean plain =
                value.chars().noneMatch(c -> c == ',' || c == '"' || c == '\r' || c == '\n');
        return plain ? value : '"' + value.replace("\"", "\"\"") + '"';
    }
}
