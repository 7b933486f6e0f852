package org.idlefleet.coordinator.adapter.api;

import org.idlefleet.coordinator.Answer;
import org.idlefleet.coordinator.Command;
import org.idlefleet.ledger.AccountId;
import org.idlefleet.ledger.Check;
import org.idlefleet.ledger.Finality;
import org.idlefleet.ledger.Money;
import org.idlefleet.ledger.Transaction;
import org.idlefleet.ledger.adapter.LedgerException;
import org.idlefleet.ledger.adapter.LedgerJson;
import org.idlefleet.ledger.adapter.payout.PainStatusReport;
import org.idlefleet.ledger.adapter.payout.Payee;
import org.idlefleet.ledger.adapter.payout.PayoutOrder;
import org.idlefleet.ledger.adapter.payout.PayoutRun;
import org.idlefleet.ledger.adapter.payout.PayoutRuns;
import org.idlefleet.ledger.adapter.payout.PayoutTerms;

import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

import java.io.IOException;
import java.nio.file.Files;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Money that the operator moves: earnings that became final, payouts, corrections. All of it goes
 * through the core, which books it; one call at a time, on a worker's thread.
 */
final class PayoutApi {
    private static final int SECONDS = 30;
    private static final String NAME = "[A-Za-z0-9._-]{1,40}";

    private final Desk desk;
    private final Books books;
    private final PayoutConfig config;
    private final InstantSource clock;
    private final Object turn = new Object();

    PayoutApi(Ports ports, InstantSource clock) {
        desk = ports.desk();
        books = ports.books();
        config = ports.payouts();
        this.clock = clock;
    }

    /** {@code GET /api/v1/ledger/payouts}. */
    CompletableFuture<Reply> list(Call call) {
        return work(
                call,
                runs -> {
                    ObjectNode json = LedgerJson.object().put("object", "list");
                    ArrayNode data = json.putArray("data");
                    runs.names()
                            .forEach(name ->
                                    runs.run(name).map(PayoutApi::json).ifPresent(data::add));
                    return json;
                });
    }

    /** {@code GET /api/v1/ledger/payouts/{run}}. */
    CompletableFuture<Reply> one(Call call) {
        String run = name("run", call.path("run"));
        return work(
                call,
                runs ->
                        runs.run(run)
                                .map(PayoutApi::json)
                                .orElseThrow(() ->
                                        Problem.notFound("there is no payout run " + run)
                                                .raised()));
    }

    /** {@code POST /api/v1/ledger/payouts}: orders for all that is payable, to be looked at. */
    CompletableFuture<Reply> propose(Call call) {
        String run = name("run", Json.text(Json.read(call.body(), Set.of("run")), "run"));
        return work(call, runs -> json(runs.propose(run, call.operator().name(), orders(run))));
    }

    /** {@code POST /api/v1/ledger/payouts/{run}/approve}: by another operator's key. */
    CompletableFuture<Reply> approve(Call call) {
        Json.read(call.body(), Set.of());
        String run = name("run", call.path("run"));
        return work(call, runs -> json(runs.approve(run, call.operator().name())));
    }

    /** {@code POST /api/v1/ledger/payouts/{run}/send}: as far as it goes now; may be repeated. */
    CompletableFuture<Reply> send(Call call) {
        Json.read(call.body(), Set.of());
        String run = name("run", call.path("run"));
        return work(call, runs -> json(runs.advance(run, config.provider(today()))));
    }

    /** {@code POST /api/v1/ledger/payouts/{run}/reports}: the bank's answer, a pain.002 text. */
    CompletableFuture<Reply> report(Call call) {
        String report = Json.text(Json.read(call.body(), Set.of("report")), "report");
        String run = name("run", call.path("run"));
        return work(
                call,
                runs -> {
                    PainStatusReport.read(report);
                    Files.createDirectories(config.bank());
                    Files.writeString(
                            config.bank()
                                    .resolve(
                                            run
                                                    + "."
                                                    + clock.instant().toEpochMilli()
                                                    + ".pain002.xml"),
                            report);
                    return json(runs.advance(run, config.provider(today())));
                });
    }

    /** {@code POST /api/v1/ledger/maturings}: moves what is final by now from escrow to payable. */
    CompletableFuture<Reply> mature(Call call) {
        Json.read(call.body(), Set.of());
        return work(
                call,
                _ -> {
                    var moved = new ArrayList<Transaction>();
                    for (Transaction due :
                            books.service().maturing(Finality.DEFAULT, today(), Set.of())) {
                        if (book(due) instanceof Check.Refusal refusal) {
                            throw conflict(refusal.reason());
                        }
                        moved.add(due);
                    }
                    ObjectNode json = LedgerJson.object().put("object", "list");
                    ArrayNode data = json.putArray("data");
                    moved.forEach(transaction -> data.add(transaction.id().toString()));
                    return json;
                });
    }

    /** {@code POST /api/v1/ledger/repairs}: undoes a transaction by its opposite. */
    CompletableFuture<Reply> repair(Call call) {
        String id = Json.text(Json.read(call.body(), Set.of("transaction")), "transaction");
        return work(
                call,
                _ -> {
                    Transaction reversal = books.service().reversal(id);
                    if (book(reversal) instanceof Check.Refusal refusal) {
                        throw conflict(refusal.reason());
                    }
                    return LedgerJson.object()
                            .put("transaction", id)
                            .put("reversal", reversal.id().toString());
                });
    }

    private List<PayoutOrder> orders(String run) throws IOException {
        PayoutTerms terms =
                config.terms()
                        .orElseThrow(() ->
                                new IllegalArgumentException(
                                        "payouts are not set up: payouts.creditPriceMillionths says"
                                                + " what a credit is worth"));
        Map<AccountId, Money> balances = books.service().balances("owner:");
        var orders = new ArrayList<PayoutOrder>();
        for (Payee payee : config.payees()) {
            Money payable = balances.getOrDefault(AccountId.payable(payee.owner()), Money.ZERO);
            terms.order(run, payee, payable).ifPresent(orders::add);
        }
        return orders;
    }

    private LocalDate today() {
        return clock.instant().atZone(ZoneOffset.UTC).toLocalDate();
    }

    private static ObjectNode json(PayoutRun run) {
        ObjectNode json =
                LedgerJson.object()
                        .put("run", run.name())
                        .put("proposed_by", run.proposer())
                        .put("approved_by", run.approver().orElse(""))
                        .put("finished", run.isFinished());
        ArrayNode orders = json.putArray("orders");
        for (PayoutRun.Item item : run.items()) {
            PayoutOrder order = item.order();
            orders.addObject()
                    .put("owner", order.payee().owner())
                    .put("account", order.payee().maskedAccount())
                    .put("credits", order.payout().credits().toString())
                    .put("amount", order.amount())
                    .put("currency", order.currency())
                    .put("stage", item.stage().name().toLowerCase(Locale.ROOT))
                    .put("reason", item.reason());
        }
        return json;
    }

    private interface Work {
        ObjectNode with(PayoutRuns runs) throws IOException;
    }

    private CompletableFuture<Reply> work(Call call, Work work) {
        return CompletableFuture.supplyAsync(
                () -> {
                    synchronized (turn) {
                        return Reply.json(answer(work));
                    }
                },
                call.worker());
    }

    private ObjectNode answer(Work work) {
        try {
            Files.createDirectories(config.directory());
            try (var runs = PayoutRuns.open(config.directory().resolve("payouts.db"), this::book)) {
                return work.with(runs);
            }
        } catch (IllegalArgumentException | LedgerException e) {
            throw conflict(String.valueOf(e.getMessage()));
        } catch (IOException e) {
            throw conflict("the payout stops here and can be sent again: " + e.getMessage());
        }
    }

    /** Asks the core to book it, and waits until that is durable. */
    private Check book(Transaction transaction) {
        try {
            return desk.ask(Runnable::run, number -> new Command.Book(number, transaction))
                    .<Check>thenApply(answer ->
                            switch (answer) {
                                case Answer.Done _ -> Check.BOOKABLE;
                                case Answer.Refused refused ->
                                        new Check.Told(Refusals.of(refused.refusal()).message());
                                case Answer.Admitted _,
                                        Answer.Repeated _,
                                        Answer.Enrolled _,
                                        Answer.Seen _ ->
                                        throw new IllegalStateException(
                                                "expected done or refused, found " + answer);
                            })
                    .get(SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException known
                    ? known
                    : new CompletionException(e.getCause());
        } catch (TimeoutException e) {
            throw new LedgerException("the core does not answer: try again", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LedgerException("interrupted while " + transaction.id() + " was booked", e);
        }
    }

    private static Problem.Raised conflict(String message) {
        return Problem.of(409, "invalid_request_error", "conflict", null, message).raised();
    }

    private static String name(String param, String text) {
        if (!text.matches(NAME)) {
            throw Problem.invalid(
                            param,
                            "'" + param + "' is a name of letters, digits and . _ -, at most 40")
                    .raised();
        }
        return text;
    }
}
