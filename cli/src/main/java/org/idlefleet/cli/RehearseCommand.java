package org.idlefleet.cli;

import org.idlefleet.cli.fleet.AdminApi;
import org.idlefleet.cli.fleet.Directories;
import org.idlefleet.cli.fleet.EmbeddingClient;
import org.idlefleet.cli.fleet.Running;
import org.idlefleet.cli.model.BuiltIn;
import org.idlefleet.coordinator.adapter.CoordinatorConfig;
import org.idlefleet.coordinator.adapter.CoordinatorServer;
import org.idlefleet.coordinator.adapter.ModelStore;
import org.idlefleet.edge.EngineException;
import org.idlefleet.edge.adapter.EdgeDaemon;
import org.idlefleet.edge.adapter.Enrolment;
import org.idlefleet.edge.adapter.config.EdgeConfig;
import org.idlefleet.edge.adapter.onnx.EngineOptions;
import org.idlefleet.edge.adapter.onnx.LocalEmbedder;
import org.idlefleet.protocol.Digest;

import picocli.CommandLine;
import picocli.CommandLine.Command;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Does once, small and in one process, what a fleet does all day, so that the JVM can note which
 * classes it needs and which methods are hot; the launcher keeps the notes (an AOT cache) for all
 * later starts.
 */
@Command(name = "rehearse", hidden = true, description = "Warm the start cache.")
final class RehearseCommand implements Callable<Integer> {
    private static final BuiltIn MODEL = BuiltIn.ALL_MINILM;

    /** Single requests: enough that the methods on their way count as hot. */
    private static final int SINGLE = 3_000;

    private static final int CLIENTS = 4;

    private static final Duration READY_LIMIT = Duration.ofMinutes(2);

    /** Items of the batch jobs, open when the coordinator is started again. */
    private static final int BATCH = 20_000;

    @Override
    public Integer call() throws Exception {
        var nowhere = new PrintWriter(Writer.nullWriter());
        CommandLine root = Idlefleet.commandLine();
        root.usage(nowhere);
        root.getSubcommands().values().forEach(command -> command.usage(nowhere));
        Path directory = Files.createTempDirectory("idlefleet-rehearsal-");
        try {
            fleet(directory);
        } finally {
            Directories.remove(directory);
        }
        return ExitCode.OK;
    }

    private static void fleet(Path directory) throws Exception {
        Path data = directory.resolve("coordinator");
        CoordinatorConfig config =
                CoordinatorConfig.load(
                        Optional.empty(),
                        Map.of(),
                        List.of(
                                "dataDirectory=" + data,
                                "api.host=127.0.0.1",
                                "api.port=0",
                                "nodes.host=127.0.0.1",
                                "nodes.port=0"));
        try (var server = CoordinatorServer.start(config, fault -> {});
                var admin = new AdminApi(api(server), Running.adminKey(data))) {
            Path files = Files.createDirectories(directory.resolve("model"));
            MODEL.unpack(files);
            compute(files);
            Digest model =
                    new ModelStore(data.resolve("models"))
                            .add(MODEL.recipe().manifest(files), files);
            admin.post("/api/v1/models", Map.of("manifest", model.hex()));
            admin.post(
                    "/api/v1/funds",
                    Map.of("client", "rehearsal", "amount", "1000", "reference", "rehearsal"));
            String key =
                    admin.post("/api/v1/keys", Map.of("client", "rehearsal"))
                            .path("key")
                            .asString();
            String token =
                    admin.post("/api/v1/tokens", Map.of("owner", "rehearsal"))
                            .path("token")
                            .asString();
            EdgeConfig edge =
                    EdgeConfig.load(
                            Optional.empty(),
                            Map.of(),
                            List.of(
                                    "node.data=" + directory.resolve("edge"),
                                    "node.coordinator=127.0.0.1:" + server.nodeAddress().getPort(),
                                    "signals.linux=off",
                                    "rules.settle=0s",
                                    "engine.provider=cpu"));
            Enrolment.enrol(edge, token);
            try (var _ = EdgeDaemon.start(edge, WorkerCommand.launch());
                    var client =
                            new EmbeddingClient(
                                    api(server), key, MODEL.recipe().model().value(), 1)) {
                long began = System.nanoTime();
                while (admin.get("/api/v1/nodes").path("data").path(0).path("slots").asInt() == 0) {
                    if (System.nanoTime() - began > READY_LIMIT.toNanos()) {
                        throw new IllegalStateException(
                                "the rehearsal's node was not ready after " + READY_LIMIT);
                    }
                    Thread.sleep(20);
                }
                try (var clients = Executors.newFixedThreadPool(CLIENTS)) {
                    var asking = new ArrayList<Future<?>>();
                    for (int i = 0; i < SINGLE; i++) {
                        asking.add(clients.submit(() -> client.embed(List.of("word"))));
                    }
                    for (Future<?> request : asking) {
                        request.get();
                    }
                }
            }
            try (var client = new AdminApi(api(server), key)) {
                for (int i = 0; i < BATCH / 1_000; i++) {
                    client.post(
                            "/api/v1/jobs",
                            Map.of(
                                    "model",
                                    MODEL.recipe().model().value(),
                                    "input",
                                    Collections.nCopies(1_000, "word")));
                }
            }
        }
        CoordinatorServer.start(config, fault -> {}).close();
    }

    /** What a worker does all day, in this process: the JVM notes nothing about another one. */
    private static void compute(Path files) throws IOException, EngineException {
        try (var local =
                LocalEmbedder.open(MODEL.recipe().manifest(files), files, EngineOptions.CPU)) {
            for (int i = 0; i < SINGLE; i++) {
                local.embed(List.of("word"));
            }
        }
    }

    private static URI api(CoordinatorServer server) {
        return URI.create("http://127.0.0.1:" + server.apiPort());
    }
}
