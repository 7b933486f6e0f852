package org.idlefleet.figures;

import org.idlefleet.cli.Bench;
import org.idlefleet.cli.Figures;
import org.idlefleet.protocol.adapter.NodeIdentity;

import java.util.List;

/**
 * Shards settled a second with nodes that answer at once: TLS, durable log, votes, payments, books
 * and proof log. One warm coordinator throughout, and another for {@code standard} terms; what a
 * plain echo over as many TLS connections costs stands beside it.
 *
 * <p>{@code flat.nodes} is the rate with very many nodes in parts of that with ten, with the same
 * work open for both: a million shards. {@code flat.nodes} with {@code thin} is the same with a
 * fifth of the work open for both, where each of very many nodes has little to do at a time; {@code
 * shards-a-message} says how many a node was given, and answered, in one message.
 *
 * <p>{@code verification-cost} is what {@code standard} terms add: {@link VerificationCost}.
 */
public final class ControlPlane implements Bench {
    private static final StubNodes.Manner AT_ONCE = new StubNodes.Manner(256, 0.4, false);

    private static final int FEW = 10;

    /** About the bytes of an assignment on the wire, and of its result. */
    private static final int FRAME_BYTES = 192;

    @Override
    public String name() {
        return "control-plane";
    }

    @Override
    public String description() {
        return "shards settled a second by stub nodes over real TLS with a durable log";
    }

    /** Both ends of the echo are in one process, which may have some 20,000 files open. */
    private static final int ECHO_CONNECTIONS_MAX = 9_000;

    /** What a bench's size is. */
    private record Size(
            int warm,
            int shards,
            int nodes,
            int fewOpen,
            int manyOpen,
            VerificationCost.Size checked) {
        static final Size FULL =
                new Size(
                        600_000,
                        200_000,
                        10_000,
                        1_000,
                        1_000_000,
                        new VerificationCost.Size(600_000, 100_000, 21));
        static final Size QUICK =
                new Size(
                        2_000,
                        5_000,
                        100,
                        500,
                        20_000,
                        new VerificationCost.Size(10_000, 5_000, 3));
    }

    @Override
    public void run(Figures figures, boolean quick) throws Exception {
        Size size = quick ? Size.QUICK : Size.FULL;
        figures.note(
                size.shards()
                        + " shards of one item each, quorum 1, after "
                        + size.warm()
                        + " to warm up; coordinator and stub nodes share the machine's processors");
        String nodes = "nodes" + size.nodes();
        Pace few;
        Pace flood;
        Pace thin;
        Pace many;
        try (var fleet = new StubFleet(StubFleet.ONE_ITEM_SHARDS)) {
            try (var stubs = new StubNodes(fleet.fleet(), fleet.manifest())) {
                stubs.connectAll(StubNodes.enrol(fleet.fleet(), FEW, "few"), AT_ONCE);
                Pace.measure(fleet, stubs, size.warm(), atOnce(size.warm()));
                few = Pace.measure(fleet, stubs, size.shards(), atOnce(size.shards()));
                figures.atLeast("control-plane.rate", few.rate(), "shards/s", 50_000);
                print(figures, "", few);
                Pace trickle = Pace.measure(fleet, stubs, size.shards(), inTurn(size));
                flood = Pace.measure(fleet, stubs, size.manyOpen(), atOnce(size.manyOpen()));
                figures.plain(
                        "control-plane.rate.open" + size.fewOpen(), trickle.rate(), "shards/s");
                figures.plain(
                        "control-plane.rate.open" + size.manyOpen(), flood.rate(), "shards/s");
                print(figures, ".open" + size.manyOpen(), flood);
                figures.atLeast(
                        "control-plane.flat.open",
                        flood.rate() / trickle.rate(),
                        "of-" + size.fewOpen() + "-open",
                        0.8);
            }
            List<NodeIdentity> identities = StubNodes.enrol(fleet.fleet(), size.nodes(), "many");
            try (var stubs = new StubNodes(fleet.fleet(), fleet.manifest())) {
                stubs.connectAll(identities, AT_ONCE);
                Pace.measure(fleet, stubs, size.shards(), atOnce(size.shards()));
                thin = Pace.measure(fleet, stubs, size.shards(), atOnce(size.shards()));
                figures.plain("control-plane.rate." + nodes + ".thin", thin.rate(), "shards/s");
                print(figures, "." + nodes + ".thin", thin);
                many = Pace.measure(fleet, stubs, size.manyOpen(), atOnce(size.manyOpen()));
                figures.plain("control-plane.rate." + nodes, many.rate(), "shards/s");
                print(figures, "." + nodes, many);
            }
        }
        checked(figures, size);
        figures.atLeast(
                "control-plane.flat." + nodes, many.rate() / flood.rate(), "of-10-nodes", 0.8);
        figures.plain(
                "control-plane.flat." + nodes + ".thin", thin.rate() / few.rate(), "of-10-nodes");
        beside(figures, FEW, few);
        beside(figures, size.nodes(), many);
    }

    /** With a coordinator of its own: results of what was checked stay in memory for a while. */
    private static void checked(Figures figures, Size size) throws Exception {
        try (var fleet = new StubFleet(StubFleet.ONE_ITEM_SHARDS);
                var stubs = new StubNodes(fleet.fleet(), fleet.manifest())) {
            stubs.connectAll(StubNodes.enrol(fleet.fleet(), FEW, "few"), AT_ONCE);
            VerificationCost.of(figures, fleet, stubs, List.of("few0", "few1"), size.checked());
        }
    }

    private static void print(Figures figures, String suffix, Pace pace) {
        double shards = pace.shards() / 1e6;
        figures.plain(
                "control-plane.cpu.coordinator" + suffix,
                pace.coordinatorSeconds() / shards,
                "us/shard");
        figures.plain("control-plane.cpu.stubs" + suffix, pace.stubsSeconds() / shards, "us/shard");
        figures.plain(
                "control-plane.shards-a-message" + suffix,
                (double) pace.shards() / Math.max(1, pace.messages()),
                "shards");
    }

    /** The limit of the machine: round trips of single frames over as many TLS connections. */
    private static void beside(Figures figures, int nodes, Pace pace) throws Exception {
        int connections = Math.min(nodes, ECHO_CONNECTIONS_MAX);
        double echoes = WireFigures.echoesPerCpuSecond(connections, 1, FRAME_BYTES);
        figures.plain("control-plane.echo." + connections, echoes, "round-trips/cpu-s");
        figures.plain(
                "control-plane.of-echo." + connections, pace.perCpuSecond() / echoes, "ratio");
    }

    private static Pace.Load atOnce(int shards) {
        return (fleet, _) -> fleet.submit(shards);
    }

    /** Jobs of {@code fewOpen} shards, the next one when the last but one is answered. */
    private static Pace.Load inTurn(Size size) {
        return (fleet, stubs) -> {
            long before = stubs.answered();
            for (int submitted = 0; submitted < size.shards(); submitted += size.fewOpen()) {
                while (stubs.answered() - before < submitted - size.fewOpen()) {
                    Thread.sleep(1);
                }
                fleet.submit(size.fewOpen());
            }
        };
    }
}
