package org.idlefleet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.awaitility.Awaitility;
import org.idlefleet.cli.fleet.AdminApi;
import org.idlefleet.cli.fleet.Launch;
import org.idlefleet.ledger.Money;
import org.idlefleet.ledger.proof.Checkpoint;
import org.idlefleet.ledger.proof.SignedNote;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import tools.jackson.databind.JsonNode;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A real coordinator is copied under load, killed, and goes on from its copy. */
class BackupProcessTest {
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    @TempDir private Path directory = Path.of("");

    private final List<Process> started = new ArrayList<>();

    @AfterEach
    void end() throws InterruptedException {
        for (Process process : started) {
            process.destroyForcibly();
            process.waitFor(30, TimeUnit.SECONDS);
        }
    }

    @Test
    void aCopyMadeUnderLoadGoesOnWithBooksThatBalance() throws Exception {
        Path data = directory.resolve("data");
        Path backup = directory.resolve("backup");
        Path fresh = directory.resolve("fresh");
        var paid = new AtomicInteger();
        int before;
        int port = freePort();
        Process coordinator = start(data, port);
        try (AdminApi operator = operator(data, port);
                var load = Executors.newFixedThreadPool(4)) {
            operator.post("/api/v1/operators", Map.of("name", "olga", "roles", List.of("approve")));
            for (int i = 0; i < 4; i++) {
                load.execute(() -> fund(operator, paid));
            }
            Awaitility.await().atMost(PATIENCE).until(() -> paid.get() > 100);
            before = paid.get();
            Typed made = idlefleet("backup", backup.toString(), "--data", data.toString());
            assertThat(made.exitCode()).as(made.err()).isZero();
            int after = paid.get();
            Awaitility.await().atMost(PATIENCE).until(() -> paid.get() > after + 100);
            awaitPublished(data, paid.get());
            coordinator.destroyForcibly().waitFor(30, TimeUnit.SECONDS);
            load.shutdownNow();
        }

        Path published = data.resolve("proof/checkpoint");
        String[] restore = {
            backup.toString(), "--data", fresh.toString(), "--published", published.toString()
        };
        assertThat(idlefleet("restore", backup.toString(), "--data", fresh.toString()).err())
                .contains("nobody can tell from a backup what was published after it");
        Typed refused = idlefleet("restore", restore);
        assertThat(refused.exitCode()).isEqualTo(ExitCode.ERROR);
        assertThat(refused.err()).contains("were published by", "would be lost", "--accept-loss");
        assertThat(fresh).doesNotExist();

        var accepting = new ArrayList<>(List.of(restore));
        accepting.add("--accept-loss");
        Typed restored = idlefleet("restore", accepting.toArray(String[]::new));
        assertThat(restored.exitCode()).as(restored.err()).isZero();
        assertThat(restored.out()).contains("LOST: ");
        int again = freePort();
        start(fresh, again);
        try (AdminApi operator = operator(fresh, again)) {
            assertThat(operator.get("/api/v1/ledger/check").path("clean").asBoolean()).isTrue();
            assertThat(balance(operator).millionths())
                    .isBetween(before * Money.UNIT, paid.get() * Money.UNIT);
            assertThat(operator.get("/api/v1/operators").toString()).contains("olga");
        }
    }

    /** As fast as it goes, until the coordinator is gone. */
    private static void fund(AdminApi operator, AtomicInteger paid) {
        try {
            while (!Thread.currentThread().isInterrupted()) {
                int reference = paid.incrementAndGet();
                operator.post(
                        "/api/v1/funds",
                        Map.of("client", "acme", "amount", "1", "reference", "r" + reference));
            }
        } catch (AdminApi.Problem gone) {
            paid.decrementAndGet();
        }
    }

    private static void awaitPublished(Path data, int size) {
        Awaitility.await()
                .atMost(PATIENCE)
                .until(() -> {
                    String note = Files.readString(data.resolve("proof/checkpoint"));
                    return Checkpoint.parse(SignedNote.parse(note).text()).size() >= size - 4;
                });
    }

    private static Money balance(AdminApi operator) {
        JsonNode accounts =
                operator.get("/api/v1/ledger/balances?prefix=client:acme:prepaid").path("data");
        return Money.parse(accounts.path(0).path("balance").asString());
    }

    private static Typed idlefleet(String command, String... arguments) {
        var words = new ArrayList<>(List.of("ledger", command));
        words.addAll(List.of(arguments));
        return Typed.idlefleet(words.toArray(String[]::new));
    }

    private Process start(Path data, int port) throws IOException {
        var builder =
                new ProcessBuilder(
                                Launch.command(
                                        List.of(
                                                "coordinator",
                                                "run",
                                                "--set",
                                                "dataDirectory=" + data,
                                                "--set",
                                                "api.port=" + port,
                                                "--set",
                                                "nodes.host=127.0.0.1",
                                                "--set",
                                                "nodes.port=0")))
                        .redirectErrorStream(true)
                        .redirectOutput(directory.resolve("log" + started.size()).toFile());
        Process process = builder.start();
        started.add(process);
        try (var anybody = new AdminApi(base(port), "")) {
            Awaitility.await()
                    .atMost(PATIENCE)
                    .ignoreExceptionsInstanceOf(AdminApi.Problem.class)
                    .until(() -> !anybody.get("/health/ready").isMissingNode());
        }
        return process;
    }

    private static AdminApi operator(Path data, int port) throws IOException {
        return new AdminApi(base(port), Files.readString(data.resolve("admin.key")).strip());
    }

    private static URI base(int port) {
        return URI.create("http://127.0.0.1:" + port);
    }

    private static int freePort() {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
