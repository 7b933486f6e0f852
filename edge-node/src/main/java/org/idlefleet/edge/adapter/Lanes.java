package org.idlefleet.edge.adapter;

import org.idlefleet.edge.Abort;
import org.idlefleet.edge.Engine;
import org.idlefleet.edge.EngineException;
import org.idlefleet.edge.SelfTest;
import org.idlefleet.edge.ShardOutcome;
import org.idlefleet.edge.Signal;
import org.idlefleet.edge.adapter.config.EdgeConfig;
import org.idlefleet.edge.adapter.store.ModelStore;
import org.idlefleet.edge.adapter.store.StoredModel;
import org.idlefleet.protocol.CoordinatorMessage.Assign;
import org.idlefleet.protocol.Digest;
import org.idlefleet.protocol.Lease;
import org.idlefleet.protocol.NodeMessage.RefuseReason;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * The threads that compute, one a lane. Started and aborted by the loop's thread; what becomes of
 * it goes into the inbox.
 */
final class Lanes implements AutoCloseable {
    private final Engine engine;
    private final ModelStore store;
    private final EdgeConfig.EngineConfig settings;
    private final Liar liar;
    private final Duration delay;
    private final Consumer<Signal> inbox;
    private final Drained drained;
    private final ExecutorService threads;
    private final Map<Digest, Engine.LoadedModel> models = new ConcurrentHashMap<>();
    private final Map<Lease, Abort> shards = new ConcurrentHashMap<>();
    private final Map<Digest, Abort> loads = new ConcurrentHashMap<>();

    /**
     * @param drained what computing takes out of a battery
     */
    Lanes(
            Engine engine,
            ModelStore store,
            EdgeConfig config,
            Liar liar,
            Drained drained,
            Consumer<Signal> inbox) {
        this.engine = engine;
        this.store = store;
        this.settings = config.engine();
        this.liar = liar;
        this.delay = config.faults().delay();
        this.inbox = inbox;
        this.drained = drained;
        this.threads =
                Executors.newFixedThreadPool(
                        settings.lanes(),
                        Thread.ofPlatform().name("edge-lane-", 0).daemon().factory());
    }

    void start(Assign shard) {
        var abort = new Abort();
        shards.put(shard.lease(), abort);
        threads.execute(() -> {
            Signal end = run(shard, abort);
            shards.remove(shard.lease(), abort);
            inbox.accept(end);
        });
    }

    void abort(Lease lease) {
        Abort abort = shards.get(lease);
        if (abort != null) {
            abort.request();
        }
    }

    /** Stops the engine itself, whatever it does. */
    void stop() {
        engine.stop();
    }

    /** The gate holds open. */
    void permit() {
        engine.permit();
    }

    private Signal run(Assign shard, Abort abort) {
        Engine.LoadedModel model = models.get(shard.manifest());
        if (model == null) {
            return new Signal.ShardFailed(
                    shard.lease(), RefuseReason.MODEL, "model " + shard.manifest() + " is gone");
        }
        try {
            long start = System.nanoTime();
            ShardOutcome outcome = model.run(shard.kind(), shard.items(), abort);
            hold(abort);
            Duration spent = Duration.ofNanos(System.nanoTime() - start);
            return switch (outcome) {
                case ShardOutcome.Done _ when abort.requested() ->
                        new Signal.ShardAborted(shard.lease());
                case ShardOutcome.Done done ->
                        new Signal.ShardFinished(
                                shard.lease(),
                                liar.tell(model.manifest(), done.output()),
                                spent,
                                drained.take());
                case ShardOutcome.Refused refused ->
                        new Signal.ShardFailed(shard.lease(), refused.reason(), refused.detail());
                case ShardOutcome.Aborted _ -> new Signal.ShardAborted(shard.lease());
            };
        } catch (RuntimeException | LinkageError e) {
            return new Signal.ShardFailed(shard.lease(), RefuseReason.RUNTIME, e.toString());
        }
    }

    /** The configured delay, cut short by an abort. */
    private void hold(Abort abort) {
        long end = System.nanoTime() + delay.toNanos();
        while (!abort.requested() && System.nanoTime() < end) {
            LockSupport.parkNanos(5_000_000);
        }
    }

    void load(Digest manifest) {
        var abort = new Abort();
        loads.put(manifest, abort);
        threads.execute(() -> {
            Signal end = prove(manifest, abort);
            loads.remove(manifest, abort);
            inbox.accept(end);
        });
    }

    void abandon(Digest manifest) {
        Abort abort = loads.get(manifest);
        if (abort != null) {
            abort.request();
        }
    }

    private Signal prove(Digest manifest, Abort abort) {
        if (abort.requested()) {
            return new Signal.ModelFailed(manifest, "the gate closed before it was loaded", true);
        }
        Engine.LoadedModel model = null;
        try {
            StoredModel stored = store.get(manifest);
            long needed = stored.manifest().bytes() + loadedBytes(manifest);
            if (needed > settings.memoryBytes()) {
                return new Signal.ModelFailed(
                        manifest,
                        "with it, loaded models take "
                                + needed
                                + " bytes, engine.memory is "
                                + settings.memoryBytes(),
                        false);
            }
            store.use(manifest);
            model = engine.load(stored.manifest(), stored.directory());
            Optional<String> problem = SelfTest.problem(model, abort);
            Optional<Double> speed =
                    problem.isPresent()
                            ? Optional.empty()
                            : SelfTest.speed(model, abort, System::nanoTime);
            if (speed.isPresent()) {
                Engine.LoadedModel old = models.put(manifest, model);
                model = null;
                if (old != null) {
                    old.close();
                }
                return new Signal.ModelReady(manifest, stored.manifest(), speed.get());
            }
            String reason = problem.orElse("the measurement of its speed was stopped");
            return new Signal.ModelFailed(manifest, reason, abort.requested());
        } catch (EngineException e) {
            boolean again = e.again() || abort.requested();
            return new Signal.ModelFailed(manifest, String.valueOf(e.getMessage()), again);
        } catch (RuntimeException | LinkageError e) {
            return new Signal.ModelFailed(manifest, String.valueOf(e.getMessage()), false);
        } catch (IOException e) {
            return new Signal.ModelFailed(manifest, e.toString(), true);
        } finally {
            if (model != null) {
                model.close();
                store.release(manifest);
            }
        }
    }

    private long loadedBytes(Digest except) {
        return models.entrySet().stream()
                .filter(entry -> !entry.getKey().equals(except))
                .mapToLong(entry -> entry.getValue().manifest().bytes())
                .sum();
    }

    /** Stops everything; what computes ends within one node of its graph. */
    @Override
    public void close() {
        shards.values().forEach(Abort::request);
        loads.values().forEach(Abort::request);
        threads.close();
        models.values().forEach(Engine.LoadedModel::close);
        models.clear();
    }
}
