package org.idlefleet.ledger.adapter.report;

import org.idlefleet.ledger.Money;
import org.idlefleet.ledger.Posting;
import org.idlefleet.ledger.Transaction;
import org.idlefleet.ledger.adapter.BookedRow;
import org.idlefleet.ledger.adapter.LedgerJson;
import org.idlefleet.ledger.adapter.LedgerReader;

import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

import java.time.Instant;
import java.time.Year;
import java.time.ZoneOffset;
import java.time.temporal.IsoFields;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;

/**
 * What each owner earned in each quarter of a year (UTC), in numbers from which a report to
 * whatever authority can be made. It names owners as the ledger does; who they are is not in the
 * ledger.
 *
 * @param lines by owner, then quarter; only where something moved
 */
public record SellerReport(Year year, List<Line> lines) {
    /**
     * One owner's quarter.
     *
     * @param earned by work and by being available
     * @param payments how many of them there were
     * @param corrections reversals and forfeits; negative when they took
     * @param paidOut what reached the owner's bank
     */
    public record Line(
            String owner,
            int quarter,
            Money earned,
            long payments,
            Money corrections,
            Money paidOut) {
        Line plus(Line more) {
            return new Line(
                    owner,
                    quarter,
                    earned.plus(more.earned),
                    payments + more.payments,
                    corrections.plus(more.corrections),
                    paidOut.plus(more.paidOut));
        }
    }

    public SellerReport {
        lines = List.copyOf(lines);
    }

    private record Key(String owner, int quarter) implements Comparable<Key> {
        private static final Comparator<Key> ORDER =
                Comparator.comparing(Key::owner).thenComparingInt(Key::quarter);

        @Override
        public int compareTo(Key other) {
            return ORDER.compare(this, other);
        }
    }

    public static SellerReport of(Year year, LedgerReader ledger) {
        var lines = new TreeMap<Key, Line>();
        ledger.visit(start(year), start(year.plusYears(1)), row -> add(row, lines));
        return new SellerReport(year, List.copyOf(lines.values()));
    }

    private static void add(BookedRow row, TreeMap<Key, Line> lines) {
        Transaction transaction = row.transaction();
        int quarter = row.bookedAt().atZone(ZoneOffset.UTC).get(IsoFields.QUARTER_OF_YEAR);
        for (Posting posting : transaction.postings()) {
            String path = posting.account().path();
            if (!path.startsWith("owner:")) {
                continue;
            }
            String owner = posting.account().name();
            Money amount = posting.amount();
            Line line =
                    switch (transaction.kind()) {
                        case SETTLE, AVAILABLE ->
                                new Line(owner, quarter, amount, 1, Money.ZERO, Money.ZERO);
                        case REVERSE, FORFEIT ->
                                new Line(owner, quarter, Money.ZERO, 0, amount, Money.ZERO);
                        case PAID ->
                                new Line(
                                        owner, quarter, Money.ZERO, 0, Money.ZERO, amount.negate());
                        case FUND, HOLD, VOID, MATURE, CHARGEBACK, PAYOUT, RETURN ->
                                new Line(owner, quarter, Money.ZERO, 0, Money.ZERO, Money.ZERO);
                    };
            lines.merge(new Key(owner, quarter), line, Line::plus);
        }
    }

    public ObjectNode json() {
        ObjectNode json = LedgerJson.object().put("year", year.toString());
        ArrayNode array = json.putArray("lines");
        for (Line line : lines) {
            array.addObject()
                    .put("owner", line.owner())
                    .put("quarter", line.quarter())
                    .put("earned", line.earned().toString())
                    .put("payments", line.payments())
                    .put("corrections", line.corrections().toString())
                    .put("paid_out", line.paidOut().toString());
        }
        return json;
    }

    /** RFC 4180; names of owners need no quotes. */
    public String csv() {
        var text = new StringBuilder("year,quarter,owner,earned,payments,corrections,paid_out\r\n");
        for (Line line : lines) {
            text.append(year)
                    .append(',')
                    .append(line.quarter())
                    .append(',')
                    .append(line.owner())
                    .append(',')
                    .append(line.earned())
                    .append(',')
                    .append(line.payments())
                    .append(',')
                    .append(line.corrections())
                    .append(',')
                    .append(line.paidOut())
                    .append("\r\n");
        }
        return text.toString();
    }

    private static Instant start(Year year) {
        return year.atDay(1).atStartOfDay(ZoneOffset.UTC).toInstant();
    }
}
