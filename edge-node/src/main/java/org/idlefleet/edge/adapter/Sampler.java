package org.idlefleet.edge.adapter;

import org.idlefleet.edge.SignalSource;
import org.idlefleet.edge.adapter.config.EdgeConfig;
import org.idlefleet.edge.adapter.owner.OwnerMode;
import org.idlefleet.edge.gate.Quantity;
import org.idlefleet.edge.gate.Reading;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * The thread that looks at every source again and again, more often at those that say whether
 * somebody drives or sits inside, less often at all of them while no waiting would open the gate.
 * If it hangs, signals grow stale and the gate closes.
 */
final class Sampler implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Sampler.class);

    /** How many times as long it waits while it need not watch closely. */
    private static final int SLOWER = 16;

    private final List<SignalSource> sources;
    private final List<SignalSource> safety;
    private final EdgeConfig.SignalsConfig pace;
    private final InstantSource clock;
    private final Path dataDirectory;
    private final Consumer<List<Reading>> readings;
    private final Consumer<Boolean> finish;
    private final Set<SignalSource> changed = ConcurrentHashMap.newKeySet();
    private final Thread thread;
    private boolean finishing;
    private volatile boolean closely = true;
    private volatile boolean closed;

    /**
     * @param finish told when the owner's wish to finish comes or goes
     */
    Sampler(
            List<SignalSource> sources,
            EdgeConfig.SignalsConfig pace,
            InstantSource clock,
            Path dataDirectory,
            Consumer<List<Reading>> readings,
            Consumer<Boolean> finish) {
        this.sources = List.copyOf(sources);
        this.safety =
                sources.stream()
                        .filter(source -> source.provides().stream().anyMatch(Quantity::safety))
                        .toList();
        this.pace = pace;
        this.clock = clock;
        this.dataDirectory = dataDirectory;
        this.readings = readings;
        this.finish = finish;
        this.thread = Thread.ofPlatform().name("edge-signals").daemon().unstarted(this::run);
    }

    void start() {
        thread.start();
        sources.forEach(source ->
                source.whenChanged(() -> {
                    changed.add(source);
                    LockSupport.unpark(thread);
                }));
    }

    /** Whether to look at full pace from now on. Thread-safe. */
    void closely(boolean wanted) {
        closely = wanted;
        LockSupport.unpark(thread);
    }

    private void run() {
        long all = System.nanoTime() - SLOWER * pace.every().toNanos();
        while (!closed) {
            long start = System.nanoTime();
            boolean whole = start - all >= every();
            if (whole) {
                all = start;
            }
            readings.accept(read(whole ? sources : urgent()));
            boolean wish = OwnerMode.read(dataDirectory) instanceof OwnerMode.Finish;
            if (wish != finishing) {
                finishing = wish;
                finish.accept(wish);
            }
            long next = all + every();
            if (closely && !safety.isEmpty()) {
                next = Math.min(next, start + pace.everySafety().toNanos());
            }
            LockSupport.parkNanos(next - System.nanoTime());
        }
    }

    /** Nanoseconds between two looks at all sources. */
    private long every() {
        return pace.every().toNanos() * (closely ? 1 : SLOWER);
    }

    /** Those that speak of people, and those that know something new. */
    private List<SignalSource> urgent() {
        if (changed.isEmpty()) {
            return safety;
        }
        var urgent = new LinkedHashSet<>(safety);
        sources.stream().filter(changed::remove).forEach(urgent::add);
        return List.copyOf(urgent);
    }

    private List<Reading> read(List<SignalSource> some) {
        var read = new ArrayList<Reading>();
        for (SignalSource source : some) {
            try {
                read.addAll(source.read(clock.instant()));
            } catch (RuntimeException e) {
                LOG.warn("a source of signals failed; what it tells will grow stale", e);
            }
        }
        return read;
    }

    @Override
    public void close() {
        closed = true;
        sources.forEach(SignalSource::close);
        LockSupport.unpark(thread);
    }
}
