package org.idlefleet.figures;

import org.idlefleet.cli.Bench;
import org.idlefleet.cli.Figures;
import org.idlefleet.protocol.adapter.NodeIdentity;
import org.idlefleet.protocol.adapter.NodeLink;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** How close a job on a mixed fleet comes to work over total speed, while some nodes drive off. */
public final class Makespan implements Bench {
    private static final long SEED = 7;
    private static final double SLOWEST = 100;
    private static final double SPREAD = 40;
    private static final int UNITS_PER_ITEM = 4;

    @Override
    public String name() {
        return "makespan";
    }

    @Override
    public String description() {
        return "time of a job over a 40-fold speed spread while 10 % drive off, against the ideal";
    }

    @Override
    public void run(Figures figures, boolean quick) throws Exception {
        int nodes = quick ? 10 : 40;
        double seconds = quick ? 10 : 60;
        try (var fleet = new StubFleet();
                var stubs = new StubNodes(fleet.fleet(), fleet.manifest())) {
            List<NodeIdentity> identities = StubNodes.enrol(fleet.fleet(), nodes, "owner");
            var links = new ArrayList<NodeLink>();
            var speeds = new double[nodes];
            double total = 0;
            for (int i = 0; i < nodes; i++) {
                speeds[i] = SLOWEST * Math.pow(SPREAD, i / (nodes - 1.0));
                total += speeds[i];
            }
            int items = (int) (total * seconds / UNITS_PER_ITEM);
            for (int i = 0; i < nodes; i++) {
                links.add(
                        stubs.connect(identities.get(i), new StubNodes.Manner(2, speeds[i], true)));
            }
            fleet.fleet().awaitNodes(nodes);
            long began = System.nanoTime();
            fleet.submit(items);
            double lostSpeedSeconds = 0;
            var random = new Random(SEED);
            int leaving = Math.max(1, nodes / 10);
            for (int k = 0; k < leaving; k++) {
                Thread.sleep((long) (1000 * seconds / 2 / leaving));
                int gone = random.nextInt(nodes);
                links.get(gone).close("drives off");
                double left = seconds - (System.nanoTime() - began) / 1e9;
                lostSpeedSeconds += speeds[gone] * left;
                total -= speeds[gone];
                speeds[gone] = 0;
            }
            fleet.awaitOpen(0);
            double took = (System.nanoTime() - began) / 1e9;
            double ideal = seconds + lostSpeedSeconds / total;
            figures.note(
                    nodes
                            + " stub nodes of "
                            + SLOWEST
                            + " to "
                            + SLOWEST * SPREAD
                            + " work units a second, "
                            + leaving
                            + " drive off in the first half; ideal: work over the speed that was"
                            + " there");
            figures.plain("makespan.ideal", ideal, "s");
            figures.plain("makespan.took", took, "s");
            figures.atMost("makespan.ratio", took / ideal, "of-ideal", 1.05);
        }
    }
}
