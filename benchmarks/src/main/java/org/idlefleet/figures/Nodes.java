package org.idlefleet.figures;

import org.idlefleet.cli.fleet.LocalFleet;
import org.idlefleet.cli.model.BuiltIn;
import org.idlefleet.edge.EngineException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Fleets as the figures need them. */
public final class Nodes {
    /** Settings of a node that computes as soon as it is there, on the processor. */
    static final List<String> AT_ONCE =
            List.of("signals.linux=off", "rules.settle=0s", "engine.provider=cpu");

    private Nodes() {}

    /** A coordinator and so many real nodes of different owners, one compute thread each. */
    static LocalFleet fleet(BuiltIn model, int count) throws IOException, EngineException {
        LocalFleet fleet = LocalFleet.start(List.of(), false);
        try {
            for (int i = 0; i < count; i++) {
                fleet.add(new LocalFleet.Plan("node" + i, "owner" + i, AT_ONCE));
            }
            serve(fleet, model);
            fleet.awaitNodes(count);
            return fleet;
        } catch (RuntimeException | IOException | EngineException e) {
            fleet.close();
            throw e;
        }
    }

    /** Serves a model that comes with us. */
    public static void serve(LocalFleet fleet, BuiltIn model) throws IOException, EngineException {
        Path files = Files.createDirectories(fleet.directory().resolve(model.name()));
        model.unpack(files);
        fleet.serve(model.recipe().manifest(files), files);
    }
}
