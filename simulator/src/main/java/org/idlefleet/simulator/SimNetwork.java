package org.idlefleet.simulator;

import java.time.Duration;

/** What all connections share: the weather and its chances. */
final class SimNetwork {
    private final Chance chance;
    private final Corners corners;
    private Weather weather = Weather.FAIR;

    SimNetwork(Chance chance, Corners corners) {
        this.chance = chance;
        this.corners = corners;
    }

    void weather(Weather next) {
        weather = next;
    }

    Weather weather() {
        return weather;
    }

    Chance chance() {
        return chance;
    }

    Corners corners() {
        return corners;
    }

    /** How long one message takes. */
    Duration delay() {
        return chance.between(Duration.ofMillis(1), weather.delay());
    }
}
