package org.idlefleet.edge.adapter.webhook;

import io.github.resilience4j.core.IntervalFunction;
import io.github.resilience4j.retry.Retry;
import io.github.resilience4j.retry.RetryConfig;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Posts messages to one address, in order, from a thread of its own. A message is tried {@value
 * #ATTEMPTS_MAX} times, with waits that double and are jittered, and then given up; meanwhile
 * {@value #QUEUE_MAX} others may wait, and the oldest gives way to a newer one, since what holds
 * now matters more than what held. Closing it gives the newest message {@value #LAST_SECONDS} s
 * more and gives up the others.
 *
 * <p>Header {@code Idlefleet-Signature: t=SECONDS,v1=HEX}: the time of sending since 1970, and the
 * HMAC-SHA-256 of {@code SECONDS.BODY} under the owner's secret. A receiver refuses old times.
 */
public final class Webhook implements AutoCloseable {
    /** Attempts for one message. */
    public static final int ATTEMPTS_MAX = 5;

    /** Messages that may wait. */
    public static final int QUEUE_MAX = 64;

    /** Time for the newest message when the node ends; a receiver that is away must not hold it. */
    public static final int LAST_SECONDS = 3;

    /** Said to the thread: nothing comes after this. */
    private static final String END = "";

    /** The header that carries the signature. */
    public static final String SIGNATURE = "Idlefleet-Signature";

    private static final Logger LOG = LoggerFactory.getLogger(Webhook.class);

    private final URI url;
    private final byte[] secret;
    private final Duration limit;
    private final InstantSource clock;
    private final RetryConfig retry;
    private final BlockingQueue<String> waiting = new ArrayBlockingQueue<>(QUEUE_MAX);
    private final HttpClient client;
    private final Thread thread;

    /**
     * @param limit how long one attempt may take, from connecting to the answer's head
     * @param wait before the second attempt; later ones double
     */
    public Webhook(URI url, byte[] secret, Duration limit, Duration wait, InstantSource clock) {
        this.url = url;
        this.secret = secret.clone();
        this.limit = limit;
        this.clock = clock;
        this.client =
                HttpClient.newBuilder()
                        .connectTimeout(limit)
                        .followRedirects(HttpClient.Redirect.NEVER)
                        .build();
        this.retry =
                RetryConfig.custom()
                        .maxAttempts(ATTEMPTS_MAX)
                        .intervalFunction(
                                IntervalFunction.ofExponentialRandomBackoff(wait, 2.0, 0.5))
                        .retryExceptions(IOException.class)
                        .build();
        this.thread = Thread.ofPlatform().name("edge-webhook").daemon().start(this::run);
    }

    /** Takes a message; never waits. Thread-safe. */
    public synchronized void tell(String json) {
        while (!waiting.offer(json)) {
            waiting.poll();
            LOG.warn("the webhook is behind: the oldest of {} messages is given up", QUEUE_MAX);
        }
    }

    private void run() {
        try {
            for (String json = waiting.take(); !json.equals(END); json = waiting.take()) {
                deliver(json);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void deliver(String json) throws InterruptedException {
        try {
            Retry.of("webhook", retry)
                    .executeCallable(() -> {
                        post(json);
                        return true;
                    });
        } catch (InterruptedException e) {
            throw e;
        } catch (Exception e) {
            LOG.warn(
                    "the webhook {} did not take a message in {} attempts: {}",
                    url.getHost(),
                    ATTEMPTS_MAX,
                    e.getMessage());
        }
    }

    private void post(String json) throws IOException, InterruptedException {
        long seconds = clock.instant().getEpochSecond();
        HttpRequest request =
                HttpRequest.newBuilder(url)
                        .timeout(limit)
                        .header("Content-Type", "application/json")
                        .header(SIGNATURE, signature(secret, seconds, json))
                        .POST(BodyPublishers.ofString(json))
                        .build();
        CompletableFuture<Integer> answer =
                client.sendAsync(request, BodyHandlers.discarding())
                        .thenApply(response -> response.statusCode());
        try {
            int status = answer.get(limit.toMillis(), TimeUnit.MILLISECONDS);
            if (status < 200 || status > 299) {
                throw new IOException("it answered " + status);
            }
        } catch (ExecutionException e) {
            throw new IOException(String.valueOf(e.getCause()), e);
        } catch (TimeoutException e) {
            throw new IOException("no answer within " + limit, e);
        } finally {
            answer.cancel(true);
        }
    }

    /** The header's value for a body that is sent at this second. */
    public static String signature(byte[] secret, long seconds, String body) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret, "HmacSHA256"));
            byte[] code = mac.doFinal((seconds + "." + body).getBytes(StandardCharsets.UTF_8));
            return "t=" + seconds + ",v1=" + HexFormat.of().formatHex(code);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has HmacSHA256", e);
        }
    }

    @Override
    public void close() {
        synchronized (this) {
            while (waiting.size() > 1) {
                waiting.poll();
            }
            boolean _ = waiting.offer(END);
        }
        try {
            thread.join(Duration.ofSeconds(LAST_SECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        thread.interrupt();
        client.shutdownNow();
    }
}
