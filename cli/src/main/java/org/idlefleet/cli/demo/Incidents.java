package org.idlefleet.cli.demo;

import org.idlefleet.cli.fleet.Child;
import org.idlefleet.cli.fleet.LocalFleet;

import tools.jackson.databind.JsonNode;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;

/**
 * What goes wrong on purpose while the book is embedded: a car drives off when a quarter is done, a
 * process is killed at half. Each strikes a node while it holds a shard. One thread.
 */
final class Incidents {
    /** After so long the coordinator has what a node sent before it froze. */
    private static final Duration IN_FLIGHT = Duration.ofMillis(50);

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
    void look(double share) throws IOException, InterruptedException {
        if (!left && share >= 0.25 && held(leaver) > 1) {
            Files.writeString(
                    trace,
                    "0s vehicle.gear_park no\n0s vehicle.speed 30\n",
                    StandardOpenOption.APPEND);
            screen.event(leaver + "'s car drives off in the middle of a shard");
            left = true;
        } else if (left && !killed && share >= 0.5 && held(victim) > 0) {
            kill(fleet.node(victim));
        }
    }

    /** What a running node holds it may have answered before the signal comes; a frozen one not. */
    private void kill(Child process) throws IOException, InterruptedException {
        process.freeze();
        Thread.sleep(IN_FLIGHT);
        if (held(victim) == 0) {
            process.thaw();
            return;
        }
        process.kill();
        screen.event(
                victim
                        + "'s process "
                        + process.pid()
                        + " is killed with -9 in the middle of a shard");
        killed = true;
    }

    /** Both have happened. */
    boolean happened() {
        return left && killed;
    }

    /** Shards of this owner's node: of two, one is left when the node sees that it drives. */
    private int held(String owner) {
        for (JsonNode node : fleet.api().get("/api/v1/nodes").path("data")) {
            if (node.path("owner").asString().equals(owner)) {
                return node.path("held_slots").asInt();
            }
        }
        return 0;
    }
}
