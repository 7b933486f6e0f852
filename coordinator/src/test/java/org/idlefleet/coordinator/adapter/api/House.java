package org.idlefleet.coordinator.adapter.api;

import org.idlefleet.coordinator.View;
import org.idlefleet.coordinator.adapter.receipt.JobReceipt;
import org.idlefleet.ledger.proof.NoteKey;
import org.idlefleet.ledger.proof.SignedNote;
import org.idlefleet.ledger.proof.adapter.Ed25519;
import org.idlefleet.protocol.Digest;
import org.idlefleet.protocol.JobId;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** An open door with a scripted core behind it, and a client in front of it. */
final class House implements AutoCloseable {
    private static final Digest AUTHORITY = Digest.of(new byte[] {7});

    static final String ADMIN = ApiDoor.freshAdminKey(new SecureRandom());

    /** Small limits, so that they are met quickly. */
    static final ApiConfig.Limits LIMITS =
            new ApiConfig.Limits(64 << 10, 256 << 10, 2_048, 5_000, Duration.ofSeconds(20), 1_000);

    final FakeCore core = new FakeCore();
    final Metrics metrics = new Metrics();
    final FakeBooks books = new FakeBooks();
    final Map<JobId, View.Job> history = new ConcurrentHashMap<>();
    final OperatorFile operators;
    final String key;
    final String otherKey;
    volatile Optional<String> unready = Optional.empty();

    private final ApiDoor door;
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    /** The key of a new operator. */
    String operator(String name, String role) {
        String body = "{\"name\":\"" + name + "\",\"roles\":[\"" + role + "\"]}";
        return post("/api/v1/operators", ADMIN, body).json().get("key").asString();
    }

    House() {
        this(LIMITS, ApiConfig.Rates.STANDARD);
    }

    House(ApiConfig.Limits limits, ApiConfig.Rates rates) {
        this(limits, rates, Duration.ofMillis(100));
    }

    /**
     * @param wait for devices
     */
    House(ApiConfig.Limits limits, ApiConfig.Rates rates, Duration wait) {
        var random = new SecureRandom();
        var ring = new KeyRing(ADMIN, rates, random);
        KeyRing.Fresh acme = ring.fresh();
        KeyRing.Fresh other = ring.fresh();
        try {
            operators = OperatorFile.open(books.directory().resolve("operators.db"));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        core.add(acme, "acme");
        core.add(other, "other");
        key = acme.key();
        otherKey = other.key();
        var config =
                new ApiConfig(
                        new ApiConfig.Address("127.0.0.1", 0, Optional.empty()),
                        1,
                        terms(wait),
                        limits,
                        rates);
        try {
            door = ApiDoor.open(config, ADMIN, ports(), InstantSource.fixed(FakeCore.NOW), random);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static ApiConfig.Terms terms(Duration wait) {
        ApiConfig.Terms usual = ApiConfig.Terms.STANDARD;
        return new ApiConfig.Terms(
                usual.quorum(),
                usual.deadline(),
                usual.deadlineMax(),
                usual.batchDeadline(),
                usual.batchDeadlineMax(),
                wait);
    }

    /** Says of every job that it knows it. */
    private static Receipts receipts() {
        var signer = Ed25519.signer("house", new byte[Ed25519.SEED_LENGTH]);
        return new Receipts() {
            @Override
            public Optional<SignedNote> of(JobId job) {
                return Optional.of(SignedNote.of("receipt of " + job + "\n", signer));
            }

            @Override
            public JobReceipt.Day day(LocalDate day) {
                return new JobReceipt.Day(day.toString(), "00", "");
            }

            @Override
            public NoteKey key() {
                return signer.key();
            }

            @Override
            public String authority() {
                return "PEM";
            }

            @Override
            public Optional<byte[]> manifest(Digest digest) {
                return Optional.of("{}".getBytes(StandardCharsets.US_ASCII));
            }
        };
    }

    Ports ports() {
        JobHistory past =
                new JobHistory() {
                    @Override
                    public Optional<View.Job> job(JobId job) {
                        return Optional.ofNullable(history.get(job));
                    }

                    @Override
                    public List<View.Job> before(long before, int limit) {
                        return history.values().stream()
                                .filter(job -> before == 0 || job.job().number() < before)
                                .sorted((a, b) -> b.job().compareTo(a.job()))
                                .limit(limit)
                                .toList();
                    }
                };
        return new Ports(
                core.desk,
                core.payloads,
                new FakeModels(),
                past,
                receipts(),
                books.books(),
                books.payouts(),
                operators,
                metrics,
                () -> unready,
                AUTHORITY);
    }

    /** What came back. */
    record Got(HttpResponse<byte[]> response) {
        int status() {
            return response.statusCode();
        }

        String text() {
            return new String(response.body(), StandardCharsets.UTF_8);
        }

        JsonNode json() {
            return JsonMapper.shared().readTree(response.body());
        }

        String header(String name) {
            return response.headers().firstValue(name).orElse("");
        }

        JsonNode error() {
            return json().get("error");
        }

        String code() {
            return error().get("code").asString();
        }

        String message() {
            return error().get("message").asString();
        }
    }

    int port() {
        return door.port();
    }

    Got get(String path, String key) {
        return send("GET", path, key, new byte[0]);
    }

    Got post(String path, String key, String body, String... headers) {
        return send("POST", path, key, body.getBytes(StandardCharsets.UTF_8), headers);
    }

    Got embed(String body, String... headers) {
        return post("/v1/embeddings", key, body, headers);
    }

    Got send(String method, String path, String key, byte[] body, String... headers) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + path))
                        .method(
                                method,
                                body.length == 0
                                        ? BodyPublishers.noBody()
                                        : BodyPublishers.ofByteArray(body))
                        .timeout(Duration.ofSeconds(30));
        if (!key.isEmpty()) {
            request.header("authorization", "Bearer " + key);
        }
        if (headers.length > 0) {
            request.headers(headers);
        }
        try {
            return new Got(client.send(request.build(), BodyHandlers.ofByteArray()));
        } catch (IOException e) {
            throw new IllegalStateException(method + " " + path, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Closes the door as a coordinator does that ends; returns when it is closed. */
    void closeDoor() {
        door.close();
    }

    @Override
    public void close() {
        client.close();
        core.close();
        try {
            operators.close();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        books.close();
        Thread.ofVirtual().start(door::close); // its last two seconds need no watching
    }
}
