package org.idlefleet.figures.edge;

import com.google.protobuf.CodedOutputStream;

import org.idlefleet.cli.model.BuiltIn;
import org.idlefleet.protocol.Digest;
import org.idlefleet.protocol.ModelId;
import org.idlefleet.protocol.ModelManifest;
import org.idlefleet.protocol.ModelManifest.FileRole;
import org.idlefleet.protocol.ModelManifest.ModelFile;
import org.jspecify.annotations.Nullable;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * A model whose graph has one node that takes about a second. ONNX Runtime looks at its terminate
 * flag between nodes, so nothing but the supervisor stops this one.
 */
final class LongNode {
    private static final String GRAPH = "long-node.onnx";

    /** Rows and columns of the two matrices that are multiplied: 58e9 operations. */
    private static final int SIDE = 3_072;

    private static final int FLOAT = 1;
    private static final int INT64 = 7;

    private LongNode() {}

    /** Fields of a protobuf message. */
    private interface Fields {
        void write(CodedOutputStream out) throws IOException;
    }

    /** Writes the graph beside the files of {@link BuiltIn#ALL_MINILM}, whose tokenizer it uses. */
    static void write(Path directory) throws IOException {
        Files.write(directory.resolve(GRAPH), model());
    }

    /**
     * Of the model in {@code directory}.
     *
     * @param like the manifest of {@link BuiltIn#ALL_MINILM} there
     */
    static ModelManifest manifest(Path directory, ModelManifest like) throws IOException {
        byte[] graph = Files.readAllBytes(directory.resolve(GRAPH));
        return new ModelManifest(
                new ModelId("long-node"),
                new ModelManifest.Task.Embedding(ModelManifest.Pooling.MEAN, 1),
                Stream.concat(
                                Stream.of(
                                        new ModelFile(
                                                GRAPH,
                                                FileRole.ONNX,
                                                Digest.of(graph),
                                                graph.length)),
                                like.files().stream()
                                        .filter(file -> file.role() == FileRole.TOKENIZER))
                        .toList(),
                "fp32",
                like.limits(),
                new ModelManifest.Comparator(1, 0.01),
                like.priceMicrosPerWorkUnit(),
                new ModelManifest.Probe("probe", List.of(1f)));
    }

    /**
     * Every token's vector is its number plus the least entry of a large product that depends on
     * the input, so that it can't be computed beforehand. Field numbers: the ONNX schema, IR 8.
     */
    private static byte[] model() throws IOException {
        byte[] graph =
                message(out -> {
                    node(out, "Cast", attribute("to", FLOAT), "input_ids", "numbers");
                    node(out, "ReduceMax", attribute("keepdims", 0), "numbers", "largest");
                    node(out, "Expand", null, "largest", "side", "wide");
                    node(out, "MatMul", null, "wide", "wide", "product");
                    node(out, "ReduceMin", attribute("keepdims", 0), "product", "least");
                    node(out, "Unsqueeze", null, "numbers", "last", "column");
                    node(out, "Add", null, "column", "least", "last_hidden_state");
                    out.writeString(2, "long-node");
                    out.writeByteArray(5, integers("side", SIDE, SIDE));
                    out.writeByteArray(5, integers("last", 2));
                    out.writeByteArray(11, value("input_ids", INT64, "batch", "tokens"));
                    out.writeByteArray(
                            12, value("last_hidden_state", FLOAT, "batch", "tokens", ""));
                });
        return message(out -> {
            out.writeInt64(1, 8);
            out.writeByteArray(7, graph);
            out.writeByteArray(8, message(set -> set.writeInt64(2, 17)));
        });
    }

    private static void node(
            CodedOutputStream out, String operator, byte @Nullable [] attribute, String... names)
            throws IOException {
        byte[] node =
                message(fields -> {
                    for (int i = 0; i < names.length - 1; i++) {
                        fields.writeString(1, names[i]);
                    }
                    fields.writeString(2, names[names.length - 1]);
                    fields.writeString(4, operator);
                    if (attribute != null) {
                        fields.writeByteArray(5, attribute);
                    }
                });
        out.writeByteArray(1, node);
    }

    private static byte[] attribute(String name, long value) throws IOException {
        return message(out -> {
            out.writeString(1, name);
            out.writeInt64(3, value);
            out.writeInt32(20, 2);
        });
    }

    private static byte[] integers(String name, long... values) throws IOException {
        var bytes = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        for (long value : values) {
            bytes.putLong(value);
        }
        return message(out -> {
            out.writeInt64(1, values.length);
            out.writeInt32(2, INT64);
            out.writeString(8, name);
            out.writeByteArray(9, bytes.array());
        });
    }

    /** Dimensions by name; the one without a name is 1. */
    private static byte[] value(String name, int type, String... dimensions) throws IOException {
        byte[] shape =
                message(out -> {
                    for (String dimension : dimensions) {
                        out.writeByteArray(
                                1,
                                message(one -> {
                                    if (dimension.isEmpty()) {
                                        one.writeInt64(1, 1);
                                    } else {
                                        one.writeString(2, dimension);
                                    }
                                }));
                    }
                });
        byte[] tensor =
                message(out -> {
                    out.writeInt32(1, type);
                    out.writeByteArray(2, shape);
                });
        return message(out -> {
            out.writeString(1, name);
            out.writeByteArray(2, message(inner -> inner.writeByteArray(1, tensor)));
        });
    }

    private static byte[] message(Fields fields) throws IOException {
        var bytes = new ByteArrayOutputStream();
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        fields.write(out);
        out.flush();
        return bytes.toByteArray();
    }
}
