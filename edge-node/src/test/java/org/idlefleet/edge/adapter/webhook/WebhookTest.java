package org.idlefleet.edge.adapter.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A real server that fails, hangs, and answers late. */
class WebhookTest {
    private static final byte[] SECRET = "a secret of the owner's".getBytes(StandardCharsets.UTF_8);
    private static final Instant NOW = Instant.parse("2026-11-28T12:00:00Z");

    private final AtomicInteger asked = new AtomicInteger();
    private final BlockingQueue<String> taken = new LinkedBlockingQueue<>();
    private final List<String> signatures = new ArrayList<>();
    private final CountDownLatch end = new CountDownLatch(1);
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private Manners manners = (_, _) -> 200;
    private HttpServer server;

    /** The status to answer a request with; may take its time. */
    private interface Manners {
        int answer(int attempt, String body) throws InterruptedException;
    }

    @BeforeEach
    void serve() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/hook", this::take);
        server.start();
    }

    private void take(HttpExchange exchange) throws IOException {
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        String signature = exchange.getRequestHeaders().getFirst(Webhook.SIGNATURE);
        try (exchange) {
            int status = manners.answer(asked.incrementAndGet(), body);
            if (status == 200) {
                synchronized (signatures) {
                    signatures.add(signature);
                }
                taken.add(body);
            }
            exchange.getResponseHeaders().set("Location", "http://127.0.0.1:1/");
            exchange.sendResponseHeaders(status, -1);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @AfterEach
    void stop() {
        end.countDown();
        server.stop(0);
        threads.shutdownNow();
    }

    private Webhook webhook(Duration limit) {
        URI url = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/hook");
        return new Webhook(url, SECRET, limit, Duration.ofMillis(5), () -> NOW);
    }

    private String next() throws InterruptedException {
        return Objects.requireNonNull(taken.poll(60, TimeUnit.SECONDS), "no message came");
    }

    @Test
    void signsWhatItSendsSoThatNobodyElseCan() throws Exception {
        try (var webhook = webhook(Duration.ofSeconds(30))) {
            webhook.tell("{\"state\":\"computing\"}");
            assertThat(next()).isEqualTo("{\"state\":\"computing\"}");
        }
        // printf '1795867200.{"state":"computing"}' | openssl dgst -sha256 -hmac SECRET
        assertThat(signatures)
                .containsExactly(
                        "t=1795867200,v1="
                            + "61e2d46b613b8786a6e450e4723b0a7a729e29c4730e8d0b27a005d8a2e89de2");
    }

    @Test
    void triesAgainAndKeepsTheOrder() throws Exception {
        manners = (attempt, _) -> attempt % 3 == 0 ? 200 : attempt % 3 == 1 ? 503 : 302;
        try (var webhook = webhook(Duration.ofSeconds(30))) {
            webhook.tell("1");
            webhook.tell("2");
            assertThat(next()).isEqualTo("1");
            assertThat(next()).isEqualTo("2");
        }
        assertThat(asked).hasValue(6);
    }

    @Test
    void givesUpAMessageThatIsNeverTakenAndGoesOn() throws Exception {
        manners = (_, body) -> body.equals("poison") ? 500 : 200;
        try (var webhook = webhook(Duration.ofSeconds(30))) {
            webhook.tell("poison");
            webhook.tell("next");
            assertThat(next()).isEqualTo("next");
        }
        assertThat(asked).hasValue(Webhook.ATTEMPTS_MAX + 1);
    }

    @Test
    void aServerThatHangsIsLeftAndAskedAgain() throws Exception {
        manners =
                (attempt, _) -> {
                    if (attempt <= 2) {
                        end.await();
                    }
                    return 200;
                };
        try (var webhook = webhook(Duration.ofMillis(200))) {
            webhook.tell("1");
            assertThat(next()).isEqualTo("1");
        }
        assertThat(asked.get()).isGreaterThanOrEqualTo(3);
    }

    @Test
    void tellingNeverWaitsAndTheNewestSurvive() throws Exception {
        var first = new CountDownLatch(1);
        var go = new CountDownLatch(1);
        manners =
                (_, body) -> {
                    if (body.equals("0")) {
                        first.countDown();
                        go.await();
                    }
                    return 200;
                };
        try (var webhook = webhook(Duration.ofMinutes(1))) {
            webhook.tell("0");
            assertThat(first.await(60, TimeUnit.SECONDS)).isTrue();
            int count = 3 * Webhook.QUEUE_MAX;
            for (int i = 1; i <= count; i++) {
                webhook.tell(Integer.toString(i));
            }
            go.countDown();
            assertThat(next()).isEqualTo("0");
            for (int i = count - Webhook.QUEUE_MAX + 1; i <= count; i++) {
                assertThat(next()).isEqualTo(Integer.toString(i));
            }
        }
    }

    /** The node ends: its last state still leaves, what waited before it does not hold it up. */
    @Test
    void theNewestMessageIsDeliveredWhenTheNodeEnds() throws Exception {
        var first = new CountDownLatch(1);
        var go = new CountDownLatch(1);
        manners =
                (_, body) -> {
                    if (body.equals("0")) {
                        first.countDown();
                        go.await();
                    }
                    return 200;
                };
        Webhook webhook = webhook(Duration.ofMinutes(1));
        webhook.tell("0");
        assertThat(first.await(60, TimeUnit.SECONDS)).isTrue();
        webhook.tell("old");
        webhook.tell("stopping");
        Thread closing = Thread.ofPlatform().start(webhook::close);
        // It has let go of what waited, and waits for the rest itself.
        await().until(() -> closing.getState() == Thread.State.TIMED_WAITING);
        go.countDown();
        closing.join();
        assertThat(taken).containsExactly("0", "stopping");
    }

    @Test
    void aReceiverThatIsAwayDoesNotHoldTheNode() throws Exception {
        manners =
                (_, _) -> {
                    end.await();
                    return 200;
                };
        Webhook webhook = webhook(Duration.ofMinutes(1));
        webhook.tell("stopping");
        webhook.close();
        assertThat(taken).isEmpty();
    }
}
