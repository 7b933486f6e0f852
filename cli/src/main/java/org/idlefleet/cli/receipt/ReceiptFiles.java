package org.idlefleet.cli.receipt;

import org.idlefleet.coordinator.adapter.api.EmbeddingsReader;
import org.idlefleet.coordinator.adapter.receipt.JobReceipt;
import org.idlefleet.coordinator.adapter.receipt.ReceiptVerifier.Outputs;
import org.idlefleet.protocol.EmbeddingOutput;
import org.idlefleet.protocol.adapter.ManifestJson;

import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.MappingIterator;
import tools.jackson.databind.json.JsonMapper;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The files that a receipt is read from and held against; each error names what was wrong. */
public final class ReceiptFiles {
    private static final JsonMapper JSON = JsonMapper.shared();

    private ReceiptFiles() {}

    /** The receipt's text; a file too large to be one is not read. */
    public static String receipt(Path file) throws IOException {
        long bytes = Files.size(file);
        if (bytes > JobReceipt.CHARS_MAX) {
            throw new IOException(
                    file
                            + " has "
                            + bytes
                            + " bytes; a receipt has at most "
                            + JobReceipt.CHARS_MAX
                            + " (receipt-chars)");
        }
        return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    }

    /** An authority's certificate, PEM or DER. */
    public static Optional<X509Certificate> certificate(Optional<Path> file) throws IOException {
        if (file.isEmpty()) {
            return Optional.empty();
        }
        try {
            var bytes = new ByteArrayInputStream(Files.readAllBytes(file.get()));
            return Optional.of(
                    (X509Certificate)
                            CertificateFactory.getInstance("X.509").generateCertificate(bytes));
        } catch (CertificateException e) {
            throw new IOException(file.get() + " is no certificate: " + e.getMessage(), e);
        }
    }

    /** A model's manifest, as JSON. */
    public static Optional<byte[]> manifest(Optional<Path> file) throws IOException {
        if (file.isEmpty()) {
            return Optional.empty();
        }
        byte[] json = Files.readAllBytes(file.get());
        try {
            ManifestJson.read(json);
        } catch (IllegalArgumentException e) {
            throw new IOException(file.get() + ": " + e.getMessage(), e);
        }
        return Optional.of(json);
    }

    /** What a client sent: its JSON request, or a text an input a line. */
    public static Optional<List<byte[]>> inputs(Optional<Path> file) throws IOException {
        if (file.isEmpty()) {
            return Optional.empty();
        }
        byte[] bytes = Files.readAllBytes(file.get());
        String text = new String(bytes, StandardCharsets.UTF_8);
        try {
            return Optional.of(
                    text.stripLeading().startsWith("{")
                            ? EmbeddingsReader.inputs(bytes)
                            : text.lines()
                                    .map(line -> line.getBytes(StandardCharsets.UTF_8))
                                    .toList());
        } catch (IllegalArgumentException e) {
            throw new IOException(file.get() + ": " + e.getMessage(), e);
        }
    }

    /** What a client got: an embeddings answer, or a batch job's output in either form. */
    public static Optional<Outputs> outputs(Optional<Path> file) throws IOException {
        if (file.isEmpty()) {
            return Optional.empty();
        }
        var items = new TreeMap<Integer, Item>();
        try (MappingIterator<JsonNode> lines =
                JSON.readerFor(JsonNode.class).readValues(file.get().toFile())) {
            while (lines.hasNext()) {
                JsonNode line = lines.next();
                if (line.has("data")) {
                    for (JsonNode item : line.path("data")) {
                        put(items, item);
                    }
                } else {
                    put(items, line);
                }
            }
        } catch (JacksonException e) {
            throw new IOException(file.get() + " is no output: " + e.getOriginalMessage(), e);
        } catch (IllegalArgumentException e) {
            throw new IOException(file.get() + ": " + e.getMessage(), e);
        }
        return Optional.of((from, to) -> bytes(items, from, to));
    }

    /** One item's result. */
    private record Item(int tokens, float[] vector) {}

    private static void put(Map<Integer, Item> items, JsonNode node) {
        JsonNode index = node.path("index");
        JsonNode tokens = node.path("tokens");
        if (!index.isInt() || !tokens.isInt()) {
            throw new IllegalArgumentException(
                    "expected items with 'index', 'tokens' and 'embedding', as the API answers"
                            + " them");
        }
        items.put(index.intValue(), new Item(tokens.intValue(), vector(node.path("embedding"))));
    }

    private static float[] vector(JsonNode embedding) {
        if (embedding.isString()) {
            ByteBuffer raw =
                    ByteBuffer.wrap(Base64.getDecoder().decode(embedding.asString()))
                            .order(ByteOrder.LITTLE_ENDIAN);
            var vector = new float[raw.remaining() / Float.BYTES];
            raw.asFloatBuffer().get(vector);
            return vector;
        }
        var vector = new float[embedding.size()];
        for (int i = 0; i < vector.length; i++) {
            vector[i] = Float.parseFloat(embedding.path(i).asString());
        }
        return vector;
    }

    private static Optional<byte[]> bytes(Map<Integer, Item> items, int from, int to) {
        Item first = items.get(from);
        if (first == null) {
            return Optional.empty();
        }
        EmbeddingOutput output = EmbeddingOutput.create(to - from, first.vector().length);
        for (int at = from; at < to; at++) {
            Item item = items.get(at);
            if (item == null || item.vector().length != first.vector().length) {
                return Optional.empty();
            }
            output.set(at - from, item.tokens(), item.vector());
        }
        return Optional.of(output.raw());
    }
}
