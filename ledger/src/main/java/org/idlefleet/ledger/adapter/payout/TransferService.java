package org.idlefleet.ledger.adapter.payout;

import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The provider that is a payment service with Stripe's shape of API: transfers to connected
 * accounts.
 *
 * <p>Every transfer carries the order's key twice: as idempotency key, which the service forgets
 * after a day, and as transfer group, by which it is looked up before anything is sent again.
 */
public final class TransferService implements PayoutProvider {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final int OK = 200;

    private final URI base;
    private final String secretKey;
    private final HttpClient client = HttpClient.newBuilder().connectTimeout(TIMEOUT).build();
    private final JsonMapper json = new JsonMapper();

    /**
     * The service at that address, such as {@code https://api.stripe.com}; the key is sent, never
     * logged.
     */
    public TransferService(URI base, String secretKey) {
        this.base = base;
        this.secretKey = secretKey;
    }

    @Override
    public void submit(String run, List<PayoutOrder> orders) throws IOException {
        for (PayoutOrder order : orders) {
            if (find(order).isEmpty()) {
                send(order);
            }
        }
    }

    @Override
    public Map<String, PayoutStatus> statuses(String run, List<PayoutOrder> orders)
            throws IOException {
        var statuses = new TreeMap<String, PayoutStatus>();
        for (PayoutOrder order : orders) {
            Optional<JsonNode> transfer = find(order);
            boolean reversed =
                    transfer.map(node -> node.path("reversed").asBoolean(false)).orElse(false);
            if (reversed) {
                statuses.put(
                        order.key(), new PayoutStatus.Failed("the service reversed the transfer"));
            } else {
                statuses.put(
                        order.key(),
                        transfer.isPresent() ? PayoutStatus.ARRIVED : PayoutStatus.PENDING);
            }
        }
        return statuses;
    }

    private void send(PayoutOrder order) throws IOException {
        String form =
                "amount="
                        + order.cents()
                        + "&currency="
                        + order.currency().toLowerCase(Locale.ROOT)
                        + "&destination="
                        + encode(order.payee().account())
                        + "&transfer_group="
                        + encode(order.key())
                        + "&metadata[payout]="
                        + encode(order.key());
        HttpRequest request =
                request("/v1/transfers")
                        .header("Content-Type", "application/x-www-form-urlencoded")
                        .header("Idempotency-Key", order.key())
                        .POST(HttpRequest.BodyPublishers.ofString(form))
                        .build();
        checkAmount(order, answer(request));
    }

    private Optional<JsonNode> find(PayoutOrder order) throws IOException {
        HttpRequest request =
                request("/v1/transfers?transfer_group=" + encode(order.key())).GET().build();
        JsonNode transfers = answer(request).path("data");
        if (transfers.isEmpty()) {
            return Optional.empty();
        }
        checkAmount(order, transfers.get(0));
        return Optional.of(transfers.get(0));
    }

    private static void checkAmount(PayoutOrder order, JsonNode transfer) throws IOException {
        long amount = transfer.path("amount").asLong(-1);
        if (amount != order.cents()) {
            throw new IOException(
                    "payout "
                            + order.key()
                            + ": the service names "
                            + amount
                            + " cents, expected "
                            + order.cents()
                            + ": look at it by hand");
        }
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(base.resolve(path))
                .timeout(TIMEOUT)
                .header("Authorization", "Bearer " + secretKey);
    }

    private JsonNode answer(HttpRequest request) throws IOException {
        try {
            HttpResponse<String> response =
                    client.send(request, HttpResponse.BodyHandlers.ofString());
            if (response.statusCode() != OK) {
                throw new IOException(
                        "the payment service answered "
                                + response.statusCode()
                                + " to "
                                + request.method()
                                + " "
                                + request.uri().getPath()
                                + ": "
                                + response.body());
            }
            return json.readTree(response.body());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while waiting for the payment service", e);
        } catch (JacksonException e) {
            throw new IOException("the payment service answered something that is no JSON", e);
        }
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
