package org.idlefleet.edge.adapter;

import org.idlefleet.edge.SignalSource;
import org.idlefleet.edge.adapter.owner.OwnerMode;
import org.idlefleet.edge.gate.Reading;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * The thread that looks at every source again and again. If it hangs, signals grow stale and the
 * gate closes.
 */
final class Sampler implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Sampler.class);

    private final List<SignalSource> sources;
    private final Duration every;
    private final InstantSource clock;
    private final Path dataDirectory;
    private final Consumer<List<Reading>> readings;
    private final Consumer<Boolean> finish;
    private final Thread thread;
    private boolean finishing;
    private volatile boolean closed;

    /**
     * @param finish told when the owner's wish to finish comes or goes
     */
    Sampler(
            List<SignalSource> sources,
            Duration every,
            InstantSource clock,
            Path dataDirectory,
            Consumer<List<Reading>> readings,
            Consumer<Boolean> finish) {
        this.sources = List.copyOf(sources);
        this.every = every;
        this.clock = clock;
        this.dataDirectory = dataDirectory;
        this.readings = readings;
        this.finish = finish;
        this.thread = Thread.ofPlatform().name("edge-signals").daemon().unstarted(this::run);
    }

    void start() {
        thread.start();
        sources.forEach(source -> source.whenChanged(() -> LockSupport.unpark(thread)));
    }

    private void run() {
        while (!closed) {
            long start = System.nanoTime();
            var all = new ArrayList<Reading>();
            for (SignalSource source : sources) {
                try {
                    all.addAll(source.read(clock.instant()));
                } catch (RuntimeException e) {
                    LOG.warn("a source of signals failed; what it tells will grow stale", e);
                }
            }
            readings.accept(all);
            boolean wish = OwnerMode.read(dataDirectory) instanceof OwnerMode.Finish;
            if (wish != finishing) {
                finishing = wish;
                finish.accept(wish);
            }
            LockSupport.parkNanos(every.toNanos() - (System.nanoTime() - start));
        }
    }

    @Override
    public void close() {
        closed = true;
        sources.forEach(SignalSource::close);
        LockSupport.unpark(thread);
    }
}
