package org.idlefleet.figures;

import org.idlefleet.cli.fleet.LocalFleet;
import org.idlefleet.cli.model.BuiltIn;
import org.idlefleet.edge.EngineException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Fleets as the figures need them. */
final class Nodes {
    private Nodes() {}

    /** A coordinator and so many real nodes of different owners, one compute thread each. */
    static LocalFleet fleet(BuiltIn model, int count) throws IOException, EngineException {
        LocalFleet fleet = LocalFleet.start(List.of(), false);
        try {
            for (int i = 0; i < count; i++) {
                String name = "node" + i;
                fleet.add(
                        new LocalFleet.Plan(
                                name,
                                "owner" + i,
                                new ArrayList<>(
                                        List.of(
                                                "signals.linux=off",
                                                "rules.settle=0s",
                                                "engine.provider=cpu"))));
            }
            Path files = Files.createDirectories(fleet.directory().resolve("model"));
            model.unpack(files);
            fleet.serve(model.recipe().manifest(files), files);
            fleet.awaitNodes(count);
            return fleet;
        } catch (RuntimeException | IOException | EngineException e) {
            fleet.close();
            throw e;
        }
    }
}
