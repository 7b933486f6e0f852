package org.idlefleet.edge.adapter.config;

import org.idlefleet.edge.adapter.kuksa.KuksaOptions;
import org.idlefleet.edge.adapter.kuksa.KuksaSource;
import org.idlefleet.edge.adapter.kuksa.VssProfile;
import org.idlefleet.edge.gate.Geofence;
import org.idlefleet.edge.gate.Quantity;
import org.idlefleet.protocol.adapter.Endpoint;
import org.jspecify.annotations.Nullable;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The section {@code signals.kuksa} and what it means. */
final class KuksaConfig {
    private static final List<String> LOOPBACK = List.of("localhost", "127.0.0.1", "::1");

    private KuksaConfig() {}

    static EdgeFile.Kuksa defaults() {
        List<String> usual = KuksaSource.usual().stream().map(Quantity::key).toList();
        return new EdgeFile.Kuksa("", "", "", "", "auto", usual, List.of(), "500ms", "30s");
    }

    /** Empty if no databroker is named. */
    static Optional<KuksaOptions> of(EdgeFile.Kuksa text, Optional<Geofence> home) {
        if (text.address().isBlank()) {
            return Optional.empty();
        }
        Endpoint address = address(text.address());
        if (text.ca().isBlank() && !text.token().isBlank() && !LOOPBACK.contains(address.host())) {
            throw Values.wrong(
                    "signals.kuksa.ca",
                    "set where signals.kuksa.token goes over a network, so that nobody there can"
                            + " read it",
                    "nothing");
        }
        Set<Quantity> quantities = quantities("signals.kuksa.quantities", text.quantities());
        if (quantities.contains(Quantity.HOME) && home.isEmpty()) {
            throw Values.wrong(
                    "signals.home.latitude",
                    "set where signals.kuksa.quantities names place.home",
                    "nothing");
        }
        return Optional.of(
                new KuksaOptions(
                        address.host(),
                        address.port(),
                        text(text.ca()).map(Path::of),
                        text(text.serverName()),
                        text(text.token()).map(Path::of),
                        Optional.ofNullable(profile(text.vss())),
                        quantities,
                        quantities("signals.kuksa.steady", text.steady()),
                        Values.positive("signals.kuksa.stale", text.stale()),
                        Values.positive("signals.kuksa.staleOther", text.staleOther()),
                        home));
    }

    private static Optional<String> text(String text) {
        return text.isBlank() ? Optional.empty() : Optional.of(text);
    }

    private static Endpoint address(String text) {
        try {
            boolean port = text.matches(".*:\\d+");
            return Endpoint.parse(port ? text : text + ":" + KuksaOptions.DEFAULT_PORT);
        } catch (IllegalArgumentException e) {
            throw Values.wrong("signals.kuksa.address", "HOST or HOST:PORT", "'" + text + "'");
        }
    }

    private static @Nullable VssProfile profile(String text) {
        var words = new ArrayList<>(List.of("auto"));
        Arrays.stream(VssProfile.values()).map(VssProfile::release).forEach(words::add);
        Values.word("signals.kuksa.vss", text, words);
        return Arrays.stream(VssProfile.values())
                .filter(profile -> profile.release().equals(text))
                .findFirst()
                .orElse(null);
    }

    private static Set<Quantity> quantities(String key, List<String> names) {
        Set<Quantity> quantities = EnumSet.noneOf(Quantity.class);
        for (String name : names) {
            quantities.add(
                    Quantity.ofKey(name)
                            .orElseThrow(() ->
                                    Values.wrong(
                                            key,
                                            "quantities such as vehicle.gear_park",
                                            "'" + name + "'")));
        }
        return quantities;
    }
}
