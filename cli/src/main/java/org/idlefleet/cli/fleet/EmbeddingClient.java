package org.idlefleet.cli.fleet;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/** A client of the public API that asks for embeddings as OpenAI's clients do. Thread-safe. */
public final class EmbeddingClient implements AutoCloseable {
    private static final JsonMapper JSON = JsonMapper.shared();

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final URI base;
    private final String key;
    private final String model;
    private final int quorum;

    /**
     * @param quorum how many owners must agree
     */
    public EmbeddingClient(URI base, String key, String model, int quorum) {
        this.base = base;
        this.key = key;
        this.model = model;
        this.quorum = quorum;
    }

    /** Vectors in the order of the texts, and the job that made them. */
    public record Answer(String job, List<float[]> vectors) {}

    /**
     * Asks once.
     *
     * @throws IOException if there is no answer, or not 200; the message then holds the body
     */
    public Answer embed(List<String> texts) throws IOException, InterruptedException {
        HttpRequest request =
                HttpRequest.newBuilder(base.resolve("/v1/embeddings"))
                        .timeout(Duration.ofMinutes(5))
                        .header("Authorization", "Bearer " + key)
                        .header("Content-Type", "application/json")
                        .header("idlefleet-quorum", Integer.toString(quorum))
                        .POST(
                                BodyPublishers.ofString(
                                        JSON.writeValueAsString(
                                                Map.of(
                                                        "model",
                                                        model,
                                                        "input",
                                                        texts,
                                                        "encoding_format",
                                                        "base64"))))
                        .build();
        HttpResponse<byte[]> response = http.send(request, HttpResponse.BodyHandlers.ofByteArray());
        if (response.statusCode() != 200) {
            throw new IOException(
                    "HTTP "
                            + response.statusCode()
                            + ": "
                            + new String(response.body(), java.nio.charset.StandardCharsets.UTF_8));
        }
        var vectors = new ArrayList<float[]>(texts.size());
        for (JsonNode item : JSON.readTree(response.body()).path("data")) {
            vectors.add(vector(item.path("embedding").asString()));
        }
        return new Answer(response.headers().firstValue("idlefleet-job").orElse(""), vectors);
    }

    @Override
    public void close() {
        http.shutdownNow();
    }

    private static float[] vector(String base64) {
        ByteBuffer bytes =
                ByteBuffer.wrap(Base64.getDecoder().decode(base64)).order(ByteOrder.LITTLE_ENDIAN);
        var vector = new float[bytes.remaining() / Float.BYTES];
        bytes.asFloatBuffer().get(vector);
        return vector;
    }
}
