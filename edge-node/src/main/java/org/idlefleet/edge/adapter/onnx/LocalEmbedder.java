package org.idlefleet.edge.adapter.onnx;

import org.idlefleet.edge.Abort;
import org.idlefleet.edge.Engine;
import org.idlefleet.edge.EngineException;
import org.idlefleet.edge.ShardOutcome;
import org.idlefleet.protocol.EmbeddingOutput;
import org.idlefleet.protocol.ItemKind;
import org.idlefleet.protocol.ModelManifest;
import org.idlefleet.protocol.NumericClass;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/**
 * An embedding model on this machine, without a network: what the fleet's answers are held against,
 * and what computes a new model's probe. Thread-safe.
 */
public final class LocalEmbedder implements AutoCloseable {
    private final Engine engine;
    private final Engine.LoadedModel model;
    private final int dimensions;

    private LocalEmbedder(Engine engine, Engine.LoadedModel model) {
        this.engine = engine;
        this.model = model;
        this.dimensions =
                switch (model.manifest().task()) {
                    case ModelManifest.Task.Embedding task -> task.dimensions();
                };
    }

    /**
     * Opens a model whose files lie in {@code directory} under the names of the manifest; neither
     * their digests nor the probe are checked.
     */
    public static LocalEmbedder open(ModelManifest manifest, Path directory, EngineOptions options)
            throws EngineException {
        Engine engine = OnnxEngine.open(options);
        return new LocalEmbedder(engine, engine.load(manifest, directory));
    }

    /** How this machine computes. */
    public NumericClass numericClass() {
        return engine.numericClass();
    }

    /**
     * Embeds texts as a node embeds a shard of them, batch by batch. A text that the model does not
     * take is an {@link IllegalArgumentException}.
     */
    public EmbeddingOutput embed(List<String> texts) {
        return embed(
                ItemKind.TEXT,
                texts.stream().map(text -> text.getBytes(StandardCharsets.UTF_8)).toList());
    }

    /** Embeds items as they stand on the wire. */
    public EmbeddingOutput embed(ItemKind kind, List<byte[]> items) {
        return switch (model.run(kind, items, new Abort())) {
            case ShardOutcome.Done done -> EmbeddingOutput.read(done.output(), dimensions);
            case ShardOutcome.Refused refused ->
                    throw new IllegalArgumentException(refused.detail());
            case ShardOutcome.Aborted _ -> throw new IllegalStateException("nobody stopped it");
        };
    }

    @Override
    public void close() {
        model.close();
        engine.close();
    }
}
