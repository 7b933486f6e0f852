package org.idlefleet.ledger.adapter.payout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;

import org.idlefleet.ledger.AccountId;
import org.idlefleet.ledger.Book;
import org.idlefleet.ledger.Conviction;
import org.idlefleet.ledger.Finality;
import org.idlefleet.ledger.Money;
import org.idlefleet.ledger.RevenueShare;
import org.idlefleet.ledger.Transaction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

class PayoutRunsTest {
    private static final PayoutTerms TERMS = new PayoutTerms("EUR", 1_000_000, Money.ofUnits(1));
    private static final List<String> OWNERS = List.of("ann", "bob", "cid");
    private static final int KILL_POINTS = 1_000;

    @TempDir Path directory;

    private final Book book = new Book();

    @Test
    void needsTwoPeople() throws IOException {
        earn();
        try (var runs = open(book::offer)) {
            runs.propose("2026-11", "olga", orders("2026-11"));
            assertThatThrownBy(() -> runs.advance("2026-11", new Bank()))
                    .hasMessageContaining("not approved");
            assertThatThrownBy(() -> runs.approve("2026-11", "olga"))
                    .hasMessageContaining("another person");
            assertThat(runs.approve("2026-11", "omar").approver()).hasValue("omar");
            assertThat(runs.advance("2026-11", new Bank()).isFinished()).isTrue();
            assertThat(runs.names()).containsExactly("2026-11");
        }
    }

    @Test
    void aRunKeepsItsOrders() {
        earn();
        try (var runs = open(book::offer)) {
            PayoutRun run = runs.propose("2026-11", "olga", orders("2026-11"));
            assertThat(runs.propose("2026-11", "olga", orders("2026-11"))).isEqualTo(run);
            assertThatThrownBy(() -> runs.propose("2026-11", "olga", List.of()))
                    .hasMessageContaining("other orders");
            assertThatThrownBy(() -> runs.approve("2026-12", "omar"))
                    .hasMessageContaining("no payout run 2026-12");
        }
    }

    @Test
    void whatFailsComesBackAndWhatIsGoneIsRefused() throws IOException {
        earn();
        List<PayoutOrder> orders = orders("2026-11");
        var conviction = new Conviction("cid", "case-1", new TreeMap<>(), Money.ZERO);
        book.apply(
                conviction
                        .forfeit(
                                balance(AccountId.escrow("cid")), balance(AccountId.payable("cid")))
                        .orElseThrow());
        var bank = new Bank();
        bank.failing.add("2026-11.bob");
        try (var runs = open(book::offer)) {
            runs.propose("2026-11", "olga", orders);
            runs.approve("2026-11", "omar");

            PayoutRun run = runs.advance("2026-11", bank);

            assertThat(run.items())
                    .extracting(PayoutRun.Item::stage)
                    .containsExactly(
                            PayoutRun.Stage.ARRIVED,
                            PayoutRun.Stage.FAILED,
                            PayoutRun.Stage.REFUSED);
            assertThat(run.items().get(1).reason()).isEqualTo("account closed");
            assertThat(balance(AccountId.payable("bob"))).isEqualTo(Money.ofUnits(70));
            assertThat(balance(AccountId.PAID)).isEqualTo(Money.ofUnits(70));
            assertThat(bank.paid).containsOnlyKeys("2026-11.ann");
        }
    }

    @Test
    void nothingIsPaidTwiceWhereverTheProcessDies() throws IOException {
        var bank = new Bank();
        var random = new Random(7);
        int died = 0;
        for (int kill = 0; kill < KILL_POINTS; kill++) {
            String run = "run-%04d".formatted(kill);
            earn(run);
            Money paidBefore = balance(AccountId.PAID);
            var death = new Death(random.nextInt(16));
            PayoutProvider mortal = death.around(bank);
            boolean finished = false;
            while (!finished) {
                try (var runs = open(transaction -> death.around(() -> book.offer(transaction)))) {
                    runs.propose(run, "olga", orders(run));
                    runs.approve(run, "omar");
                    finished = runs.advance(run, mortal).isFinished();
                } catch (Death.Killed killed) {
                    died++;
                }
            }
            assertThat(balance(AccountId.PAID).minus(paidBefore)).isEqualTo(Money.ofUnits(210));
            OWNERS.forEach(owner -> {
                assertThat(bank.paid.get(run + "." + owner)).isEqualTo(7_000);
                assertThat(balance(AccountId.payable(owner))).isEqualTo(Money.ZERO);
            });
        }
        assertThat(died).isGreaterThan(KILL_POINTS / 2);
        assertThat(bank.paid).hasSize(KILL_POINTS * OWNERS.size());
        assertThat(book.total()).isEqualTo(Money.ZERO);
    }

    @Test
    void aPaymentServiceIsAskedOnceAlsoWhenItsAnswerIsLost() throws IOException {
        earn();
        var fake = new FakeService();
        try {
            var service = new TransferService(fake.address(), "sk_test_1");
            try (var runs = open(book::offer)) {
                runs.propose("2026-11", "olga", orders("2026-11"));
                runs.approve("2026-11", "omar");
                fake.answersToLose = 2;
                assertThatThrownBy(() -> runs.advance("2026-11", service))
                        .isInstanceOf(IOException.class);
                assertThatThrownBy(() -> runs.advance("2026-11", service))
                        .isInstanceOf(IOException.class);
                assertThat(runs.advance("2026-11", service).isFinished()).isTrue();
            }
            assertThat(fake.transfers).hasSize(3);
            assertThat(fake.transfers.get("2026-11.ann"))
                    .containsEntry("amount", "7000")
                    .containsEntry("currency", "eur");
            assertThat(balance(AccountId.PAID)).isEqualTo(Money.ofUnits(210));
            var wrongKey = new TransferService(fake.address(), "sk_test_2");
            assertThatThrownBy(() -> wrongKey.statuses("2026-11", orders("2026-12")))
                    .hasMessageContaining("401")
                    .message()
                    .doesNotContain("sk_test");
        } finally {
            fake.stop();
        }
    }

    private PayoutRuns open(Bookings bookings) {
        return PayoutRuns.open(directory.resolve("payouts.db"), bookings);
    }

    private static List<PayoutOrder> orders(String run) {
        return OWNERS.stream()
                .map(owner ->
                        TERMS.order(
                                        run,
                                        new Payee(owner, owner, PainFileTest.IBAN),
                                        Money.ofUnits(70))
                                .orElseThrow())
                .toList();
    }

    private void earn() {
        earn("only");
    }

    /** Seventy credits become payable to each owner. */
    private void earn(String job) {
        RevenueShare policy = RevenueShare.of(1, 700_000, 200_000, 100_000);
        book.apply(Transaction.fund("acme", job, Money.ofUnits(300)));
        book.apply(Transaction.hold(job, "acme", Money.ofUnits(300)));
        long day = book.state().booked().size();
        for (String owner : OWNERS) {
            book.apply(policy.settlement(job, owner, "acme", Money.ofUnits(100), List.of(owner)));
            book.apply(
                    Finality.mature(
                                    owner,
                                    LocalDate.ofEpochDay(20_000 + day),
                                    Money.ofUnits(70),
                                    Money.ZERO,
                                    Money.ZERO)
                            .orElseThrow());
        }
    }

    private Money balance(AccountId account) {
        return book.balance(account);
    }

    /** A bank that pays every key once, as banks and services promise. */
    private static final class Bank implements PayoutProvider {
        final Map<String, Long> paid = new TreeMap<>();
        final List<String> failing = new ArrayList<>();

        @Override
        public void submit(String run, List<PayoutOrder> orders) {
            for (PayoutOrder order : orders) {
                if (!failing.contains(order.key())) {
                    paid.putIfAbsent(order.key(), order.cents());
                }
            }
        }

        @Override
        public Map<String, PayoutStatus> statuses(String run, List<PayoutOrder> orders) {
            var statuses = new TreeMap<String, PayoutStatus>();
            orders.forEach(order ->
                    statuses.put(
                            order.key(),
                            paid.containsKey(order.key())
                                    ? PayoutStatus.ARRIVED
                                    : new PayoutStatus.Failed("account closed")));
            return statuses;
        }
    }

    /** Ends the process before or after the n-th call that reaches outside. */
    private static final class Death {
        private int callsLeft;

        Death(int callsLeft) {
            this.callsLeft = callsLeft;
        }

        static final class Killed extends RuntimeException {
            private static final long serialVersionUID = 1;
        }

        private interface Call<T> {
            T run() throws IOException;
        }

        PayoutProvider around(PayoutProvider provider) {
            return new PayoutProvider() {
                @Override
                public void submit(String run, List<PayoutOrder> orders) {
                    around(() -> {
                        provider.submit(run, orders);
                        return run;
                    });
                }

                @Override
                public Map<String, PayoutStatus> statuses(String run, List<PayoutOrder> orders) {
                    return around(() -> provider.statuses(run, orders));
                }

                private <T> T around(Call<T> call) {
                    return Death.this.around(call);
                }
            };
        }

        <T> T around(Call<T> call) {
            dieMaybe();
            try {
                T result = call.run();
                dieMaybe();
                return result;
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }

        private void dieMaybe() {
            if (callsLeft-- == 0) {
                throw new Killed();
            }
        }
    }

    /**
     * A local stand-in for the payment service: idempotency keys, transfer groups, and lost answers
     * on demand.
     */
    private static final class FakeService {
        final Map<String, Map<String, String>> transfers = new TreeMap<>();
        int answersToLose;
        private final HttpServer server;

        FakeService() throws IOException {
            server =
                    HttpServer.create(
                            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            server.createContext("/v1/transfers", this::handle);
            server.start();
        }

        URI address() {
            return URI.create("http://localhost:" + server.getAddress().getPort());
        }

        void stop() {
            server.stop(0);
        }

        private void handle(HttpExchange exchange) throws IOException {
            try (exchange) {
                if (!"Bearer sk_test_1"
                        .equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
                    answer(exchange, 401, "{\"error\":{\"message\":\"Invalid API Key\"}}");
                } else if (exchange.getRequestMethod().equals("POST")) {
                    Map<String, String> form =
                            form(
                                    new String(
                                            exchange.getRequestBody().readAllBytes(),
                                            StandardCharsets.UTF_8));
                    String key = exchange.getRequestHeaders().getFirst("Idempotency-Key");
                    transfers.putIfAbsent(key, form);
                    if (answersToLose > 0) {
                        answersToLose--;
                        answer(exchange, 502, "bad gateway");
                    } else {
                        answer(exchange, 200, transfer(transfers.get(key)));
                    }
                } else {
                    String group =
                            form(exchange.getRequestURI().getRawQuery())
                                    .getOrDefault("transfer_group", "");
                    String found =
                            transfers.values().stream()
                                    .filter(form -> group.equals(form.get("transfer_group")))
                                    .map(FakeService::transfer)
                                    .findFirst()
                                    .orElse("");
                    answer(exchange, 200, "{\"object\":\"list\",\"data\":[" + found + "]}");
                }
            }
        }

        private static String transfer(Map<String, String> form) {
            return "{\"id\":\"tr_1\",\"object\":\"transfer\",\"amount\":"
                    + form.get("amount")
                    + ",\"reversed\":false}";
        }

        private static Map<String, String> form(String text) {
            var form = new TreeMap<String, String>();
            for (String pair : text.split("&")) {
                String[] both = pair.split("=", 2);
                form.put(both[0], URLDecoder.decode(both[1], StandardCharsets.UTF_8));
            }
            return form;
        }

        private static void answer(HttpExchange exchange, int status, String body)
                throws IOException {
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }
}
