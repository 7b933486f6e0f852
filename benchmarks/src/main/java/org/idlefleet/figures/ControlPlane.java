package org.idlefleet.figures;

import org.idlefleet.cli.Bench;
import org.idlefleet.cli.Figures;
import org.idlefleet.protocol.adapter.NodeIdentity;

import java.util.List;

/** Shards settled a second with nodes that answer at once: TLS, durable log, votes, payments. */
public final class ControlPlane implements Bench {
    /** Slow enough in words that every shard is one item; in deed they answer at once. */
    private static final StubNodes.Manner AT_ONCE = new StubNodes.Manner(256, 0.4, false);

    @Override
    public String name() {
        return "control-plane";
    }

    @Override
    public String description() {
        return "shards settled a second by stub nodes over real TLS with a durable log";
    }

    @Override
    public void run(Figures figures, boolean quick) throws Exception {
        int shards = quick ? 5_000 : 200_000;
        figures.note(
                shards
                        + " shards of one item each, quorum 1; coordinator and stub nodes share the"
                        + " machine's processors");
        double few = rate(10, shards);
        figures.atLeast("control-plane.rate", few, "shards/s", 50_000);
        double many = rate(quick ? 100 : 10_000, shards);
        String nodes = quick ? "nodes100" : "nodes10000";
        figures.plain("control-plane.rate." + nodes, many, "shards/s");
        figures.atLeast("control-plane.flat." + nodes, many / few, "of-10-nodes", 0.8);
        double small = rate(10, quick ? 1_000 : 1_000 * 20);
        double large = rate(10, quick ? 20_000 : 1_000_000);
        figures.plain("control-plane.rate.few-open", small, "shards/s");
        figures.plain("control-plane.rate.many-open", large, "shards/s");
        figures.atLeast("control-plane.flat.open", large / small, "of-few-open", 0.8);
    }

    private static double rate(int nodes, int shards) throws Exception {
        try (var fleet = new StubFleet();
                var stubs = new StubNodes(fleet.fleet(), fleet.manifest())) {
            List<NodeIdentity> identities = StubNodes.enrol(fleet.fleet(), nodes, "owner");
            stubs.connectAll(identities, AT_ONCE);
            fleet.submit(Math.min(shards, 2_000));
            fleet.awaitOpen(0);
            long began = System.nanoTime();
            fleet.submit(shards);
            double admitted = (System.nanoTime() - began) / 1e9;
            double settled = fleet.awaitOpen(0);
            return shards / (settled + admitted);
        }
    }
}
