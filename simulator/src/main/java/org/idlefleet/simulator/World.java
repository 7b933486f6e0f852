package org.idlefleet.simulator;

import org.idlefleet.coordinator.Policy;
import org.idlefleet.protocol.NodeId;
import org.idlefleet.protocol.OwnerId;

import java.time.Duration;
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
        var faults = new Chance(seed, "faults");
        var weather = Weather.draw(new Chance(seed, "weather"));
        boolean rough = chance.hits(0.06);
        int owners = rough ? 12 : chance.between(2, 8);
        int liars = rough ? owners - 3 : chance.hits(0.6) ? chance.between(0, (owners - 1) / 2) : 0;
        boolean friends = faults.hits(0.4);
        boolean sleepers = faults.hits(0.25);
        boolean odd = faults.hits(0.3);
        boolean trustable = false;
        var nodes = new ArrayList<SimNode.Plan>();
        for (int owner = 0; owner < owners; owner++) {
            Conduct conduct =
                    rough && owner < liars
                            ? (friends ? Conduct.COALITION : Conduct.GARBAGE)
                            : owner < liars ? dishonest(chance, friends, sleepers) : Conduct.HONEST;
            int count = rough ? 1 : chance.between(1, 4);
            boolean faulty =
                    conduct == Conduct.HONEST && count > 1 && trustable && faults.hits(0.3);
            for (int node = 0; node < count; node++) {
                int lanes = chance.between(1, 2);
                boolean changed = owner == owners - 1 && node == 0 && odd;
                String network = "net" + chance.between(0, owners);
                int drawn = chance.hits(0.7) ? 0 : chance.between(1, 2);
                int numericClass = changed ? Truth.ODD : drawn;
                nodes.add(
                        new SimNode.Plan(
                                new NodeId("n" + owner + "-" + node),
                                new OwnerId("owner" + owner),
                                faulty && node == 0 ? Conduct.FAULTY : conduct,
                                network,
                                numericClass,
                                chance.logUniform(SLOWEST, SLOWEST * SPREAD),
                                lanes,
                                lanes + chance.between(0, 2),
                                chance.hits(0.9) ? 1 << 30 : 1));
                trustable |=
                        conduct == Conduct.HONEST && !faulty && nodes.getLast().memoryBytes() > 1;
            }
        }
        return new World(
                policy(chance, rough, new Chance(seed, "ringers")),
                weather,
                List.copyOf(nodes),
                chance.between(1, 4),
                chance.real(2, 20),
                (int) chance.logUniform(20, 2_000));
    }

    private static Conduct dishonest(Chance chance, boolean friends, boolean sleepers) {
        Conduct drawn = chance.of(Conduct.DISHONEST);
        return friends ? Conduct.COALITION : sleepers ? Conduct.SLEEPER : drawn;
    }

    /** The standard policy with limits low enough to be met. */
    private static Policy policy(Chance chance, boolean rough, Chance ringers) {
        Policy standard = Policy.standard(chance.whole());
        Policy.Limits limits = standard.limits();
        return new Policy(
                standard.pay(),
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
                standard.pace().paidFor(Duration.ofMinutes(1)),
                new Policy.Checks(ringers.hits(0.5) ? 1_000_000 : standard.checks().ringersPpm()),
                standard.seed());
    }

    /**
     * Clients ask for no more than honest owners who can judge each other can give, so that calm
     * can end every job: a class that only one owner shows is not held against any other.
     */
    int quorumMax() {
        return Math.clamp(ableInOneClass(), 1, 3);
    }

    /** Honest owners all of whose nodes that can run the model are of class 0. */
    private long ableInOneClass() {
        var able = new TreeSet<OwnerId>();
        var odd = new TreeSet<OwnerId>();
        for (SimNode.Plan node : nodes) {
            if (node.conduct() == Conduct.FAULTY) {
                odd.add(node.owner());
            } else if (node.conduct() == Conduct.HONEST && node.memoryBytes() > 1) {
                (node.numericClass() == 0 ? able : odd).add(node.owner());
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
                .filter(this::honest)
                .findFirst();
    }

    boolean honest(OwnerId owner) {
        return nodes.stream()
                .filter(node -> node.owner().equals(owner))
                .allMatch(node -> node.conduct().truthful());
    }

    long owners(Conduct conduct) {
        return nodes.stream()
                .filter(node -> node.conduct() == conduct)
                .map(SimNode.Plan::owner)
                .distinct()
                .count();
    }
}
