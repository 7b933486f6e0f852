package org.idlefleet.coordinator.adapter.api;

import com.linecorp.armeria.common.MediaType;

import org.idlefleet.ledger.AccountId;
import org.idlefleet.ledger.adapter.LedgerJson;
import org.idlefleet.ledger.adapter.LedgerService;
import org.idlefleet.ledger.adapter.Statement;
import org.idlefleet.ledger.adapter.policy.PolicyDryRun;
import org.idlefleet.ledger.adapter.policy.PolicyFile;
import org.idlefleet.ledger.adapter.policy.WorkFacts;
import org.idlefleet.ledger.adapter.report.Invoice;
import org.idlefleet.ledger.adapter.report.InvoicePdf;
import org.idlefleet.ledger.adapter.report.SellerReport;
import org.idlefleet.ledger.adapter.statement.StatementCsv;
import org.idlefleet.ledger.adapter.statement.StatementPdf;
import org.idlefleet.ledger.policy.PayPolicy;
import org.jspecify.annotations.Nullable;

import tools.jackson.databind.node.ObjectNode;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.Year;
import java.time.YearMonth;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * The books to look at. The operator sees all; a client sees its own accounts. Answers come from
 * the ledger's file on a worker's thread, a moment behind the core.
 */
final class LedgerApi {
    private static final MediaType PDF = MediaType.PDF;
    private static final MediaType CSV = MediaType.CSV_UTF_8;

    private final Books books;

    LedgerApi(Ports ports) {
        books = ports.books();
    }

    /**
     * {@code GET /api/v1/ledger/balances?prefix=&as_of=&booked_by=}: of the accounts whose path
     * begins so; as they are, or by what was effective at one instant and booked by another.
     */
    CompletableFuture<Reply> balances(Call call) {
        String prefix = text(call, "prefix", prefixOf(call.caller()));
        mayRead(call, prefix);
        boolean now = call.query("as_of") == null && call.query("booked_by") == null;
        Instant asOf = time(call, "as_of", Instant.MAX);
        Instant bookedBy = time(call, "booked_by", Instant.MAX);
        return answer(
                call,
                service -> {
                    ObjectNode json = LedgerJson.object();
                    var data = json.put("object", "list").putArray("data");
                    (now ? service.balances(prefix) : service.balances(prefix, asOf, bookedBy))
                            .forEach((account, balance) ->
                                    data.addObject()
                                            .put("account", account.path())
                                            .put("balance", balance.toString()));
                    return Reply.json(json);
                });
    }

    /**
     * {@code GET /api/v1/ledger/accounts/{account}}: all its movements from one time to another.
     */
    CompletableFuture<Reply> account(Call call) {
        AccountId account = named("account", () -> new AccountId(call.path("account")));
        mayRead(call, account.path());
        Instant from = time(call, "from", Instant.EPOCH);
        Instant to = time(call, "to", Instant.parse("9999-12-31T00:00:00Z"));
        return answer(
                call,
                service -> {
                    Statement statement = service.account(account.path(), from, to);
                    if (statement.closing().isEmpty()) {
                        throw Problem.notFound("the ledger has no account " + account).raised();
                    }
                    return Reply.json(LedgerJson.of(statement));
                });
    }

    /** {@code GET /api/v1/ledger/transactions?id=}. */
    CompletableFuture<Reply> transaction(Call call) {
        String id = text(call, "id", "");
        return answer(
                call,
                service ->
                        named("id", () -> service.transaction(id))
                                .map(row -> Reply.json(LedgerJson.of(row)))
                                .orElseThrow(() ->
                                        Problem.notFound("the ledger has no transaction " + id)
                                                .raised()));
    }

    /** {@code GET /api/v1/ledger/trial-balance}. */
    CompletableFuture<Reply> trialBalance(Call call) {
        return answer(call, service -> Reply.json(LedgerJson.of(service.trialBalance())));
    }

    /** {@code GET /api/v1/ledger/check}: books all of it again, which takes its time. */
    CompletableFuture<Reply> check(Call call) {
        return answer(call, service -> Reply.json(LedgerJson.of(service.check())));
    }

    /** {@code GET /api/v1/ledger/statements/{holder}?month=&format=json|csv|pdf}. */
    CompletableFuture<Reply> statement(Call call) {
        String holder = call.path("holder");
        mayRead(call, holder + ":");
        YearMonth month = month(call);
        String format = text(call, "format", "json");
        return answer(
                call,
                service -> {
                    Statement statement = statement(service, holder, month);
                    return switch (format) {
                        case "json" -> Reply.json(LedgerJson.of(statement));
                        case "csv" -> Reply.text(CSV, utf8(StatementCsv.text(statement)));
                        case "pdf" -> Reply.text(PDF, pdf(statement));
                        default -> throw unknownFormat("'json', 'csv' or 'pdf'").raised();
                    };
                });
    }

    /** {@code POST /api/v1/ledger/dry-runs}: what a policy would have paid; books nothing. */
    CompletableFuture<Reply> dryRun(Call call) {
        ObjectNode body = Json.read(call.body(), Set.of("policy", "from", "to"));
        PayPolicy policy = named("policy", () -> PolicyFile.parse(Json.text(body, "policy")));
        Instant from = instant("from", Json.text(body, "from"));
        Instant to = instant("to", Json.text(body, "to"));
        WorkFacts facts = books.facts().get();
        return answer(
                call,
                service -> {
                    PolicyDryRun run =
                            named(
                                    "policy",
                                    () ->
                                            service.read(ledger ->
                                                    PolicyDryRun.of(
                                                            policy, ledger, from, to, facts)));
                    return Reply.json(run.json());
                });
    }

    /** {@code GET /api/v1/ledger/invoices/{client}?month=&format=json|csv|pdf}. */
    CompletableFuture<Reply> invoice(Call call) {
        String client = call.path("client");
        mayRead(call, "client:" + client + ":");
        YearMonth month = month(call);
        String format = text(call, "format", "json");
        return answer(
                call,
                service -> {
                    WorkFacts facts = books.facts().get();
                    Invoice invoice =
                            named(
                                    "client",
                                    () ->
                                            service.read(ledger ->
                                                    Invoice.of(client, month, ledger, facts)));
                    return switch (format) {
                        case "json" -> Reply.json(invoice.json());
                        case "csv" -> Reply.text(CSV, utf8(invoice.csv()));
                        case "pdf" -> Reply.text(PDF, InvoicePdf.of(invoice));
                        default -> throw unknownFormat("'json', 'csv' or 'pdf'").raised();
                    };
                });
    }

    /**
     * {@code GET /api/v1/ledger/sellers/{year}?format=json|csv}: what owners earned, by quarter.
     */
    CompletableFuture<Reply> sellers(Call call) {
        String text = call.path("year");
        if (!text.matches("\\d{4}")) {
            throw Problem.invalid("year", "a year is such as 2026, found '" + text + "'").raised();
        }
        Year year = Year.parse(text);
        String format = text(call, "format", "json");
        return answer(
                call,
                service -> {
                    SellerReport report = service.read(ledger -> SellerReport.of(year, ledger));
                    return switch (format) {
                        case "json" -> Reply.json(report.json());
                        case "csv" -> Reply.text(CSV, utf8(report.csv()));
                        default -> throw unknownFormat("'json' or 'csv'").raised();
                    };
                });
    }

    private static Problem unknownFormat(String known) {
        return Problem.invalid("format", "'format' is " + known);
    }

    private static Statement statement(LedgerService service, String holder, YearMonth month) {
        String[] parts = holder.split(":", 2);
        Statement statement =
                switch (parts[0]) {
                    case "owner" -> service.ownerStatement(parts[parts.length - 1], month);
                    case "client" -> service.clientStatement(parts[parts.length - 1], month);
                    default ->
                            throw Problem.invalid("holder", "a holder is owner:NAME or client:NAME")
                                    .raised();
                };
        if (statement.closing().isEmpty()) {
            throw Problem.notFound("the ledger has no accounts of " + holder).raised();
        }
        return statement;
    }

    private static byte[] pdf(Statement statement) {
        var bytes = new ByteArrayOutputStream();
        StatementPdf.write(statement, bytes);
        return bytes.toByteArray();
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private interface Question {
        Reply ask(LedgerService service);
    }

    private CompletableFuture<Reply> answer(Call call, Question question) {
        return CompletableFuture.supplyAsync(() -> question.ask(books.service()), call.worker());
    }

    /**
     * What begins the paths of the caller's own accounts; nothing for the operator, who sees all.
     */
    private static String prefixOf(Caller caller) {
        return caller instanceof Caller.Client client
                ? "client:" + client.client().value() + ":"
                : "";
    }

    /** Whether the caller may read what begins so. */
    static void mayRead(Call call, String path) {
        String own = prefixOf(call.caller());
        if (!path.startsWith(own)) {
            throw Problem.of(
                            403,
                            "invalid_request_error",
                            "wrong_key",
                            null,
                            "this key sees " + own + "… alone; the admin key sees all")
                    .raised();
        }
    }

    private static YearMonth month(Call call) {
        String text = text(call, "month", "");
        try {
            return YearMonth.parse(text);
        } catch (DateTimeException e) {
            throw Problem.invalid(
                            "month", "'month' is a month such as 2026-11, found '" + text + "'")
                    .raised();
        }
    }

    private static Instant time(Call call, String name, Instant otherwise) {
        String text = call.query(name);
        return text == null ? otherwise : instant(name, text);
    }

    private static Instant instant(String name, String text) {
        try {
            return Instant.parse(text);
        } catch (DateTimeException e) {
            throw Problem.invalid(
                            name,
                            "'"
                                    + name
                                    + "' is a time such as 2026-11-01T00:00:00Z, found '"
                                    + text
                                    + "'")
                    .raised();
        }
    }

    static String text(Call call, String name, String otherwise) {
        @Nullable String text = call.query(name);
        return text == null ? otherwise : text;
    }

    static <T> T named(String param, Supplier<T> value) {
        try {
            return value.get();
        } catch (IllegalArgumentException e) {
            throw Problem.invalid(param, String.valueOf(e.getMessage())).raised();
        }
    }
}
