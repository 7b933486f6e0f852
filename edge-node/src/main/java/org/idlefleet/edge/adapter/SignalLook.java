package org.idlefleet.edge.adapter;

import org.idlefleet.edge.SignalSource;
import org.idlefleet.edge.adapter.config.EdgeConfig;
import org.idlefleet.edge.gate.Reading;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** The sources of a configuration, to be looked at by who runs no daemon. One thread. */
public final class SignalLook implements AutoCloseable {
    private final SteadyClock clock;
    private final List<SignalSource> sources;

    private SignalLook(SteadyClock clock, List<SignalSource> sources) {
        this.clock = clock;
        this.sources = sources;
    }

    /**
     * Begins to listen.
     *
     * @throws IOException if a source can't be used as configured; says why
     */
    public static SignalLook open(EdgeConfig config) throws IOException {
        var clock = new SteadyClock();
        return new SignalLook(clock, Sources.of(config, config::rules, clock, Optional::empty));
    }

    /** The time by which readings have their age. */
    public Instant now() {
        return clock.instant();
    }

    /** What every source tells now, by quantity. */
    public List<Reading> readings() {
        var readings = new ArrayList<Reading>();
        sources.forEach(source -> readings.addAll(source.read(now())));
        readings.sort(Comparator.comparing(Reading::quantity).thenComparing(Reading::source));
        return readings;
    }

    /** How it stands with those whom sources ask, for people. */
    public List<String> states() {
        return sources.stream().map(SignalSource::state).filter(state -> !state.isEmpty()).toList();
    }

    @Override
    public void close() {
        sources.forEach(SignalSource::close);
    }
}
