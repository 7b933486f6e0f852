package org.idlefleet.figures.edge;

import org.idlefleet.cli.model.BuiltIn;
import org.idlefleet.edge.Abort;
import org.idlefleet.edge.Engine;
import org.idlefleet.edge.EngineException;
import org.idlefleet.edge.ShardOutcome;
import org.idlefleet.edge.adapter.config.EdgeConfig;
import org.idlefleet.edge.adapter.worker.WorkerEngine;
import org.idlefleet.edge.adapter.worker.WorkerLaunch;
import org.idlefleet.protocol.ItemKind;
import org.idlefleet.protocol.ModelManifest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Workers that are taken down at random moments of their life, and what the kernel then says of
 * them. One caller; Linux.
 */
final class Preemptions implements AutoCloseable {
    /** What the worker, or the daemon, is at when the gate closes. */
    enum Phase {
        LOADING,
        SINGLE_TEXTS,
        BIG_BATCH,
        LONG_NODE,
        IGNORING_THE_FLAG,
        GARBAGE_STORM,
        DOWNLOADING
    }

    /**
     * How one went.
     *
     * @param lastTickMillis from the word to stop to the last processor time seen before the kill
     * @param goneMillis from the word to stop to the end of the process and its memory
     * @param unfinished whether nothing came out of what was running
     */
    record Outcome(Phase phase, double lastTickMillis, double goneMillis, boolean unfinished) {}

    private static final List<byte[]> ONE = List.of(text("The car stands in the garage."));
    static final List<byte[]> MANY = Collections.nCopies(512, text("word ".repeat(120)));

    private final Random random;
    private final Path directory;
    private final Path download;
    private final ModelManifest manifest;
    private final ModelManifest longNode;
    private final WorkerEngine engine;
    private final ExecutorService lane = Executors.newSingleThreadExecutor();
    private final Thread gate = Thread.ofPlatform().daemon().unstarted(this::holdOpen);
    private final Map<Phase, Integer> reached = new EnumMap<>(Phase.class);
    private volatile boolean open = true;
    private volatile boolean storm;

    /**
     * @param directory with the models that {@link #models} puts there
     * @param name its own among those that run at the same time
     */
    Preemptions(Path directory, String name, long seed) throws IOException, EngineException {
        this.random = new Random(seed);
        this.directory = directory;
        this.download = directory.resolve(name + ".part");
        this.manifest = BuiltIn.ALL_MINILM.recipe().manifest(directory);
        this.longNode = LongNode.manifest(directory, manifest);
        this.engine = open(directory, name);
        gate.start();
    }

    /** Writes the models into {@code directory}. */
    static void models(Path directory) throws IOException {
        BuiltIn.ALL_MINILM.unpack(directory);
        LongNode.write(directory);
    }

    /** An engine whose workers read the models in {@code directory}. */
    static WorkerEngine open(Path directory, String name) throws EngineException {
        EdgeConfig config =
                EdgeConfig.load(
                        Optional.empty(),
                        Map.of(),
                        List.of(
                                "node.data=" + directory.resolve("edge-" + name),
                                "node.coordinator=localhost",
                                "engine.provider=cpu"));
        return WorkerEngine.open(
                WorkerLaunch.likeThis(), config.engine(), config.data(), directory);
    }

    /** Loads the model that was unpacked into {@code directory}. */
    static Engine.LoadedModel load(WorkerEngine engine, Path directory)
            throws IOException, EngineException {
        return engine.load(BuiltIn.ALL_MINILM.recipe().manifest(directory), directory);
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private void holdOpen() {
        while (open) {
            engine.permit();
            try {
                Thread.sleep(200);
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    /** How often each phase was hit. */
    Map<Phase, Integer> reached() {
        return new EnumMap<>(reached);
    }

    /** Workers killed by the ladder. */
    long killed() {
        return engine.killed();
    }

    /** Workers frozen by the ladder. */
    long frozen() {
        return engine.frozen();
    }

    /** Starts a worker, lets it work for a random while, closes the gate, watches. */
    Outcome next() throws EngineException, InterruptedException, ExecutionException {
        Phase phase = Phase.values()[random.nextInt(Phase.values().length)];
        reached.merge(phase, 1, Integer::sum);
        var abort = new Abort();
        var begun = new CountDownLatch(1);
        Future<Boolean> unfinished = lane.submit(() -> work(phase, abort, begun));
        begun.await();
        storm = phase == Phase.GARBAGE_STORM || phase == Phase.DOWNLOADING;
        Thread noise =
                Thread.ofPlatform()
                        .daemon()
                        .start(phase == Phase.DOWNLOADING ? this::download : this::litter);
        Thread.sleep(random.nextInt(150));
        long pid = awaitWorker();
        long killedBefore = engine.killed();
        long stopped = System.nanoTime();
        if (phase != Phase.IGNORING_THE_FLAG) {
            abort.request();
        }
        engine.stop();
        double lastTick = lastTick(pid, killedBefore, stopped);
        ProcessHandle.of(pid).ifPresent(process -> process.onExit().join());
        double gone = (System.nanoTime() - stopped) / 1e6;
        storm = false;
        noise.join();
        return new Outcome(phase, lastTick, gone, unfinished.get());
    }

    /** A worker that is still to be started is waited for: there is nothing to stop before. */
    private long awaitWorker() throws InterruptedException {
        Optional<Long> pid = engine.pid();
        for (int i = 0; pid.isEmpty() && i < 30_000; i++) {
            Thread.sleep(1);
            pid = engine.pid();
        }
        return pid.orElseThrow(() -> new IllegalStateException("no worker came within 30 s"));
    }

    /** Works until it is stopped; whether what ran at the end came to nothing. */
    private boolean work(Phase phase, Abort abort, CountDownLatch begun) {
        try {
            if (phase == Phase.LOADING) {
                begun.countDown();
                while (true) {
                    engine.load(manifest, directory);
                    if (abort.requested()) {
                        return false;
                    }
                }
            }
            Engine.LoadedModel model =
                    engine.load(phase == Phase.LONG_NODE ? longNode : manifest, directory);
            begun.countDown();
            List<byte[]> items =
                    phase == Phase.SINGLE_TEXTS || phase == Phase.LONG_NODE ? ONE : MANY;
            ShardOutcome outcome;
            do {
                outcome = model.run(ItemKind.TEXT, items, abort);
            } while (outcome instanceof ShardOutcome.Done);
            return outcome instanceof ShardOutcome.Aborted;
        } catch (EngineException e) {
            begun.countDown();
            return e.again();
        }
    }

    private void litter() {
        long bytes = 0;
        while (storm) {
            bytes += new byte[1 << 20].length;
        }
        if (bytes < 0) {
            throw new IllegalStateException();
        }
    }

    /** Writes as the model store does: pieces of 1 MiB, each forced to the disk. */
    private void download() {
        var piece = ByteBuffer.allocate(1 << 20);
        try (var file =
                FileChannel.open(
                        download,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE,
                        StandardOpenOption.TRUNCATE_EXISTING)) {
            while (storm) {
                file.write(piece.clear(), 0);
                file.force(true);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Looks every millisecond until the worker is killed or has ended; what taking it down and its
     * memory back costs the kernel after that is left out.
     */
    private double lastTick(long pid, long killedBefore, long from) throws InterruptedException {
        long last = from;
        long ticks = -1;
        while (true) {
            Optional<ProcessFile.Look> look = ProcessFile.look(pid);
            if (look.isEmpty() || look.get().state() == 'Z' || engine.killed() > killedBefore) {
                return (last - from) / 1e6;
            }
            if (look.get().ticks() != ticks) {
                last = ticks < 0 ? from : System.nanoTime();
                ticks = look.get().ticks();
            }
            Thread.sleep(1);
        }
    }

    @Override
    public void close() {
        open = false;
        lane.shutdownNow();
        engine.close();
    }
}
