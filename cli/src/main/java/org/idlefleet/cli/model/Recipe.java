package org.idlefleet.cli.model;

import org.idlefleet.edge.EngineException;
import org.idlefleet.edge.adapter.onnx.EngineOptions;
import org.idlefleet.edge.adapter.onnx.LocalEmbedder;
import org.idlefleet.protocol.Digest;
import org.idlefleet.protocol.ModelId;
import org.idlefleet.protocol.ModelManifest;
import org.idlefleet.protocol.ModelManifest.FileRole;
import org.idlefleet.protocol.ModelManifest.ModelFile;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;

/**
 * What a person decides about an embedding model; the rest of its manifest follows from the files.
 *
 * @param onnx name of the graph's file
 * @param tokenizer name of the tokenizer's file
 * @param precision such as {@code int8}
 * @param tokensMax longest input
 * @param priceMicrosPerWorkUnit in micro-credits
 */
public record Recipe(
        ModelId model,
        String onnx,
        String tokenizer,
        ModelManifest.Pooling pooling,
        int dimensions,
        String precision,
        int tokensMax,
        long priceMicrosPerWorkUnit) {
    /** What is embedded to learn the answer that every honest node must give. */
    static final String PROBE = "Call me Ishmael.";

    /** One by one, so that a text's vector never depends on what stands beside it in the batch. */
    static final int BATCH_ITEMS = 1;

    /** Within one numeric class results are equal to the bit; this leaves room for nothing else. */
    static final double AGREE = 0.02;

    static final int COMPARATOR_VERSION = 1;

    /**
     * The manifest of the model whose files lie in {@code directory}. The probe's answer is
     * computed here.
     *
     * @throws EngineException if ONNX Runtime does not take the model
     */
    public ModelManifest manifest(Path directory) throws EngineException {
        var files = new ArrayList<ModelFile>();
        files.add(file(directory, onnx, FileRole.ONNX));
        if (Files.exists(directory.resolve(onnx + "_data"))) {
            files.add(file(directory, onnx + "_data", FileRole.EXTERNAL_DATA));
        }
        files.add(file(directory, tokenizer, FileRole.TOKENIZER));
        ModelManifest blank = manifest(files, List.of());
        try (var local = LocalEmbedder.open(blank, directory, EngineOptions.CPU)) {
            var answer = new ArrayList<Float>();
            for (float value : local.embed(List.of(PROBE)).vector(0)) {
                answer.add(value);
            }
            return manifest(files, answer);
        }
    }

    private ModelManifest manifest(List<ModelFile> files, List<Float> answer) {
        return new ModelManifest(
                model,
                new ModelManifest.Task.Embedding(pooling, dimensions),
                files,
                precision,
                new ModelManifest.Limits(tokensMax, BATCH_ITEMS),
                new ModelManifest.Comparator(COMPARATOR_VERSION, AGREE),
                priceMicrosPerWorkUnit,
                new ModelManifest.Probe(PROBE, answer));
    }

    private static ModelFile file(Path directory, String name, FileRole role) {
        Path path = directory.resolve(name);
        MessageDigest sha = Digest.sha256();
        try (InputStream in = new DigestInputStream(Files.newInputStream(path), sha)) {
            long bytes = in.transferTo(java.io.OutputStream.nullOutputStream());
            return new ModelFile(name, role, Digest.ofRaw(sha.digest()), bytes);
        } catch (IOException e) {
            throw new UncheckedIOException("model file " + path + " can't be read", e);
        }
    }
}
