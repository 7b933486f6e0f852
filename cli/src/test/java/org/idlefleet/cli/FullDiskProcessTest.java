package org.idlefleet.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import org.awaitility.Awaitility;
import org.idlefleet.cli.fleet.AdminApi;
import org.idlefleet.cli.fleet.Launch;
import org.idlefleet.cli.model.BuiltIn;
import org.idlefleet.coordinator.adapter.ModelStore;
import org.idlefleet.ledger.Money;
import org.idlefleet.protocol.Digest;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import tools.jackson.databind.JsonNode;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;

/** A coordinator whose disk is a small one of its own, which fills up while clients send work. */
class FullDiskProcessTest {
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final String MODEL = BuiltIn.ALL_MINILM.recipe().model().value();

    /** The file system exists in a mount namespace only, which goes with its last process. */
    private static final String SCRIPT =
            """
            set -u
            mount -t tmpfs -o size=48m tmpfs "$1" || exit 77
            data=$1 outside=$2
            shift 2
            "$@" > "$outside/first.log" 2>&1
            echo $? > "$outside/first.exit"
            rm -f "$data/ballast"
            exec "$@" > "$outside/second.log" 2>&1
            """;

    private final int apiPort = freePort();
    private @Nullable Process running;

    @TempDir private Path directory = Path.of("");

    @AfterEach
    void end() throws InterruptedException {
        if (running != null) {
            running.descendants().forEach(ProcessHandle::destroyForcibly);
            running.destroyForcibly();
            running.waitFor(30, TimeUnit.SECONDS);
        }
    }

    @Test
    void nothingAcknowledgedIsLostWhenTheDiskFillsUp() throws Exception {
        Path data = start();
        try (AdminApi operator = operator(data)) {
            serveModel(operator, data);
            operator.post(
                    "/api/v1/funds",
                    Map.of("client", "acme", "amount", "1000", "reference", "prepaid"));
            String key =
                    operator.post("/api/v1/keys", Map.of("client", "acme")).path("key").asString();
            assertNobodyIsThere(key);

            fill(data.resolve("ballast"), 2 << 20);
            var acknowledged = new TreeSet<String>();
            try (var client = new AdminApi(operator.base(), key)) {
                List<String> sentences = Corpus.sentences(500);
                Awaitility.await()
                        .atMost(PATIENCE)
                        .pollInterval(Duration.ofMillis(1))
                        .until(() -> submit(client, sentences, acknowledged));
                assertThat(acknowledged).isNotEmpty();
                assertThat(Files.readString(directory.resolve("first.exit")).strip())
                        .isNotEqualTo("0");
                assertThat(Files.readString(directory.resolve("first.log")))
                        .contains("is it full?", "nothing acknowledged is lost");

                awaitReady();
                assertKept(operator, client, acknowledged);
            }
            assertPaidBack(operator);
        }
    }

    /** Whether the coordinator is gone; notes the job if it acknowledged one. */
    private boolean submit(AdminApi client, List<String> sentences, Set<String> acknowledged) {
        try {
            JsonNode job = client.post("/api/v1/jobs", Map.of("model", MODEL, "input", sentences));
            acknowledged.add(job.path("id").asString());
            return false;
        } catch (AdminApi.Problem _) {
            return Files.exists(directory.resolve("first.exit"));
        }
    }

    /** Every acknowledged job is there; cancelled, it gives its money back. */
    private void assertKept(AdminApi operator, AdminApi client, Set<String> acknowledged) {
        for (String job : acknowledged) {
            JsonNode kept = client.get("/api/v1/jobs/" + job);
            assertThat(kept.path("status").asString()).as(job).isEqualTo("running");
            assertThat(kept.path("items").asInt()).as(job).isEqualTo(500);
        }
        for (JsonNode job : operator.get("/api/v1/jobs?limit=500").path("data")) {
            if (job.path("status").asString().equals("running")) {
                client.delete("/api/v1/jobs/" + job.path("id").asString());
            }
        }
    }

    /** The client has all of its money again, and the books are in order. */
    private static void assertPaidBack(AdminApi operator) {
        Awaitility.await()
                .atMost(PATIENCE)
                .until(
                        () ->
                                operator.get("/api/v1/ledger/balances?prefix=client:acme:prepaid")
                                        .path("data")
                                        .path(0)
                                        .path("balance")
                                        .asString("0"),
                        balance -> Money.parse(balance).equals(Money.parse("1000")));
        JsonNode check = operator.get("/api/v1/ledger/check");
        assertThat(check.path("clean").asBoolean()).as(check.toString()).isTrue();
    }

    private void assertNobodyIsThere(String key) throws Exception {
        try (HttpClient http = HttpClient.newHttpClient()) {
            HttpResponse<String> answer =
                    http.send(
                            HttpRequest.newBuilder(base().resolve("/v1/embeddings"))
                                    .header("Authorization", "Bearer " + key)
                                    .POST(
                                            HttpRequest.BodyPublishers.ofString(
                                                    "{\"model\": \"%s\", \"input\": \"Ahab\"}"
                                                            .formatted(MODEL)))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());
            assertThat(answer.statusCode()).isEqualTo(503);
            assertThat(answer.headers().firstValue("retry-after")).isPresent();
            assertThat(answer.body()).contains("no_idle_devices", MODEL);
        }
    }

    private Path start() throws Exception {
        Path mount = Files.createDirectories(directory.resolve("data"));
        var command =
                new ArrayList<>(
                        List.of(
                                "unshare",
                                "-rm",
                                "sh",
                                "-c",
                                SCRIPT,
                                "sh",
                                "" + mount,
                                "" + directory));
        command.addAll(
                Launch.command(
                        List.of(
                                "coordinator",
                                "run",
                                "--set",
                                "dataDirectory=" + mount,
                                "--set",
                                "api.port=" + apiPort,
                                "--set",
                                "nodes.host=127.0.0.1",
                                "--set",
                                "nodes.port=" + freePort())));
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.redirectOutput(directory.resolve("script.log").toFile());
        builder.environment().put("ORT_DISABLE_TELEMETRY", "1");
        Process process;
        try {
            process = builder.start();
        } catch (IOException e) {
            assumeThat(false).as("no unshare here: " + e.getMessage()).isTrue();
            throw e;
        }
        running = process;
        Awaitility.await()
                .atMost(PATIENCE)
                .until(() -> !process.isAlive() || Files.exists(directory.resolve("first.log")));
        assumeThat(process.isAlive())
                .as("this user may not mount a file system in a namespace of his own")
                .isTrue();
        awaitReady();
        return Path.of("/proc/" + process.pid() + "/root" + mount);
    }

    private void awaitReady() {
        try (var anybody = new AdminApi(base(), "")) {
            Awaitility.await()
                    .atMost(PATIENCE)
                    .ignoreExceptionsInstanceOf(AdminApi.Problem.class)
                    .until(() -> !anybody.get("/health/ready").isMissingNode());
        }
    }

    private AdminApi operator(Path data) throws IOException {
        return new AdminApi(base(), Files.readString(data.resolve("admin.key")).strip());
    }

    private void serveModel(AdminApi operator, Path data) throws Exception {
        Path files = Files.createDirectories(directory.resolve("model"));
        BuiltIn.ALL_MINILM.unpack(files);
        Digest digest =
                new ModelStore(data.resolve("models"))
                        .add(BuiltIn.ALL_MINILM.recipe().manifest(files), files);
        operator.post("/api/v1/models", Map.of("manifest", digest.hex()));
    }

    /** Fills a file system but for {@code left} bytes. */
    private static void fill(Path ballast, long left) throws IOException {
        long bytes = Files.getFileStore(ballast.getParent()).getUsableSpace() - left;
        byte[] piece = new byte[1 << 16];
        try (var out = Files.newOutputStream(ballast, StandardOpenOption.CREATE)) {
            for (long written = 0; written < bytes; written += piece.length) {
                out.write(piece);
            }
        }
    }

    private URI base() {
        return URI.create("http://127.0.0.1:" + apiPort);
    }

    private static int freePort() {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
