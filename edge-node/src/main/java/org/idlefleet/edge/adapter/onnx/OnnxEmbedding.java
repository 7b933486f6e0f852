package org.idlefleet.edge.adapter.onnx;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions.OptLevel;
import ai.onnxruntime.TensorInfo;

import org.idlefleet.edge.Abort;
import org.idlefleet.edge.Engine;
import org.idlefleet.edge.EngineException;
import org.idlefleet.edge.ShardOutcome;
import org.idlefleet.protocol.EmbeddingOutput;
import org.idlefleet.protocol.ItemKind;
import org.idlefleet.protocol.ModelManifest;
import org.idlefleet.protocol.ModelManifest.FileRole;
import org.idlefleet.protocol.ModelManifest.Task;
import org.idlefleet.protocol.NodeMessage.RefuseReason;
import org.jspecify.annotations.Nullable;

import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/** A text-embedding model in ONNX Runtime. Runs share the session; each has its own workspace. */
final class OnnxEmbedding implements Engine.LoadedModel {
    private static final String IDS = "input_ids";
    private static final String MASK = "attention_mask";
    private static final String TYPES = "token_type_ids";

    private final OrtEnvironment runtime;
    private final ModelManifest manifest;
    private final Task.Embedding task;
    private final OrtSession session;
    private final String output;
    private final @Nullable TextTokenizer tokenizer;
    private final ItemReader reader;
    private final ConcurrentLinkedQueue<Workspace> workspaces = new ConcurrentLinkedQueue<>();
    private final ReentrantReadWriteLock inUse = new ReentrantReadWriteLock();

    private OnnxEmbedding(
            OrtEnvironment runtime,
            ModelManifest manifest,
            Task.Embedding task,
            OrtSession session,
            @Nullable TextTokenizer tokenizer)
            throws EngineException, OrtException {
        this.runtime = runtime;
        this.manifest = manifest;
        this.task = task;
        this.session = session;
        this.tokenizer = tokenizer;
        this.reader = new ItemReader(tokenizer, manifest.limits().tokensMax());
        this.output = hiddenState(session, manifest, task);
        checkInputs(session, manifest);
    }

    static OnnxEmbedding open(
            OrtEnvironment runtime,
            Provider provider,
            EngineOptions options,
            ModelManifest manifest,
            Path directory)
            throws EngineException {
        Task.Embedding task =
                switch (manifest.task()) {
                    case Task.Embedding embedding -> embedding;
                };
        TextTokenizer tokenizer = tokenizer(manifest, directory);
        Path graph = directory.resolve(file(manifest, FileRole.ONNX).name());
        OrtSession session = null;
        try (var settings = new OrtSession.SessionOptions()) {
            settings.setIntraOpNumThreads(options.threads());
            settings.setInterOpNumThreads(1);
            settings.setOptimizationLevel(options.optimise() ? OptLevel.ALL_OPT : OptLevel.NO_OPT);
            // A thread that spins while it waits takes the owner's processor for nothing.
            settings.addConfigEntry("session.intra_op.allow_spinning", "0");
            provider.addTo(settings, options.options());
            session = runtime.createSession(graph.toString(), settings);
            return new OnnxEmbedding(runtime, manifest, task, session, tokenizer);
        } catch (OrtException | EngineException e) {
            close(session);
            if (tokenizer != null) {
                tokenizer.close();
            }
            throw new EngineException(
                    manifest.model() + " did not load from " + graph + ": " + e.getMessage(), e);
        }
    }

    private static @Nullable TextTokenizer tokenizer(ModelManifest manifest, Path directory)
            throws EngineException {
        for (ModelManifest.ModelFile file : manifest.files()) {
            if (file.role() == FileRole.TOKENIZER) {
                return TextTokenizer.open(directory.resolve(file.name()));
            }
        }
        return null;
    }

    private static ModelManifest.ModelFile file(ModelManifest manifest, FileRole role)
            throws EngineException {
        return manifest.files().stream()
                .filter(file -> file.role() == role)
                .findFirst()
                .orElseThrow(
                        () -> new EngineException(manifest.model() + " has no " + role + " file"));
    }

    /** The output that holds a vector a token: [batch, tokens, dimensions]. */
    private static String hiddenState(
            OrtSession session, ModelManifest manifest, Task.Embedding task)
            throws EngineException, OrtException {
        for (var entry : session.getOutputInfo().entrySet()) {
            if (entry.getValue().getInfo() instanceof TensorInfo tensor
                    && tensor.getShape().length == 3
                    && tensor.type == OnnxJavaType.FLOAT) {
                long width = tensor.getShape()[2];
                if (width >= 0 && width != task.dimensions()) {
                    throw new EngineException(
                            manifest.model()
                                    + " has vectors of "
                                    + width
                                    + ", its manifest says "
                                    + task.dimensions());
                }
                return entry.getKey();
            }
        }
        throw new EngineException(
                manifest.model()
                        + " has no float output of [batch, tokens, dimensions], only "
                        + session.getOutputNames());
    }

    private static void checkInputs(OrtSession session, ModelManifest manifest)
            throws EngineException {
        Set<String> names = session.getInputNames();
        if (!names.contains(IDS) || !Set.of(IDS, MASK, TYPES).containsAll(names)) {
            throw new EngineException(
                    manifest.model()
                            + " wants inputs "
                            + names
                            + "; an embedding model takes "
                            + IDS
                            + ", "
                            + MASK
                            + " and "
                            + TYPES);
        }
    }

    @Override
    public ModelManifest manifest() {
        return manifest;
    }

    @Override
    public ShardOutcome run(ItemKind kind, List<byte[]> items, Abort abort) {
        inUse.readLock().lock();
        Workspace workspace = workspaces.poll();
        workspace = workspace == null ? new Workspace() : workspace;
        try {
            var tokens = new ArrayList<int[]>(items.size());
            for (int i = 0; i < items.size() && !abort.requested(); i++) {
                tokens.add(reader.read(kind, i, items.get(i)));
            }
            var result = EmbeddingOutput.create(items.size(), task.dimensions());
            var pooler = new Pooler(task.pooling(), task.dimensions());
            for (int[] batch : Batches.of(tokens, manifest.limits().batchItems())) {
                if (abort.requested()) {
                    return new ShardOutcome.Aborted();
                }
                run(batch, tokens, workspace, pooler, result, abort);
            }
            return abort.requested()
                    ? new ShardOutcome.Aborted()
                    : new ShardOutcome.Done(result.raw());
        } catch (ItemReader.BadItem e) {
            return new ShardOutcome.Refused(RefuseReason.INPUT, String.valueOf(e.getMessage()));
        } catch (OrtException e) {
            return abort.requested() ? new ShardOutcome.Aborted() : refused(e);
        } catch (OutOfMemoryError e) {
            return new ShardOutcome.Refused(RefuseReason.MEMORY, String.valueOf(e.getMessage()));
        } finally {
            workspaces.add(workspace);
            inUse.readLock().unlock();
        }
    }

    private static ShardOutcome refused(OrtException e) {
        String message = String.valueOf(e.getMessage());
        boolean memory = message.contains("allocate memory") || message.contains("bad_alloc");
        return new ShardOutcome.Refused(
                memory ? RefuseReason.MEMORY : RefuseReason.RUNTIME, message);
    }

    private void run(
            int[] batch,
            List<int[]> tokens,
            Workspace workspace,
            Pooler pooler,
            EmbeddingOutput result,
            Abort abort)
            throws OrtException {
        int length = tokens.get(batch[batch.length - 1]).length;
        workspace.fit(batch.length, length, task.dimensions());
        fill(batch, tokens, length, workspace);
        long[] shape = {batch.length, length};
        long[] hiddenShape = {batch.length, length, task.dimensions()};
        try (var feeds = new Tensors();
                var hidden = OnnxTensor.createTensor(runtime, workspace.hidden(), hiddenShape);
                var options = new OrtSession.RunOptions();
                var _ = abort.during(() -> terminate(options))) {
            Map<String, OnnxTensor> inputs = feeds.of(workspace, shape);
            session.run(inputs, Set.of(), Map.of(output, hidden), options).close();
        }
        FloatBuffer vectors = workspace.hidden();
        for (int row = 0; row < batch.length; row++) {
            int count = tokens.get(batch[row]).length;
            result.set(batch[row], count, pooler.pool(vectors, row * length, count));
        }
    }

    private void fill(int[] batch, List<int[]> tokens, int length, Workspace workspace) {
        int padding = tokenizer == null ? 0 : tokenizer.padding();
        LongBuffer ids = workspace.ids();
        LongBuffer mask = workspace.mask();
        int at = 0;
        for (int item : batch) {
            int[] row = tokens.get(item);
            for (int i = 0; i < length; i++) {
                boolean real = i < row.length;
                ids.put(at, real ? row[i] : padding);
                mask.put(at++, real ? 1 : 0);
            }
        }
    }

    private static void terminate(OrtSession.RunOptions options) {
        try {
            options.setTerminate(true);
        } catch (OrtException e) {
            throw new IllegalStateException("ONNX Runtime did not take the terminate flag", e);
        }
    }

    /** Frees the session once no run uses it. */
    @Override
    public void close() {
        inUse.writeLock().lock();
        try {
            close(session);
            if (tokenizer != null) {
                tokenizer.close();
            }
        } finally {
            inUse.writeLock().unlock();
        }
    }

    private static void close(@Nullable OrtSession session) {
        try {
            if (session != null) {
                session.close();
            }
        } catch (OrtException e) {
            throw new IllegalStateException("ONNX Runtime did not close a session", e);
        }
    }

    /** The input tensors of one run. */
    private final class Tensors implements AutoCloseable {
        private final Map<String, OnnxTensor> tensors = new LinkedHashMap<>();

        Map<String, OnnxTensor> of(Workspace workspace, long[] shape) throws OrtException {
            for (String name : session.getInputNames()) {
                LongBuffer buffer =
                        name.equals(IDS)
                                ? workspace.ids()
                                : name.equals(MASK) ? workspace.mask() : workspace.types();
                tensors.put(name, OnnxTensor.createTensor(runtime, buffer, shape));
            }
            return tensors;
        }

        @Override
        public void close() {
            tensors.values().forEach(OnnxTensor::close);
        }
    }
}
