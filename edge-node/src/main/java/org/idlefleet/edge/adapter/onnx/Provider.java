package org.idlefleet.edge.adapter.onnx;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtProvider;
import ai.onnxruntime.OrtSession.SessionOptions;
import ai.onnxruntime.providers.NNAPIFlags;
import ai.onnxruntime.providers.OrtCUDAProviderOptions;
import ai.onnxruntime.providers.OrtTensorRTProviderOptions;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** An execution provider of ONNX Runtime that a node may compute with. */
enum Provider {
    CUDA(OrtProvider.CUDA, true),
    COREML(OrtProvider.CORE_ML, true),
    QNN(OrtProvider.QNN, true),
    NNAPI(OrtProvider.NNAPI, true),
    OPENVINO(OrtProvider.OPEN_VINO, true),
    /** Builds an engine for minutes on first use, so it is never chosen unasked. */
    TENSORRT(OrtProvider.TENSOR_RT, false),
    /** Rarely better than the plain processor provider, so it is never chosen unasked. */
    XNNPACK(OrtProvider.XNNPACK, false),
    CPU(OrtProvider.CPU, true);

    private final OrtProvider ort;
    private final boolean unasked;

    Provider(OrtProvider ort, boolean unasked) {
        this.ort = ort;
        this.unasked = unasked;
    }

    /** The name used in configuration. */
    String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    OrtProvider ort() {
        return ort;
    }

    /** Whether {@code auto} may choose it. */
    boolean unasked() {
        return unasked;
    }

    /** The provider of that name; an unknown one is an {@link IllegalArgumentException}. */
    static Provider ofKey(String key) {
        for (Provider provider : values()) {
            if (provider.key().equals(key)) {
                return provider;
            }
        }
        throw new IllegalArgumentException(
                "no execution provider is called '"
                        + key
                        + "'; there are auto, "
                        + Arrays.stream(values())
                                .map(Provider::key)
                                .collect(Collectors.joining(", ")));
    }

    /** Adds the provider to a session's options. */
    void addTo(SessionOptions session, SortedMap<String, String> options) throws OrtException {
        Map<String, String> rest = new TreeMap<>(options);
        String device = rest.remove("device");
        switch (this) {
            case CUDA -> {
                try (var cuda = new OrtCUDAProviderOptions(number(device))) {
                    for (var option : rest.entrySet()) {
                        cuda.add(option.getKey(), option.getValue());
                    }
                    session.addCUDA(cuda);
                }
            }
            case TENSORRT -> {
                try (var tensorRt = new OrtTensorRTProviderOptions(number(device))) {
                    for (var option : rest.entrySet()) {
                        tensorRt.add(option.getKey(), option.getValue());
                    }
                    session.addTensorrt(tensorRt);
                }
            }
            case OPENVINO -> session.addOpenVINO(device == null ? "" : device);
            case COREML -> session.addCoreML(rest);
            case QNN -> session.addQnn(rest);
            case XNNPACK -> session.addXnnpack(rest);
            case NNAPI -> session.addNnapi(flags(rest));
            case CPU -> {}
        }
    }

    private static int number(@Nullable String device) {
        return device == null ? 0 : Integer.parseInt(device);
    }

    private static EnumSet<NNAPIFlags> flags(Map<String, String> options) {
        var flags = EnumSet.noneOf(NNAPIFlags.class);
        options.forEach((name, value) -> {
            if (Boolean.parseBoolean(value)) {
                flags.add(NNAPIFlags.valueOf(name.toUpperCase(Locale.ROOT)));
            }
        });
        return flags;
    }
}
