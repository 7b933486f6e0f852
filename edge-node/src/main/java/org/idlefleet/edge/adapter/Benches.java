package org.idlefleet.edge.adapter;

import org.idlefleet.edge.Abort;
import org.idlefleet.edge.Engine;
import org.idlefleet.edge.EngineException;
import org.idlefleet.edge.SelfTest;
import org.idlefleet.edge.adapter.config.EdgeConfig;
import org.idlefleet.edge.adapter.linux.EnergySensors;
import org.idlefleet.edge.adapter.store.StoredModel;
import org.idlefleet.edge.adapter.worker.WorkerEngine;
import org.idlefleet.edge.adapter.worker.WorkerLaunch;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * Tries providers with models, each in a worker of its own, and holds a power meter beside them.
 */
final class Benches {
    /**
     * What one busy processor core is taken to draw where nothing tells: between a small board's 2
     * and a desktop's 20 W. An estimate, and said to be one.
     */
    private static final double CORE_WATTS = 8;

    private static final Duration REST = Duration.ofSeconds(1);

    /** A worker goes on only while somebody says that it may. */
    private static final long PERMIT_MILLIS = 500;

    private final EdgeConfig config;
    private final WorkerLaunch launch;

    Benches(EdgeConfig config, WorkerLaunch launch) {
        this.config = config;
        this.launch = launch;
    }

    /** A worker with this provider. */
    static WorkerEngine open(EdgeConfig config, WorkerLaunch launch, String provider)
            throws EngineException, IOException {
        EdgeConfig.EngineConfig own = config.engine();
        var wanted =
                new EdgeConfig.EngineConfig(
                        provider,
                        own.options(),
                        own.threads(),
                        1,
                        1,
                        own.memoryBytes(),
                        own.nice(),
                        own.controlGroup(),
                        own.sandbox());
        return WorkerEngine.open(
                launch,
                wanted,
                config.data(),
                Files.createDirectories(DataDirectory.models(config.data())));
    }

    /** Every model with this provider; none if there is no model. */
    List<Bench> of(String provider, List<StoredModel> models) throws EngineException {
        var benches = new ArrayList<Bench>();
        if (!models.isEmpty()) {
            try (var engine = open(config, launch, provider);
                    var gate = Executors.newSingleThreadScheduledExecutor()) {
                var _ =
                        gate.scheduleAtFixedRate(
                                engine::permit, 0, PERMIT_MILLIS, TimeUnit.MILLISECONDS);
                if (!engine.provider().equals(provider)) {
                    throw new EngineException(String.join("; ", engine.fallbacks()));
                }
                for (StoredModel model : models) {
                    benches.add(of(engine, model));
                }
            } catch (IOException e) {
                throw new EngineException(e.toString(), e);
            }
        }
        return benches;
    }

    private Bench of(WorkerEngine engine, StoredModel stored) throws EngineException {
        var sensors = new EnergySensors(config.signals().sys());
        double idle = rest(sensors);
        Engine.LoadedModel model = engine.load(stored.manifest(), stored.directory());
        Optional<String> problem = SelfTest.problem(model, new Abort());
        long from = System.nanoTime();
        var _ = sensors.joules(from);
        double speed = SelfTest.speed(model, new Abort(), System::nanoTime).orElse(0.0);
        double busy = watts(sensors, from);
        model.close();
        boolean measured = busy > idle;
        return new Bench(
                engine.provider(),
                engine.numericClass().toString(),
                stored.manifest().model().value(),
                problem,
                speed,
                measured ? busy - idle : CORE_WATTS * config.engine().threads(),
                measured,
                measured
                        ? "measured here, less what was drawn before"
                        : "not measurable here; an estimate of " + CORE_WATTS + " W per thread");
    }

    /** Mean watts since {@code from}, when the sensors were asked last; 0 if none tells. */
    private static double watts(EnergySensors sensors, long from) {
        long now = System.nanoTime();
        return sensors.joules(now).orElse(0) * 1e9 / (now - from);
    }

    /** Watts while nothing of ours computes; 0 if nothing tells. */
    private static double rest(EnergySensors sensors) {
        long from = System.nanoTime();
        var _ = sensors.joules(from);
        try {
            Thread.sleep(REST);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return watts(sensors, from);
    }

    /** Of the provider that does most per joule, over all models that every right one ran. */
    static Optional<Bench> best(List<Bench> benches) {
        Map<String, Double> sums =
                benches.stream()
                        .collect(
                                Collectors.groupingBy(
                                        Bench::provider,
                                        Collectors.summingDouble(Bench::unitsPerJoule)));
        return benches.stream()
                .filter(bench -> bench.unitsPerJoule() > 0)
                .max(
                        Comparator.comparingDouble((Bench bench) -> sums.get(bench.provider()))
                                .thenComparing(Bench::provider));
    }
}
