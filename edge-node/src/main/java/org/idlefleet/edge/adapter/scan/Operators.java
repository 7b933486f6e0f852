package org.idlefleet.edge.adapter.scan;

import java.util.Set;

/**
 * The operators that a graph may name: all of ONNX itself, and of the runtime's own those that
 * optimised and quantised transformers use. Others are refused, so that a model can't reach the
 * parts of the runtime that load foreign code ({@code EPContext}, Python operators) or that nobody
 * here has looked at.
 */
final class Operators {
    /** The newest operator set of ONNX that the pinned runtime knows, with room for two more. */
    static final int OPSET_MAX = 28;

    static final int OPSET_MIN = 7;

    private static final Set<String> ONNX = Set.of("", "ai.onnx");
    private static final String RUNTIME = "com.microsoft";

    private static final Set<String> CONTRIBUTED =
            Set.of(
                    "Attention",
                    "BiasAdd",
                    "BiasGelu",
                    "BiasSoftmax",
                    "BiasSplitGelu",
                    "DequantizeLinear",
                    "DynamicQuantizeLSTM",
                    "DynamicQuantizeMatMul",
                    "EmbedLayerNormalization",
                    "FastGelu",
                    "FusedConv",
                    "FusedGemm",
                    "FusedMatMul",
                    "FusedMatMulActivation",
                    "GatherBlockQuantized",
                    "Gelu",
                    "GemmFastGelu",
                    "GroupNorm",
                    "GroupQueryAttention",
                    "MatMulInteger16",
                    "MatMulIntegerToFloat",
                    "MatMulNBits",
                    "MultiHeadAttention",
                    "NhwcConv",
                    "QAttention",
                    "QEmbedLayerNormalization",
                    "QGemm",
                    "QLinearAdd",
                    "QLinearAveragePool",
                    "QLinearConcat",
                    "QLinearConv",
                    "QLinearGlobalAveragePool",
                    "QLinearLeakyRelu",
                    "QLinearMul",
                    "QLinearReduceMean",
                    "QLinearSigmoid",
                    "QLinearSoftmax",
                    "QLinearWhere",
                    "QuantizeLinear",
                    "QuickGelu",
                    "RotaryEmbedding",
                    "SkipGroupNorm",
                    "SkipLayerNormalization",
                    "SkipSimplifiedLayerNormalization");

    private Operators() {}

    /** Whether a domain's operators are built into the runtime. */
    static boolean builtIn(String domain) {
        return ONNX.contains(domain)
                || domain.startsWith("com.microsoft")
                || domain.startsWith("ai.onnx");
    }

    /** Whether a domain is ONNX itself. */
    static boolean onnx(String domain) {
        return ONNX.contains(domain);
    }

    /** Whether a built-in operator may be used. */
    static boolean allowed(String domain, String operator) {
        return ONNX.contains(domain) || domain.equals(RUNTIME) && CONTRIBUTED.contains(operator);
    }
}
