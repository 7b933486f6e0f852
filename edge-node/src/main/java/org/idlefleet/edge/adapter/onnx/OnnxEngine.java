package org.idlefleet.edge.adapter.onnx;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtProvider;

import org.idlefleet.edge.Engine;
import org.idlefleet.edge.EngineException;
import org.idlefleet.edge.adapter.scan.ModelScan;
import org.idlefleet.edge.adapter.scan.Refusal;
import org.idlefleet.protocol.ModelManifest;
import org.idlefleet.protocol.NumericClass;
import org.idlefleet.protocol.adapter.Sentence;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** ONNX Runtime in this process. */
public final class OnnxEngine implements Engine {
    private final OrtEnvironment runtime;
    private final EngineOptions options;
    private final ProviderChoice choice;
    private final String probe;

    private OnnxEngine(OrtEnvironment runtime, EngineOptions options, ProviderChoice choice) {
        this.runtime = runtime;
        this.options = options;
        this.choice = choice;
        this.probe = NumericProbe.fingerprint(runtime, choice.provider(), options);
    }

    /**
     * Loads the runtime and finds the provider that works here; an unknown provider's name is an
     * {@link IllegalArgumentException}.
     */
    public static OnnxEngine open(EngineOptions options) {
        // Warnings of the runtime speak to its developers; errors come as exceptions.
        OrtEnvironment runtime =
                OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL);
        return new OnnxEngine(runtime, options, ProviderChoice.make(runtime, options));
    }

    /** Keys of the providers that this build has, whether or not they work here. */
    public static List<String> compiledIn() {
        Set<OrtProvider> there = OrtEnvironment.getAvailableProviders();
        return Arrays.stream(Provider.values())
                .filter(provider -> there.contains(provider.ort()))
                .map(Provider::key)
                .toList();
    }

    /** Loads all native code that computing takes. */
    public static void loadLibraries() {
        OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL);
        TextTokenizer.loadLibrary();
    }

    /** The execution provider that computes, such as {@code cpu}. */
    public String provider() {
        return choice.provider().key();
    }

    /** Providers that were preferred to {@link #provider} and why they can't be had. */
    public List<String> fallbacks() {
        return choice.fallbacks();
    }

    /**
     * {@inheritDoc}
     *
     * <p>Precision is {@code model}: the runtime computes in what the model's weights are in. A
     * runtime that may not optimise is a build of its own, {@code -plain}. The probe was measured
     * when the engine was opened.
     */
    @Override
    public NumericClass numericClass() {
        return new NumericClass(
                "ort-" + runtime.getVersion() + (options.optimise() ? "" : "-plain"),
                choice.provider().name(),
                "model",
                ProcessorClass.here(),
                probe);
    }

    /**
     * {@inheritDoc}
     *
     * <p>The runtime sees no file that {@link ModelScan} refuses.
     */
    @Override
    public LoadedModel load(ModelManifest manifest, Path directory) throws EngineException {
        try {
            Optional<Refusal> refusal = ModelScan.refusal(manifest, directory);
            if (refusal.isPresent()) {
                throw new EngineException(manifest.model() + " is refused: " + refusal.get());
            }
        } catch (IOException e) {
            throw new EngineException(manifest.model() + " can't be read: " + Sentence.of(e), e);
        }
        return OnnxEmbedding.open(runtime, choice.provider(), options, manifest, directory);
    }

    /** The runtime in this process asks nobody. */
    @Override
    public void permit() {}

    /** Each run has its own word to stop; models stay. */
    @Override
    public void stop() {}

    /** The runtime itself lives as long as the process. */
    @Override
    public void close() {}
}
