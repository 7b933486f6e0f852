package org.idlefleet.cli.demo;

import org.idlefleet.cli.fleet.LocalFleet;

import tools.jackson.databind.JsonNode;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * What goes wrong on purpose while the book is embedded: a car drives off when a quarter is done, a
 * process is killed at half. Each strikes a node while it holds a shard. One thread.
 */
final class Incidents {
    private final Screen screen;
    private final LocalFleet fleet;
    private final Path trace;
    private final String leaver;
    private final String victim;
    private boolean left;
    private boolean killed;

    /**
     * @param trace the signals of the leaver's car
     */
    Incidents(Screen screen, LocalFleet fleet, Path trace, String leaver, String victim) {
        this.screen = screen;
        this.fleet = fleet;
        this.trace = trace;
        this.leaver = leaver;
        this.victim = victim;
    }

    /** Looks whether it is time for the next one. */
    void look(double share) throws IOException {
        if (!left && share >= 0.25 && holdsShard(leaver)) {
            Files.writeString(
                    trace,
                    "0s vehicle.gear_park no\n0s vehicle.speed 30\n",
                    StandardOpenOption.APPEND);
            screen.event(leaver + "'s car drives off in the middle of a shard");
            left = true;
        } else if (left && !killed && share >= 0.5 && holdsShard(victim)) {
            fleet.node(victim).kill();
            screen.event(
                    victim
                            + "'s process "
                            + fleet.node(victim).pid()
                            + " is killed with -9 in the middle of a shard");
            killed = true;
        }
    }

    /** Both have happened. */
    boolean happened() {
        return left && killed;
    }

    private boolean holdsShard(String owner) {
        for (JsonNode node : fleet.api().get("/api/v1/nodes").path("data")) {
            if (node.path("owner").asString().equals(owner)) {
                return node.path("held_slots").asInt() > 0;
            }
        }
        return false;
    }
}
