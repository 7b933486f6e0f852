package org.idlefleet.cli.model;

import org.idlefleet.protocol.ModelId;
import org.idlefleet.protocol.ModelManifest.Pooling;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The models that come with us, through Maven. */
public enum BuiltIn {
    ALL_MINILM(
            "all-minilm-l6-v2",
            "all-minilm-l6-v2-q",
            Pooling.MEAN,
            256,
            10,
            "sentence-transformers/all-MiniLM-L6-v2, quantised; Apache-2.0"),
    BGE_SMALL(
            "bge-small-en-v1.5",
            "bge-small-en-v1.5-q",
            Pooling.CLS,
            512,
            20,
            "BAAI/bge-small-en-v1.5, quantised; MIT");

    private final String title;
    private final String files;
    private final Pooling pooling;
    private final int tokensMax;
    private final long price;
    private final String about;

    /**
     * @param title what clients call it
     * @param files how its files are named in the package, without their endings
     * @param price micro-credits for a work unit
     */
    BuiltIn(String title, String files, Pooling pooling, int tokensMax, long price, String about) {
        this.title = title;
        this.files = files;
        this.pooling = pooling;
        this.tokensMax = tokensMax;
        this.price = price;
        this.about = about;
    }

    /** What it is and under which licence. */
    public String about() {
        return about;
    }

    public Recipe recipe() {
        return new Recipe(
                new ModelId(title),
                "model.onnx",
                "tokenizer.json",
                pooling,
                384,
                "int8",
                tokensMax,
                price);
    }

    /** The model of this name, if one comes with us. */
    public static Optional<BuiltIn> named(String name) {
        return Arrays.stream(values()).filter(model -> model.title.equals(name)).findFirst();
    }

    /** All names. */
    public static List<String> names() {
        return Arrays.stream(values()).map(model -> model.title).toList();
    }

    /** Writes the files into {@code directory} under the names that the recipe gives them. */
    public void unpack(Path directory) throws IOException {
        copy("/" + files + ".onnx", directory.resolve(recipe().onnx()));
        copy("/" + files + "-tokenizer.json", directory.resolve(recipe().tokenizer()));
    }

    private static void copy(String resource, Path target) throws IOException {
        try (InputStream in = BuiltIn.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IOException("the model file " + resource + " is not in this package");
            }
            Files.copy(in, target, StandardCopyOption.REPLACE_EXISTING);
        }
    }
}
