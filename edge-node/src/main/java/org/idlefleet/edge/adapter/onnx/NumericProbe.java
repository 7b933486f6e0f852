package org.idlefleet.edge.adapter.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions.OptLevel;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import com.google.protobuf.UnknownFieldSet.Field;

import org.idlefleet.protocol.Digest;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Measures how this machine computes, by a small known graph: its results, to the bit, are the
 * machine's fingerprint. A product of bytes whose partial sums overflow 16 bits tells processors
 * that saturate (AVX2) from those that don't (VNNI and its like); a product of odd numbers above
 * 2^11, exact in 32-bit floats whatever the order of summing, tells those from TF32, 16-bit floats
 * and bfloat16; an error function, an exponential and a hyperbolic tangent tell libraries apart.
 */
final class NumericProbe {
    /** Shown where the graph can't be run: a class of its own that nobody shares by chance. */
    static final String FAILED = "failed";

    static final int ROWS = 4;
    static final int DEPTH = 64;
    static final int WIDTH = 16;

    private static final Logger LOG = LoggerFactory.getLogger(NumericProbe.class);

    // Numbers of types and attributes in onnx.proto.
    private static final int FLOAT = 1;
    private static final int INT8 = 3;
    private static final int ATTRIBUTE_INT = 2;

    private NumericProbe() {}

    /** Eight hexadecimal digits, or {@link #FAILED}. */
    static String fingerprint(OrtEnvironment runtime, Provider provider, EngineOptions options) {
        try {
            var bytes = new ByteArrayOutputStream();
            for (float[][] output : run(runtime, provider, options)) {
                for (float[] row : output) {
                    ByteBuffer raw = ByteBuffer.allocate(row.length * Float.BYTES);
                    raw.asFloatBuffer().put(row);
                    bytes.writeBytes(raw.array());
                }
            }
            return Digest.of(bytes.toByteArray()).hex().substring(0, 8);
        } catch (OrtException e) {
            LOG.warn("the numeric probe does not run with {}", provider.key(), e);
            return FAILED;
        }
    }

    /** What the graph gives: bytes' product, floats' product, and three functions of the latter. */
    static List<float[][]> run(OrtEnvironment runtime, Provider provider, EngineOptions options)
            throws OrtException {
        try (var settings = new OrtSession.SessionOptions()) {
            settings.setIntraOpNumThreads(1);
            settings.setInterOpNumThreads(1);
            settings.setOptimizationLevel(options.optimise() ? OptLevel.ALL_OPT : OptLevel.NO_OPT);
            provider.addTo(settings, options.options());
            try (OrtSession session = runtime.createSession(model(), settings);
                    OnnxTensor input =
                            OnnxTensor.createTensor(
                                    runtime, FloatBuffer.wrap(input()), new long[] {ROWS, DEPTH});
                    OrtSession.Result result = session.run(Map.of("x", input))) {
                var outputs = new float[5][][];
                int next = 0;
                for (Map.Entry<String, OnnxValue> output : result) {
                    outputs[next++] = (float[][]) output.getValue().getValue();
                }
                return Arrays.asList(outputs);
            }
        }
    }

    /** Odd numbers that need 12 bits; as bytes they lie near 255. */
    static float[] input() {
        var input = new float[ROWS * DEPTH];
        for (int i = 0; i < input.length; i++) {
            input[i] = 2049 + 2 * (i * 31 % 63);
        }
        return input;
    }

    /** Weights of the floats' product: small whole numbers, so that every sum is exact. */
    static float[] floatWeights() {
        var weights = new float[DEPTH * WIDTH];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = i / WIDTH * 7 % 7 == i % 5 ? 3 : i * 13 % 7 - 3;
        }
        return weights;
    }

    /** Weights of the bytes' product: two neighbours times 255 are more than 16 bits hold. */
    static byte[] byteWeights() {
        var weights = new byte[DEPTH * WIDTH];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = (byte) (i / WIDTH % (i % WIDTH + 2) == 0 ? -100 : 127);
        }
        return weights;
    }

    private static byte[] model() {
        ByteBuffer floats =
                ByteBuffer.allocate(DEPTH * WIDTH * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        floats.asFloatBuffer().put(floatWeights());
        ByteBuffer scale = ByteBuffer.allocate(Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        scale.putFloat(0, 0x1p-17f);
        var graph =
                new Message()
                        .put(1, node("DynamicQuantizeLinear", List.of("x"), "q", "qs", "qz"))
                        .put(1, node("MatMulInteger", List.of("q", "bytes"), "i"))
                        .put(1, node("Cast", List.of("i"), "whole").put(5, castToFloat()))
                        .put(1, node("MatMul", List.of("x", "floats"), "h"))
                        .put(1, node("Mul", List.of("h", "scale"), "g"))
                        .put(1, node("Erf", List.of("g"), "e"))
                        .put(1, node("Softmax", List.of("g"), "p"))
                        .put(1, node("Tanh", List.of("g"), "t"))
                        .put(2, "probe")
                        .put(5, tensor("bytes", INT8, byteWeights(), DEPTH, WIDTH))
                        .put(5, tensor("floats", FLOAT, floats.array(), DEPTH, WIDTH))
                        .put(5, tensor("scale", FLOAT, scale.array(), 1))
                        .put(11, value("x", DEPTH));
        for (String output : List.of("whole", "h", "e", "p", "t")) {
            graph.put(12, value(output, WIDTH));
        }
        return new Message()
                .put(1, 8)
                .put(7, graph)
                .put(8, new Message().put(1, "").put(2, 17))
                .bytes()
                .toByteArray();
    }

    private static Message node(String operator, List<String> inputs, String... outputs) {
        var node = new Message();
        inputs.forEach(input -> node.put(1, input));
        for (String output : outputs) {
            node.put(2, output);
        }
        return node.put(4, operator);
    }

    private static Message castToFloat() {
        return new Message().put(1, "to").put(3, FLOAT).put(20, ATTRIBUTE_INT);
    }

    private static Message tensor(String name, int type, byte[] raw, long... dimensions) {
        var tensor = new Message();
        for (long dimension : dimensions) {
            tensor.put(1, dimension);
        }
        return tensor.put(2, type).put(8, name).put(9, ByteString.copyFrom(raw));
    }

    private static Message value(String name, long width) {
        var shape =
                new Message()
                        .put(1, new Message().put(1, ROWS))
                        .put(1, new Message().put(1, width));
        return new Message()
                .put(1, name)
                .put(2, new Message().put(1, new Message().put(1, FLOAT).put(2, shape)));
    }

    /** A message of onnx.proto by its fields' numbers. */
    private static final class Message {
        private final UnknownFieldSet.Builder fields = UnknownFieldSet.newBuilder();

        Message put(int field, long value) {
            fields.mergeField(field, Field.newBuilder().addVarint(value).build());
            return this;
        }

        Message put(int field, ByteString value) {
            fields.mergeField(field, Field.newBuilder().addLengthDelimited(value).build());
            return this;
        }

        Message put(int field, String value) {
            return put(field, ByteString.copyFrom(value, StandardCharsets.UTF_8));
        }

        Message put(int field, Message value) {
            return put(field, value.bytes());
        }

        ByteString bytes() {
            return fields.build().toByteString();
        }
    }
}
