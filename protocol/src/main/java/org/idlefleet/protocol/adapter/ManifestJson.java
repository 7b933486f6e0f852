package org.idlefleet.protocol.adapter;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.idlefleet.protocol.Digest;
import org.idlefleet.protocol.ModelId;
import org.idlefleet.protocol.ModelManifest;
import org.idlefleet.protocol.ModelManifest.Comparator;
import org.idlefleet.protocol.ModelManifest.FileRole;
import org.idlefleet.protocol.ModelManifest.Limits;
import org.idlefleet.protocol.ModelManifest.ModelFile;
import org.idlefleet.protocol.ModelManifest.Pooling;
import org.idlefleet.protocol.ModelManifest.Probe;
import org.idlefleet.protocol.ModelManifest.Task;
import org.idlefleet.protocol.ModelManifest.Tolerance;
import org.idlefleet.protocol.NumericClass;

import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

import java.util.List;
import java.util.Locale;

/**
 * A model manifest as JSON. The bytes that {@link #write} gives are what the digest is taken of and
 * what travels; reading is strict, and a key it does not know is an error.
 */
public final class ManifestJson {
    /** Most bytes of a manifest. */
    public static final int BYTES_MAX = 256 << 10;

    private ManifestJson() {}

    /** The manifest's bytes, UTF-8. */
    public static byte[] write(ModelManifest manifest) {
        Task.Embedding embedding =
                switch (manifest.task()) {
                    case Task.Embedding task -> task;
                };
        var content =
                new Content(
                        1,
                        manifest.model().value(),
                        new TaskContent(
                                "embedding",
                                embedding.pooling().name().toLowerCase(Locale.ROOT),
                                embedding.dimensions()),
                        manifest.files().stream().map(FileContent::of).toList(),
                        manifest.precision(),
                        new LimitsContent(
                                manifest.limits().tokensMax(), manifest.limits().batchItems()),
                        ComparatorContent.of(manifest.comparator()),
                        manifest.priceMicrosPerWorkUnit(),
                        new ProbeContent(manifest.probe().text(), manifest.probe().embedding()));
        ObjectNode json = RecordTree.of(content);
        if (manifest.comparator().tolerances().isEmpty()) {
            ((ObjectNode) json.path("comparator")).remove("tolerances");
        }
        return Json.pretty(json).getBytes(UTF_8);
    }

    /**
     * Reads a manifest; anything that is not one is an {@link IllegalArgumentException} that says
     * why.
     */
    public static ModelManifest read(byte[] bytes) {
        if (bytes.length > BYTES_MAX) {
            throw new IllegalArgumentException(
                    "a model manifest has at most " + BYTES_MAX + " bytes, found " + bytes.length);
        }
        JsonNode json;
        try {
            json = Json.read(bytes);
        } catch (JacksonException e) {
            throw new IllegalArgumentException(
                    "the model manifest is no JSON: " + e.getOriginalMessage(), e);
        }
        if (json.path("comparator") instanceof ObjectNode comparator
                && !comparator.has("tolerances")) {
            comparator.putArray("tolerances");
        }
        Content content;
        try {
            content = RecordTree.read(json, Content.class, true);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "the model manifest is not what is expected: " + e.getMessage(), e);
        }
        return content.manifest();
    }

    record Content(
            int manifestVersion,
            String model,
            TaskContent task,
            List<FileContent> files,
            String precision,
            LimitsContent limits,
            ComparatorContent comparator,
            long priceMicrosPerWorkUnit,
            ProbeContent probe) {
        ModelManifest manifest() {
            if (manifestVersion != 1) {
                throw new IllegalArgumentException(
                        "manifestVersion 1 is expected, found " + manifestVersion);
            }
            return new ModelManifest(
                    new ModelId(model),
                    task.task(),
                    files.stream().map(FileContent::file).toList(),
                    precision,
                    new Limits(limits.tokensMax(), limits.batchItems()),
                    comparator.comparator(),
                    priceMicrosPerWorkUnit,
                    new Probe(probe.text(), probe.embedding()));
        }
    }

    record TaskContent(String kind, String pooling, int dimensions) {
        Task task() {
            if (!kind.equals("embedding")) {
                throw new IllegalArgumentException(
                        "task kind 'embedding' is expected, found '" + kind + "'");
            }
            return new Task.Embedding(constant(Pooling.class, pooling), dimensions);
        }
    }

    record FileContent(String name, String role, String sha256, long bytes) {
        static FileContent of(ModelFile file) {
            return new FileContent(
                    file.name(),
                    file.role().name().toLowerCase(Locale.ROOT),
                    file.digest().hex(),
                    file.bytes());
        }

        ModelFile file() {
            return new ModelFile(name, constant(FileRole.class, role), Digest.ofHex(sha256), bytes);
        }
    }

    record LimitsContent(int tokensMax, int batchItems) {}

    /** Without tolerances it has no such key, as in the manifests that were written first. */
    record ComparatorContent(int version, double agree, List<ToleranceContent> tolerances) {
        static ComparatorContent of(Comparator comparator) {
            return new ComparatorContent(
                    comparator.version(),
                    comparator.agree(),
                    comparator.tolerances().stream().map(ToleranceContent::of).toList());
        }

        Comparator comparator() {
            return new Comparator(
                    version, agree, tolerances.stream().map(ToleranceContent::tolerance).toList());
        }
    }

    record ToleranceContent(String a, String b, double agree) {
        static ToleranceContent of(Tolerance tolerance) {
            return new ToleranceContent(
                    tolerance.a().toString(), tolerance.b().toString(), tolerance.agree());
        }

        Tolerance tolerance() {
            return new Tolerance(NumericClass.parse(a), NumericClass.parse(b), agree);
        }
    }

    record ProbeContent(String text, List<Float> embedding) {}

    private static <E extends Enum<E>> E constant(Class<E> type, String word) {
        for (E value : type.getEnumConstants()) {
            if (value.name().toLowerCase(Locale.ROOT).equals(word)) {
                return value;
            }
        }
        throw new IllegalArgumentException(
                type.getSimpleName()
                        + " is one of "
                        + List.of(type.getEnumConstants())
                        + " in lower case, found '"
                        + word
                        + "'");
    }
}
