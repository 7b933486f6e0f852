package org.idlefleet.edge.adapter.config;

import org.idlefleet.edge.gate.Geofence;

import java.util.Optional;

/** The section {@code signals.home} and what it means. */
final class HomeConfig {
    private static final double METRES_MAX = 100_000;

    private HomeConfig() {}

    static EdgeFile.Home defaults() {
        return new EdgeFile.Home("", "", 100, 200);
    }

    /** Empty if no home is drawn. */
    static Optional<Geofence> of(EdgeFile.Home text) {
        if (text.latitude().isBlank() && text.longitude().isBlank()) {
            return Optional.empty();
        }
        double enter = Values.between("signals.home.radius", text.radius(), 1, METRES_MAX);
        double leave = Values.between("signals.home.leave", text.leave(), enter, METRES_MAX);
        return Optional.of(
                new Geofence(
                        degrees("signals.home.latitude", text.latitude(), 90),
                        degrees("signals.home.longitude", text.longitude(), 180),
                        enter,
                        leave));
    }

    /** The error does not repeat what is wrong: where somebody lives stays out of logs. */
    private static double degrees(String key, String text, double most) {
        try {
            double value = Double.parseDouble(text.strip());
            if (Math.abs(value) <= most) {
                return value;
            }
        } catch (NumberFormatException e) {
            throw wrong(key, most);
        }
        throw wrong(key, most);
    }

    private static RuntimeException wrong(String key, double most) {
        String number = Values.plain(most);
        return Values.wrong(
                key,
                "degrees such as 12.34567, from -" + number + " to " + number,
                "something else");
    }
}
