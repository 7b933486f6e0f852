package org.idlefleet.edge.adapter.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtProvider;
import ai.onnxruntime.OrtSession;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;

/**
 * The provider that works on this machine, and why those before it don't.
 *
 * <p>A provider that is compiled into the runtime may still find no device or driver, so each
 * candidate has to run a graph of one node before it is taken.
 */
record ProviderChoice(Provider provider, List<String> fallbacks) {
    static ProviderChoice make(OrtEnvironment runtime, EngineOptions options) {
        var fallbacks = new ArrayList<String>();
        EnumSet<OrtProvider> compiledIn = OrtEnvironment.getAvailableProviders();
        for (Provider candidate : candidates(options.provider())) {
            String problem =
                    compiledIn.contains(candidate.ort())
                            ? tryOut(runtime, candidate, options)
                            : "this build of ONNX Runtime does not have it";
            if (problem.isEmpty()) {
                return new ProviderChoice(candidate, fallbacks);
            }
            if (!options.provider().equals("auto") || compiledIn.contains(candidate.ort())) {
                fallbacks.add(candidate.key() + ": " + problem);
            }
        }
        return new ProviderChoice(Provider.CPU, fallbacks);
    }

    private static List<Provider> candidates(String wanted) {
        if (wanted.equals("auto")) {
            return Arrays.stream(Provider.values()).filter(Provider::unasked).toList();
        }
        return List.of(Provider.ofKey(wanted));
    }

    private static String tryOut(
            OrtEnvironment runtime, Provider candidate, EngineOptions options) {
        try (var session = new OrtSession.SessionOptions()) {
            candidate.addTo(session, options.options());
            try (var probe = runtime.createSession(TinyGraph.negation(), session);
                    var input = OnnxTensor.createTensor(runtime, new float[] {1.5f});
                    var result = probe.run(Map.of("x", input))) {
                float answer = ((float[]) result.get(0).getValue())[0];
                return answer == -1.5f ? "" : "it says that the negative of 1.5 is " + answer;
            }
        } catch (OrtException | IllegalArgumentException | UnsatisfiedLinkError e) {
            return String.valueOf(e.getMessage());
        }
    }
}
