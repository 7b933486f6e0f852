package org.idlefleet.edge.adapter.worker;

import org.idlefleet.edge.Abort;
import org.idlefleet.edge.Engine;
import org.idlefleet.edge.EngineException;
import org.idlefleet.edge.ShardOutcome;
import org.idlefleet.edge.adapter.DataDirectory;
import org.idlefleet.edge.adapter.config.EdgeConfig.EngineConfig;
import org.idlefleet.edge.adapter.onnx.EngineOptions;
import org.idlefleet.edge.adapter.onnx.OnnxEngine;
import org.idlefleet.protocol.ItemKind;
import org.idlefleet.protocol.ModelManifest;
import org.idlefleet.protocol.NumericClass;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * ONNX Runtime in a process of its own, which exists only while the gate is open. {@link #stop}
 * takes it down in steps that the worker can't delay; the next {@link #load} starts another.
 */
public final class WorkerEngine implements Engine {
    private static final Logger LOG = LoggerFactory.getLogger(WorkerEngine.class);

    /** A busy machine needs long to start a process. */
    private static final Duration START_LIMIT = Duration.ofMinutes(5);

    /** How often the first worker is started before there is none. */
    private static final int FIRST_STARTS = 3;

    /** One node of a graph with a full batch takes some seconds on the slowest processors. */
    private static final Duration STOP_LIMIT = Duration.ofSeconds(30);

    private final WorkerStart start;
    private final StopLadder ladder = new StopLadder();
    private final ExecutorService starter =
            Executors.newSingleThreadExecutor(
                    Thread.ofPlatform().name("edge-worker-start").daemon().factory());
    private final AtomicInteger models = new AtomicInteger();
    private final NumericClass numericClass;
    private final String provider;
    private final List<String> fallbacks;
    private final boolean confined;
    private final String sandbox;
    private volatile Consumer<String> broken = _ -> {};
    private volatile Runnable seen = () -> {};
    private @Nullable Worker current;
    private long stops;
    private volatile @Nullable Process process;

    /**
     * What workers are and may have.
     *
     * @param lanes shards computed at the same time
     * @param processors that they may use in all
     * @param memoryBytes for models and what they compute
     * @param nice how much they give way to others, 0 to 19
     * @param controlGroup below which each gets a group; empty if there is none
     * @param directory for the socket through which a worker is greeted
     * @param startLimit how long a worker may take to be ready
     * @param stopLimit how long a run may go on that was told to stop
     */
    record Settings(
            Setup setup,
            int lanes,
            int processors,
            long memoryBytes,
            int nice,
            Optional<Path> controlGroup,
            Path directory,
            Duration startLimit,
            Duration stopLimit) {}

    private WorkerEngine(WorkerStart start) throws EngineException {
        this.start = start;
        // One start tells how this machine computes. If the gate opens soon, it is not for nothing.
        ladder.permit(START_LIMIT.plusMinutes(1));
        try {
            Worker first = first();
            this.numericClass = first.numericClass();
            this.provider = first.provider();
            this.fallbacks = first.fallbacks();
            this.confined = first.confined();
            this.sandbox = first.sandbox();
            ladder.permit(PERMIT);
        } catch (EngineException | RuntimeException e) {
            close();
            throw e;
        }
    }

    /**
     * Starts the first worker to learn how it computes; without a permit it ends again.
     *
     * @param directory the node's own, for the socket and unpacked libraries
     * @param models the only directory that workers may read
     * @throws EngineException if no worker can be started; says why
     */
    public static WorkerEngine open(
            WorkerLaunch launch, EngineConfig wanted, Path directory, Path models)
            throws EngineException {
        var options = new EngineOptions(wanted.provider(), wanted.options(), wanted.threads());
        Path natives = DataDirectory.natives(directory).toAbsolutePath();
        var settings =
                new Settings(
                        new Setup(
                                options,
                                natives.toString(),
                                Sandbox.mode(wanted.sandbox()),
                                models.toAbsolutePath().toString()),
                        wanted.lanes(),
                        wanted.lanes() * wanted.threads(),
                        wanted.memoryBytes(),
                        wanted.nice(),
                        wanted.controlGroup()
                                ? ControlGroup.parent(Path.of("/proc"))
                                : Optional.empty(),
                        directory,
                        START_LIMIT,
                        STOP_LIMIT);
        return new WorkerEngine(new WorkerStart(launch, settings));
    }

    /** The group below which workers get their own; empty where none can be made. */
    public static Optional<Path> controlGroup() {
        return ControlGroup.parent(Path.of("/proc"));
    }

    /**
     * Keys of the providers that this build of ONNX Runtime has, the preferred first. Loads it into
     * this process, which is nothing for a daemon.
     */
    public static List<String> compiledIn(Path directory) {
        try {
            NativeLibraries.use(DataDirectory.natives(directory).toAbsolutePath());
            return OnnxEngine.compiledIn();
        } catch (IOException | LinkageError e) {
            return List.of();
        }
    }

    /** Calls {@code then} with the reason whenever a worker ends that nobody stopped. */
    public void onBreakdown(Consumer<String> then) {
        broken = then;
    }

    /** Calls {@code then} whenever a worker has come or gone; see {@link #pid}. */
    public void onWorker(Runnable then) {
        seen = then;
    }

    @Override
    public NumericClass numericClass() {
        return numericClass;
    }

    /** The execution provider that computes, such as {@code cpu}. */
    public String provider() {
        return provider;
    }

    /** Providers that were preferred to {@link #provider} and why they can't be had. */
    public List<String> fallbacks() {
        return fallbacks;
    }

    /** Whether the kernel keeps workers from network, processes and files. */
    public boolean confined() {
        return confined;
    }

    /** What keeps a worker in, in words; capitals say what does not. */
    public String sandbox() {
        return sandbox;
    }

    /** The worker's process id; empty while there is none. */
    public Optional<Long> pid() {
        Process now = process;
        return now != null && now.isAlive() ? Optional.of(now.pid()) : Optional.empty();
    }

    /** Workers that were frozen so far. */
    public long frozen() {
        return ladder.frozen();
    }

    /** Workers that were killed so far. */
    public long killed() {
        return ladder.killed();
    }

    @Override
    public LoadedModel load(ModelManifest manifest, Path directory) throws EngineException {
        Worker worker = worker();
        int number = models.incrementAndGet();
        worker.load(number, manifest, directory);
        return new Remote(worker, number, manifest);
    }

    /**
     * The first worker. One that somebody killed while it started says nothing about this machine.
     */
    private Worker first() throws EngineException {
        long began = System.nanoTime();
        for (int i = 1; ; i++) {
            try {
                return worker();
            } catch (EngineException e) {
                boolean late = System.nanoTime() - began > START_LIMIT.toNanos();
                if (!e.again() || i == FIRST_STARTS || late) {
                    throw e;
                }
                LOG.warn("{}; it is tried again", e.getMessage());
            }
        }
    }

    /** The worker, a new one if need be; waits for an old one to be gone. */
    private Worker worker() throws EngineException {
        Future<Worker> made = starter.submit(this::replace);
        try {
            return made.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof EngineException problem) {
                throw problem;
            }
            throw new IllegalStateException("no worker could be started", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new EngineException("interrupted while a worker started", true);
        }
    }

    private Worker replace() throws EngineException, InterruptedException {
        Worker old;
        long before;
        synchronized (this) {
            old = current;
            before = stops;
            if (old != null && old.usable()) {
                return old;
            }
        }
        if (old != null) {
            old.awaitGone();
        }
        Worker next = start.start(grip -> take(grip, before));
        sameAsBefore(old, next);
        next.watch(reason -> gone(next, reason));
        synchronized (this) {
            current = next;
            if (stops != before) {
                next.stopping();
            }
        }
        return next;
    }

    /**
     * A driver or runtime that changed while the node runs computes in another numeric class than
     * the node has said: it must say so before it computes again.
     */
    private void sameAsBefore(@Nullable Worker old, Worker next) throws EngineException {
        if (old != null && !next.numericClass().equals(numericClass)) {
            stop();
            throw new EngineException(
                    "this machine now computes as "
                            + next.numericClass()
                            + ", and as "
                            + numericClass
                            + " when the node started: restart the node");
        }
    }

    private synchronized boolean take(Grip grip, long before) {
        process = grip.process();
        if (stops != before) {
            grip.kill();
            var _ = grip.process().onExit().thenRun(grip::close);
            return false;
        }
        var _ =
                grip.process()
                        .onExit()
                        .thenRun(() -> {
                            ladder.release(grip);
                            seen.run();
                        });
        ladder.hold(grip);
        seen.run();
        return true;
    }

    private void gone(Worker worker, String reason) {
        if (worker.missed()) {
            broken.accept(reason);
        }
    }

    @Override
    public void permit() {
        ladder.permit(PERMIT);
    }

    @Override
    public void stop() {
        // Counted first: a worker that is just being born is then either held or not taken.
        synchronized (this) {
            stops++;
            if (current != null) {
                current.stopping();
            }
        }
        ladder.stop();
    }

    /** Ends the worker and waits until it is gone. */
    @Override
    public void close() {
        stop();
        ladder.close();
        starter.shutdownNow();
    }

    /** A model in a worker; when that one is gone, so is the model. */
    private record Remote(Worker worker, int number, ModelManifest manifest)
            implements LoadedModel {
        @Override
        public ShardOutcome run(ItemKind kind, List<byte[]> items, Abort abort) {
            return abort.requested()
                    ? new ShardOutcome.Aborted()
                    : worker.run(number, kind, items, abort);
        }

        @Override
        public void close() {
            if (worker.usable()) {
                worker.unload(number);
            }
        }
    }
}
