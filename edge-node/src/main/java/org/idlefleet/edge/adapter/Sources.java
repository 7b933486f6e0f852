package org.idlefleet.edge.adapter;

import org.idlefleet.edge.SignalSource;
import org.idlefleet.edge.adapter.bus.BusSource;
import org.idlefleet.edge.adapter.config.EdgeConfig;
import org.idlefleet.edge.adapter.kuksa.KuksaSource;
import org.idlefleet.edge.adapter.linux.LinuxSource;
import org.idlefleet.edge.adapter.mqtt.MqttSource;
import org.idlefleet.edge.adapter.owner.OwnerSource;
import org.idlefleet.edge.adapter.owner.TariffSource;
import org.idlefleet.edge.adapter.trace.TraceSource;
import org.idlefleet.edge.adapter.uplink.FullJitter;
import org.idlefleet.edge.gate.OwnerRules;
import org.idlefleet.edge.gate.Quantity;
import org.idlefleet.edge.gate.Rule;

import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** The sources of signals that a configuration asks for, and which rules follow from them. */
final class Sources {
    /** Ceilings of the first and the longest wait for a source that is connected to. */
    private static final Duration SOURCE_RETRY_MIN = Duration.ofMillis(200);

    private static final Duration SOURCE_RETRY_MAX = Duration.ofSeconds(10);

    private Sources() {}

    /**
     * Everything that tells about this device.
     *
     * @param worker process id of the worker, empty while there is none
     */
    static List<SignalSource> of(
            EdgeConfig config,
            Supplier<OwnerRules> rules,
            SteadyClock clock,
            Supplier<Optional<Long>> worker)
            throws IOException {
        EdgeConfig.SignalsConfig signals = config.signals();
        var sources = new ArrayList<SignalSource>();
        sources.add(new OwnerSource(config.data()));
        sources.add(new TariffSource(() -> rules.get().tariff()));
        if (signals.linux()) {
            var roots = new LinuxSource.Roots(signals.sys(), signals.proc(), signals.dev());
            int threads = config.engine().lanes() * config.engine().threads();
            sources.add(new LinuxSource(roots, threads, worker));
        }
        if (signals.bus().isPresent()) {
            BusSource.find(signals.bus().get(), sourceWaits(), clock).ifPresent(sources::add);
        }
        if (signals.trace().isPresent()) {
            sources.add(new TraceSource(signals.trace().get(), clock.instant()));
        }
        if (signals.kuksa().isPresent()) {
            sources.add(new KuksaSource(signals.kuksa().get(), sourceWaits(), clock));
        }
        if (signals.mqtt().isPresent()) {
            sources.add(new MqttSource(signals.mqtt().get(), sourceWaits(), clock));
        }
        return sources;
    }

    private static FullJitter sourceWaits() {
        return new FullJitter(SOURCE_RETRY_MIN, SOURCE_RETRY_MAX, new SecureRandom());
    }

    /** What these sources tell. */
    static Set<Quantity> provided(List<SignalSource> sources) {
        Set<Quantity> provided = EnumSet.noneOf(Quantity.class);
        sources.forEach(source -> provided.addAll(source.provides()));
        return provided;
    }

    /** What must hold for models to be fetched. */
    static List<Rule> fetchRules(EdgeConfig config, Set<Quantity> provided) {
        boolean counts =
                switch (config.models().unmeteredOnly()) {
                    case "on" -> true;
                    case "off" -> false;
                    default -> provided.contains(Quantity.METERED);
                };
        return counts ? List.of(config.rules().unmetered("models.unmeteredOnly")) : List.of();
    }
}
