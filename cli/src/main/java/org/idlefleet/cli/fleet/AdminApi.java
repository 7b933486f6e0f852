package org.idlefleet.cli.fleet;

import static java.nio.charset.StandardCharsets.UTF_8;

import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.Map;

/** A coordinator's own API under {@code /api/v1}, with one key. Thread-safe. */
public final class AdminApi implements AutoCloseable {
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final URI base;
    private final String key;
    private final HttpClient http;

    /**
     * @param base such as {@code http://127.0.0.1:8000}
     * @param key empty for anybody
     */
    public AdminApi(URI base, String key) {
        if (!key.chars().allMatch(letter -> letter > ' ' && letter < 0x7F)) {
            throw new IllegalArgumentException(
                    "a key is one word of letters and digits, found something else in it");
        }
        this.base = base;
        this.key = key;
        http =
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .connectTimeout(Duration.ofSeconds(5))
                        .build();
    }

    /** Why a call brought no answer. */
    public static final class Problem extends RuntimeException {
        private static final long serialVersionUID = 1;

        private final int status;

        Problem(int status, String message) {
            super(message, null, false, false);
            this.status = status;
        }

        /** The HTTP status; 0 if nobody answered. */
        public int status() {
            return status;
        }
    }

    public URI base() {
        return base;
    }

    /** What stands at {@code path}. */
    public JsonNode get(String path) {
        return send(request(path).GET());
    }

    /** The same as bytes, for what is no JSON. */
    public byte[] bytes(String path) {
        return answer(request(path).GET(), HttpResponse.BodyHandlers.ofByteArray()).body();
    }

    /** Asks for something to be done. */
    public JsonNode post(String path, Map<String, ?> body) {
        return send(
                request(path)
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(JSON.writeValueAsString(body))));
    }

    /** Asks for something to be ended. */
    public JsonNode delete(String path) {
        return send(request(path).DELETE());
    }

    @Override
    public void close() {
        http.shutdownNow();
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(base.resolve(path))
                .timeout(PATIENCE)
                .header("Authorization", "Bearer " + key);
    }

    private JsonNode send(HttpRequest.Builder request) {
        String body = answer(request, HttpResponse.BodyHandlers.ofString(UTF_8)).body();
        try {
            return body.isBlank() ? JSON.createObjectNode() : JSON.readTree(body);
        } catch (JacksonException e) {
            throw new Problem(0, base + " does not answer as a coordinator does");
        }
    }

    private <T> HttpResponse<T> answer(
            HttpRequest.Builder request, HttpResponse.BodyHandler<T> body) {
        try {
            HttpResponse<T> response = http.send(request.build(), body);
            if (response.statusCode() >= 300) {
                throw new Problem(
                        response.statusCode(), message(response.statusCode(), response.body()));
            }
            return response;
        } catch (ConnectException e) {
            throw new Problem(0, "no coordinator answers at " + base);
        } catch (HttpTimeoutException e) {
            throw new Problem(0, "the coordinator at " + base + " does not answer in time");
        } catch (IOException e) {
            throw new Problem(0, "the connection to " + base + " broke: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Problem(0, "interrupted while waiting for " + base);
        }
    }

    /** The message of an error in OpenAI's shape; the body itself if it has another. */
    private static String message(int status, Object body) {
        String text = body instanceof byte[] bytes ? new String(bytes, UTF_8) : body.toString();
        try {
            String message = JSON.readTree(text).path("error").path("message").asString("");
            return message.isEmpty() ? "HTTP " + status : message;
        } catch (JacksonException e) {
            return "HTTP " + status + ": " + text;
        }
    }
}
