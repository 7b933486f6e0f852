package org.idlefleet.simulator;

import org.idlefleet.coordinator.Policy;
import org.idlefleet.protocol.NodeId;
import org.idlefleet.protocol.OwnerId;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/**
 * What one seed draws before anything happens: owners, their nodes and conduct, clients and the
 * weather.
 *
 * @param betweenJobsSeconds mean time between two jobs of one client
 */
record World(
        Policy policy,
        Weather weather,
        List<SimNode.Plan> nodes,
        int clients,
        double betweenJobsSeconds,
        int itemsMax) {
    private static final double SLOWEST = 60;
    private static final double SPREAD = 40;

    /** Few worlds are rough: nearly everyone there answers garbage. */
    static World draw(long seed) {
        var chance = new Chance(seed, "world");
        var weather = Weather.draw(new Chance(seed, "weather"));
        boolean rough = chance.hits(0.06);
        int owners = rough ? 12 : chance.between(2, 8);
        int liars = rough ? owners - 3 : chance.hits(0.6) ? chance.between(0, (owners - 1) / 2) : 0;
        var nodes = new ArrayList<SimNode.Plan>();
        for (int owner = 0; owner < owners; owner++) {
            Conduct conduct =
                    rough && owner < liars
                            ? Conduct.GARBAGE
                            : owner < liars ? chance.of(Conduct.DISHONEST) : Conduct.HONEST;
            int count = rough ? 1 : chance.between(1, 4);
            for (int node = 0; node < count; node++) {
                int lanes = chance.between(1, 2);
                nodes.add(
                        new SimNode.Plan(
                                new NodeId("n" + owner + "-" + node),
                                new OwnerId("owner" + owner),
                                conduct,
                                "net" + chance.between(0, owners),
                                chance.hits(0.7) ? 0 : chance.between(1, 2),
                                chance.logUniform(SLOWEST, SLOWEST * SPREAD),
                                lanes,
                                lanes + chance.between(0, 2),
                                chance.hits(0.9) ? 1 << 30 : 1));
            }
        }
        return new World(
                policy(chance, rough),
                weather,
                List.copyOf(nodes),
                chance.between(1, 4),
                chance.real(2, 20),
                (int) chance.logUniform(20, 2_000));
    }

    /** The standard policy with limits low enough to be met. */
    private static Policy policy(Chance chance, boolean rough) {
        Policy standard = Policy.standard(chance.whole());
        Policy.Limits limits = standard.limits();
        return new Policy(
                standard.revenue(),
                new Policy.Limits(
                        limits.itemsPerJob(),
                        chance.between(15, 60),
                        chance.between(10, 40),
                        limits.quorum(),
                        rough ? 4 : chance.between(4, limits.attempts()),
                        (int) chance.logUniform(16, limits.shardItems()),
                        limits.shardOutputBytes(),
                        limits.shardUnits(),
                        chance.between(5, limits.finishedJobs()),
                        limits.faults()),
                standard.pace(),
                standard.seed());
    }

    /**
     * Clients ask for no more than honest owners who can judge each other can give, so that calm
     * can end every job.
     */
    int quorumMax() {
        return Math.clamp(Math.max(ableWithout(1), ableWithout(2)), 1, 3);
    }

    /** Honest owners none of whose nodes that can run the model is of this numeric class. */
    private long ableWithout(int numericClass) {
        var able = new TreeSet<OwnerId>();
        var odd = new TreeSet<OwnerId>();
        for (SimNode.Plan node : nodes) {
            if (node.conduct() == Conduct.HONEST && node.memoryBytes() > 1) {
                (node.numericClass() == numericClass ? odd : able).add(node.owner());
            }
        }
        able.removeAll(odd);
        return able.size();
    }

    /** The owner whom the operator trusts: an honest one that can run the model. */
    Optional<OwnerId> trusted() {
        return nodes.stream()
                .filter(node -> node.conduct() == Conduct.HONEST && node.memoryBytes() > 1)
                .map(SimNode.Plan::owner)
                .findFirst();
    }

    boolean honest(OwnerId owner) {
        return nodes.stream()
                .anyMatch(node -> node.owner().equals(owner) && node.conduct().truthful());
    }

    long owners(Conduct conduct) {
        return nodes.stream()
                .filter(node -> node.conduct() == conduct)
                .map(SimNode.Plan::owner)
                .distinct()
                .count();
    }
}
