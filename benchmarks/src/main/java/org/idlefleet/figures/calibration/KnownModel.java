package org.idlefleet.figures.calibration;

import org.idlefleet.cli.model.Recipe;
import org.idlefleet.edge.EngineException;
import org.idlefleet.protocol.ModelId;
import org.idlefleet.protocol.ModelManifest;
import org.idlefleet.protocol.ModelManifest.Pooling;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A model to calibrate. The quantised ones come with us; those of full precision are on the class
 * path with Maven's profile {@code fp32} only, because they are large.
 */
enum KnownModel {
    MINILM_INT8("all-minilm-l6-v2", "all-minilm-l6-v2-q", "int8", Pooling.MEAN, 256),
    BGE_INT8("bge-small-en-v1.5", "bge-small-en-v1.5-q", "int8", Pooling.CLS, 512),
    MINILM_FP32("all-minilm-l6-v2", "all-minilm-l6-v2", "fp32", Pooling.MEAN, 256),
    BGE_FP32("bge-small-en-v1.5", "bge-small-en-v1.5", "fp32", Pooling.CLS, 512);

    private final String title;
    private final String files;
    private final String precision;
    private final Pooling pooling;
    private final int tokensMax;

    KnownModel(String title, String files, String precision, Pooling pooling, int tokensMax) {
        this.title = title;
        this.files = files;
        this.precision = precision;
        this.pooling = pooling;
        this.tokensMax = tokensMax;
    }

    boolean here() {
        return KnownModel.class.getResource("/" + files + ".onnx") != null;
    }

    /** The other model of the same precision. */
    KnownModel other() {
        return switch (this) {
            case MINILM_INT8 -> BGE_INT8;
            case BGE_INT8 -> MINILM_INT8;
            case MINILM_FP32 -> BGE_FP32;
            case BGE_FP32 -> MINILM_FP32;
        };
    }

    /** The same model, quantised. */
    KnownModel quantised() {
        return switch (this) {
            case MINILM_INT8, MINILM_FP32 -> MINILM_INT8;
            case BGE_INT8, BGE_FP32 -> BGE_INT8;
        };
    }

    /** Writes the files into {@code directory} and makes their manifest. */
    ModelManifest unpack(Path directory) throws IOException, EngineException {
        Files.createDirectories(directory);
        copy("/" + files + ".onnx", directory.resolve("model.onnx"));
        copy("/" + files + "-tokenizer.json", directory.resolve("tokenizer.json"));
        return new Recipe(
                        new ModelId(title),
                        "model.onnx",
                        "tokenizer.json",
                        pooling,
                        384,
                        precision,
                        tokensMax,
                        10)
                .manifest(directory);
    }

    @Override
    public String toString() {
        return files;
    }

    private static void copy(String resource, Path target) throws IOException {
        try (InputStream in = KnownModel.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IOException(
                        resource + " is not on the class path; build with -Pfp32 to have it");
            }
            Files.copy(in, target);
        }
    }
}
