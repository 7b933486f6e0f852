package org.idlefleet.coordinator.adapter;

import static org.assertj.core.api.Assertions.assertThat;

import org.idlefleet.protocol.Digest;
import org.idlefleet.protocol.ModelId;
import org.idlefleet.protocol.ModelManifest;
import org.idlefleet.protocol.adapter.Endpoint;
import org.junit.jupiter.api.io.TempDir;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/** A real coordinator in a directory of its own, asked over HTTP, with stub nodes. */
abstract class ServerHouse {
    static final int DIMENSIONS = 4;
    static final JsonMapper JSON = JsonMapper.shared();

    @TempDir Path directory;

    final HttpClient http = HttpClient.newHttpClient();
    final AtomicReference<Throwable> death = new AtomicReference<>();

    CoordinatorServer start() throws IOException {
        return CoordinatorServer.start(config(List.of()), death::set);
    }

    CoordinatorConfig config(List<String> sets) {
        var all =
                new ArrayList<>(
                        List.of(
                                "dataDirectory=" + directory.resolve("data"),
                                "nodes.host=127.0.0.1",
                                "nodes.port=0",
                                "api.port=0"));
        all.addAll(sets);
        return CoordinatorConfig.load(Optional.empty(), Map.of(), all);
    }

    StubNode node(CoordinatorServer server, String owner, UnaryOperator<byte[]> deed)
            throws Exception {
        return node(server, owner, deed, true);
    }

    StubNode node(CoordinatorServer server, String owner, UnaryOperator<byte[]> deed, boolean signs)
            throws Exception {
        JsonNode token =
                JSON.readTree(
                        post(server, admin(), "/api/v1/tokens", "{\"owner\":\"" + owner + "\"}")
                                .body());
        return StubNode.start(
                new Endpoint("127.0.0.1", server.nodeAddress().getPort()),
                token.get("token").asString(),
                Files.createDirectories(directory.resolve(owner)),
                DIMENSIONS,
                deed,
                signs);
    }

    String client(CoordinatorServer server, String name) throws Exception {
        post(
                server,
                admin(),
                "/api/v1/funds",
                "{\"client\":\"" + name + "\",\"amount\":\"1000\",\"reference\":\"r1\"}");
        HttpResponse<String> key =
                post(server, admin(), "/api/v1/keys", "{\"client\":\"" + name + "\"}");
        return JSON.readTree(key.body()).get("key").asString();
    }

    String admin() throws IOException {
        return Files.readString(directory.resolve("data/admin.key")).strip();
    }

    String jobOf(CoordinatorServer server, String job) throws Exception {
        return get(server, "/api/v1/jobs/" + job);
    }

    String get(CoordinatorServer server, String path) throws Exception {
        return get(server, admin(), path).body();
    }

    HttpResponse<String> get(CoordinatorServer server, String key, String path) throws Exception {
        return http.send(
                request(server, key, path).GET().build(), HttpResponse.BodyHandlers.ofString());
    }

    HttpResponse<String> post(CoordinatorServer server, String key, String path, String body)
            throws Exception {
        return http.send(posting(server, key, path, body), HttpResponse.BodyHandlers.ofString());
    }

    /** Posts and does not wait. */
    CompletableFuture<HttpResponse<String>> sent(
            CoordinatorServer server, String key, String path, String body) {
        return http.sendAsync(
                posting(server, key, path, body), HttpResponse.BodyHandlers.ofString());
    }

    private static HttpRequest posting(
            CoordinatorServer server, String key, String path, String body) {
        return request(server, key, path)
                .header("content-type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
    }

    static HttpRequest.Builder request(CoordinatorServer server, String key, String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.apiPort() + path))
                .header("authorization", "Bearer " + key);
    }

    void addModel(CoordinatorServer server) throws Exception {
        Path source = Files.createDirectories(directory.resolve("model"));
        byte[] graph = {1, 2, 3};
        Files.write(source.resolve("stub.onnx"), graph);
        var manifest =
                new ModelManifest(
                        new ModelId("stub"),
                        new ModelManifest.Task.Embedding(ModelManifest.Pooling.MEAN, DIMENSIONS),
                        List.of(
                                new ModelManifest.ModelFile(
                                        "stub.onnx",
                                        ModelManifest.FileRole.ONNX,
                                        Digest.of(graph),
                                        graph.length)),
                        "fp32",
                        new ModelManifest.Limits(256, 8),
                        new ModelManifest.Comparator(1, 0.01),
                        3,
                        new ModelManifest.Probe("x", List.of(1f, 0f, 0f, 0f)));
        Digest digest = new ModelStore(directory.resolve("data/models")).add(manifest, source);
        String body = "{\"manifest\":\"" + digest.hex() + "\"}";
        assertThat(post(server, admin(), "/api/v1/models", body).statusCode()).isEqualTo(201);
    }

    static List<String> texts(int count) {
        return IntStream.range(0, count).mapToObj(i -> "sentence number " + i).toList();
    }

    /** How many of its results others have voted down. */
    static long outvoted(StubNode node) throws Exception {
        return node.beat().standing().orElseThrow().honesty().outvoted();
    }

    static UnaryOperator<byte[]> honest() {
        return UnaryOperator.identity();
    }

    static byte[] lie(byte[] output) {
        byte[] lie = output.clone();
        lie[lie.length - 1] ^= (byte) 0x80;
        return lie;
    }
}
