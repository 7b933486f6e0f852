package org.idlefleet.ledger.adapter.report;

import org.idlefleet.ledger.AccountId;
import org.idlefleet.ledger.Money;
import org.idlefleet.ledger.adapter.AccountLine;
import org.idlefleet.ledger.adapter.LedgerJson;
import org.idlefleet.ledger.adapter.LedgerReader;
import org.idlefleet.ledger.adapter.Statement;
import org.idlefleet.ledger.adapter.policy.WorkFacts;

import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;

/**
 * What a client used in a month (UTC, by the time of booking), one part for each of its API keys,
 * and what was paid in for it. It holds itself against the client's accounts: what they had and
 * what was paid in, less what was used, must be what they have.
 *
 * @param parts one a key, in the order of the keys' ids; what no key is on record for comes first
 * @param paidIn prepayments of the month
 * @param paidBack what the client's bank took back
 * @param opening of all the client's accounts together: prepaid, held, owed
 * @param closing the same at the month's end, or now if it has not ended
 */
public record Invoice(
        String client,
        YearMonth month,
        List<Part> parts,
        Money paidIn,
        Money paidBack,
        Money opening,
        Money closing) {
    private static final String UNKNOWN = "unknown";

    /**
     * What was asked for with one API key.
     *
     * @param key its id; empty where none is on record: jobs of releases that did not keep it, and
     *     corrections that belong to no job
     * @param lines one a model, in the order of the names; "unknown" where the event log knows no
     *     model
     */
    public record Part(String key, List<Line> lines) {
        public Part {
            lines = List.copyOf(lines);
        }

        public Money amount() {
            return lines.stream().map(Line::amount).reduce(Money.ZERO, Money::plus);
        }

        /** The key, or in words that there is none. */
        public String title() {
            return key.isEmpty() ? "no key on record" : key;
        }
    }

    /**
     * One model's use.
     *
     * @param jobs that were admitted in the month
     * @param units that were settled
     * @param refunded of jobs that failed after parts of them were settled, of results that turned
     *     out wrong, and corrections; below zero where such a correction was undone
     */
    public record Line(String model, long jobs, long units, Money settled, Money refunded) {
        public Money amount() {
            return settled.minus(refunded);
        }

        private Line plus(Line more) {
            return new Line(
                    model,
                    jobs + more.jobs,
                    units + more.units,
                    settled.plus(more.settled),
                    refunded.plus(more.refunded));
        }
    }

    public Invoice {
        parts = List.copyOf(parts);
    }

    /** The same for the same client and month, for ever. */
    public String number() {
        return client + "-" + month;
    }

    public Money total() {
        return parts.stream().map(Part::amount).reduce(Money.ZERO, Money::plus);
    }

    /**
     * What moved in the client's accounts and is on none of the lines; zero, or the invoice is
     * wrong.
     */
    public Money missing() {
        return opening.plus(paidIn).minus(paidBack).minus(total()).minus(closing);
    }

    /**
     * Reads the month from the ledger, as it was at one moment.
     *
     * @throws IllegalArgumentException if the name is none that a client can have
     */
    public static Invoice of(String client, YearMonth month, LedgerReader ledger, WorkFacts facts) {
        var _ = AccountId.prepaid(client);
        Statement statement =
                ledger.clientStatement(client, start(month), start(month.plusMonths(1)));
        var sum = new Sum(facts);
        statement.lines().forEach(sum::add);
        return new Invoice(
                client,
                month,
                sum.parts(),
                sum.paidIn,
                sum.paidBack,
                statement.openingTotal(),
                statement.closingTotal());
    }

    public ObjectNode json() {
        ObjectNode json =
                LedgerJson.object()
                        .put("number", number())
                        .put("client", client)
                        .put("month", month.toString())
                        .put("total", total().toString())
                        .put("opening", opening.toString())
                        .put("paid_in", paidIn.toString())
                        .put("paid_back", paidBack.toString())
                        .put("closing", closing.toString())
                        .put("missing", missing().toString());
        ArrayNode array = json.putArray("keys");
        for (Part part : parts) {
            ObjectNode of = array.addObject();
            if (part.key().isEmpty()) {
                of.putNull("api_key_id");
            } else {
                of.put("api_key_id", part.key());
            }
            of.put("amount", part.amount().toString());
            ArrayNode lines = of.putArray("lines");
            for (Line line : part.lines()) {
                lines.addObject()
                        .put("model", line.model())
                        .put("jobs", line.jobs())
                        .put("units", line.units())
                        .put("settled", line.settled().toString())
                        .put("refunded", line.refunded().toString())
                        .put("amount", line.amount().toString());
            }
        }
        return json;
    }

    /** RFC 4180; names of clients, keys and models need no quotes. */
    public String csv() {
        var text =
                new StringBuilder(
                        "invoice,client,month,api_key_id,model,jobs,units,settled,refunded,amount\r\n");
        for (Part part : parts) {
            for (Line line : part.lines()) {
                text.append(
                                String.join(
                                        ",",
                                        number(),
                                        client,
                                        month.toString(),
                                        part.key(),
                                        line.model(),
                                        String.valueOf(line.jobs()),
                                        String.valueOf(line.units()),
                                        line.settled().toString(),
                                        line.refunded().toString(),
                                        line.amount().toString()))
                        .append("\r\n");
            }
        }
        return text.toString();
    }

    private static Instant start(YearMonth month) {
        return month.atDay(1).atStartOfDay(ZoneOffset.UTC).toInstant();
    }

    private static final class Sum {
        private final WorkFacts facts;
        private final TreeMap<String, TreeMap<String, Line>> keys = new TreeMap<>();

        /** Transactions whose job or units are counted: each has a line for every account. */
        private final Set<Long> counted = new HashSet<>();

        private Money paidIn = Money.ZERO;
        private Money paidBack = Money.ZERO;

        Sum(WorkFacts facts) {
            this.facts = facts;
        }

        List<Part> parts() {
            var parts = new ArrayList<Part>();
            keys.forEach((key, models) -> parts.add(new Part(key, List.copyOf(models.values()))));
            return parts;
        }

        /** What entered the client's accounts, or, negative, left them. */
        void add(AccountLine line) {
            Billed billed = Billed.of(line.transaction());
            Money in = line.amount();
            switch (billed.use()) {
                case JOB -> line(billed, first(line), 0, Money.ZERO, Money.ZERO);
                case WORK -> {
                    long units = facts.of(billed.work()).map(WorkFacts.Facts::units).orElse(0L);
                    line(billed, 0, units * first(line), in.negate(), Money.ZERO);
                }
                case REFUND -> line(billed, 0, 0, Money.ZERO, in);
                case PAYMENT -> paidIn = paidIn.plus(in);
                case TAKEN_BACK -> paidBack = paidBack.minus(in);
                case NONE -> {}
            }
        }

        /** One for the first line of a transaction, none for the others. */
        private long first(AccountLine line) {
            return counted.add(line.sequence()) ? 1 : 0;
        }

        private void line(Billed billed, long jobs, long units, Money settled, Money refunded) {
            var known = facts.of(billed.work());
            String model = known.map(WorkFacts.Facts::model).orElse(UNKNOWN);
            keys.computeIfAbsent(known.map(WorkFacts.Facts::key).orElse(""), _ -> new TreeMap<>())
                    .merge(model, new Line(model, jobs, units, settled, refunded), Line::plus);
        }
    }
}
