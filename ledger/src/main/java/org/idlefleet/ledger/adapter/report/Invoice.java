package org.idlefleet.ledger.adapter.report;

import org.idlefleet.ledger.AccountId;
import org.idlefleet.ledger.Money;
import org.idlefleet.ledger.Transaction;
import org.idlefleet.ledger.TransactionId;
import org.idlefleet.ledger.TransactionKind;
import org.idlefleet.ledger.adapter.LedgerJson;
import org.idlefleet.ledger.adapter.LedgerReader;
import org.idlefleet.ledger.adapter.policy.WorkFacts;

import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.List;
import java.util.TreeMap;

/**
 * What a client used in a month (UTC), by model, and what was paid in for it.
 *
 * @param lines one a model, in the order of the names; "unknown" where the event log knows no model
 * @param paidIn prepayments of the month
 * @param paidBack what the client's bank took back
 */
public record Invoice(
        String client, YearMonth month, List<Line> lines, Money paidIn, Money paidBack) {
    private static final String REFUND = "refund-";
    private static final String UNKNOWN = "unknown";

    /**
     * One model's use.
     *
     * @param jobs that were admitted in the month
     * @param units that were settled
     * @param refunded of jobs that failed after parts of them were settled; zero or more
     */
    public record Line(String model, long jobs, long units, Money settled, Money refunded) {
        public Money amount() {
            return settled.minus(refunded);
        }
    }

    public Invoice {
        lines = List.copyOf(lines);
    }

    /** The same for the same client and month, for ever. */
    public String number() {
        return client + "-" + month;
    }

    public Money total() {
        return lines.stream().map(Line::amount).reduce(Money.ZERO, Money::plus);
    }

    /**
     * Reads the month from the ledger.
     *
     * @throws IllegalArgumentException if the name is none that a client can have
     */
    public static Invoice of(String client, YearMonth month, LedgerReader ledger, WorkFacts facts) {
        var sum = new Sum(client, facts);
        ledger.visit(start(month), start(month.plusMonths(1)), row -> sum.add(row.transaction()));
        return new Invoice(client, month, sum.lines(), sum.paidIn, sum.paidBack);
    }

    public ObjectNode json() {
        ObjectNode json =
                LedgerJson.object()
                        .put("number", number())
                        .put("client", client)
                        .put("month", month.toString())
                        .put("total", total().toString())
                        .put("paid_in", paidIn.toString())
                        .put("paid_back", paidBack.toString());
        ArrayNode array = json.putArray("lines");
        for (Line line : lines) {
            array.addObject()
                    .put("model", line.model())
                    .put("jobs", line.jobs())
                    .put("units", line.units())
                    .put("settled", line.settled().toString())
                    .put("refunded", line.refunded().toString())
                    .put("amount", line.amount().toString());
        }
        return json;
    }

    /** RFC 4180; names of clients and models need no quotes. */
    public String csv() {
        var text =
                new StringBuilder(
                        "invoice,client,month,model,jobs,units,settled,refunded,amount\r\n");
        for (Line line : lines) {
            text.append(number())
                    .append(',')
                    .append(client)
                    .append(',')
                    .append(month)
                    .append(',')
                    .append(line.model())
                    .append(',')
                    .append(line.jobs())
                    .append(',')
                    .append(line.units())
                    .append(',')
                    .append(line.settled())
                    .append(',')
                    .append(line.refunded())
                    .append(',')
                    .append(line.amount())
                    .append("\r\n");
        }
        return text.toString();
    }

    private static Instant start(YearMonth month) {
        return month.atDay(1).atStartOfDay(ZoneOffset.UTC).toInstant();
    }

    private static final class Sum {
        private final AccountId prepaid;
        private final AccountId hold;
        private final WorkFacts facts;
        private final TreeMap<String, Line> models = new TreeMap<>();
        private Money paidIn = Money.ZERO;
        private Money paidBack = Money.ZERO;

        Sum(String client, WorkFacts facts) {
            prepaid = AccountId.prepaid(client);
            hold = AccountId.hold(client);
            this.facts = facts;
        }

        List<Line> lines() {
            return List.copyOf(models.values());
        }

        void add(Transaction transaction) {
            Money toPrepaid = transaction.change(prepaid);
            Money toHold = transaction.change(hold);
            if (toPrepaid.isZero() && toHold.isZero()) {
                return;
            }
            TransactionId id = transaction.id();
            if (transaction.kind() == TransactionKind.HOLD) {
                line(id, 1, 0, Money.ZERO, Money.ZERO);
            } else if (transaction.kind() == TransactionKind.SETTLE) {
                long units = facts.of(id).map(WorkFacts.Facts::units).orElse(0L);
                line(id, 0, units, toHold.negate(), Money.ZERO);
            } else if (isRefund(id)) {
                line(refunded(id), 0, 0, Money.ZERO, toPrepaid);
            } else if (transaction.kind() == TransactionKind.FUND) {
                paidIn = paidIn.plus(toPrepaid);
            } else if (transaction.kind() == TransactionKind.CHARGEBACK) {
                paidBack = paidBack.plus(transaction.change(AccountId.ISSUED));
            } else if (transaction.kind() == TransactionKind.REVERSE
                    || transaction.kind() == TransactionKind.FORFEIT) {
                line(id, 0, 0, Money.ZERO, toPrepaid);
            }
        }

        private void line(TransactionId id, long jobs, long units, Money settled, Money refunded) {
            String model = facts.of(id).map(WorkFacts.Facts::model).orElse(UNKNOWN);
            models.merge(
                    model,
                    new Line(model, jobs, units, settled, refunded),
                    (a, b) ->
                            new Line(
                                    model,
                                    a.jobs() + b.jobs(),
                                    a.units() + b.units(),
                                    a.settled().plus(b.settled()),
                                    a.refunded().plus(b.refunded())));
        }
    }

    /** Whether money came back for a job that failed, which books as a payment of its own. */
    public static boolean isRefund(TransactionId id) {
        return id.kind() == TransactionKind.FUND && id.detail().startsWith(REFUND);
    }

    /** The hold of the job that a refund is for. */
    public static TransactionId refunded(TransactionId refund) {
        return TransactionId.hold(refund.detail().substring(REFUND.length()));
    }
}
