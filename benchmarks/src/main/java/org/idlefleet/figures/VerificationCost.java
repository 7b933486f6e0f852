package org.idlefleet.figures;

import org.idlefleet.cli.Figures;

import tools.jackson.databind.JsonNode;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * What checking results adds to the control plane: the same load with a quorum of one and with
 * {@code standard} terms in turn, on one warm coordinator with real TLS, a durable log and owners
 * past their warm-up, some of them trusted. Processor time of the coordinator's process until
 * everything is booked and proven, so what else the machine does counts little.
 *
 * <p>The check of a result is a shard like any other to the control plane: leased, sent, answered,
 * voted on, paid, booked. So the cost of the verification path is what an <em>execution</em> takes
 * more under {@code standard}; that there are more executions for a shard is the audited share,
 * which is bought, and is printed beside.
 */
final class VerificationCost {
    private static final String QUORUM = "quorum";
    private static final String STANDARD = "standard";

    /**
     * Times that both loads are run in turn before anything is measured: the compiler makes anew
     * for both what it made for one alone, and that takes it so many turns.
     */
    private static final int TURNS_BEFORE = 8;

    private VerificationCost() {}

    /**
     * How much to run.
     *
     * @param warm shards under {@code standard} terms before anything is measured: enough for every
     *     owner to pass its warm-up, of which each check counts for two
     * @param shards of each load: few, so that both loads of a round find the machine alike
     * @param rounds times that both loads are measured
     */
    record Size(int warm, int shards, int rounds) {}

    /**
     * @param trusted owners whom the operator trusts from now on
     */
    static void of(
            Figures figures, StubFleet fleet, StubNodes stubs, List<String> trusted, Size size)
            throws InterruptedException {
        for (String owner : trusted) {
            fleet.fleet().api().post("/api/v1/owners/" + owner + "/trust", Map.of("trusted", true));
        }
        measure(fleet, stubs, size.warm(), STANDARD);
        var plain = new ArrayList<Round>();
        var checked = new ArrayList<Round>();
        for (int i = 0; i < TURNS_BEFORE + size.rounds(); i++) {
            Round one = measure(fleet, stubs, size.shards(), QUORUM);
            Round other = measure(fleet, stubs, size.shards(), STANDARD);
            if (i >= TURNS_BEFORE) {
                plain.add(one);
                checked.add(other);
            }
        }
        figures.note(
                "the same with 'standard' terms, "
                        + trusted.size()
                        + " owners trusted and all past their warm-up, in turn with quorum 1: "
                        + size.shards()
                        + " shards each, medians of "
                        + size.rounds()
                        + " rounds, ratios round by round");
        print(figures, ".quorum1", plain);
        print(figures, ".standard", checked);
        figures.plain(
                "control-plane.audited.standard",
                100 * median(checked, round -> round.audited),
                "%");
        figures.plain(
                "control-plane.rate.standard-of-quorum1",
                ratio(checked, plain, round -> round.pace.rate()),
                "ratio");
        figures.plain(
                "control-plane.cost-per-shard",
                ratio(checked, plain, round -> round.pace.microsPerShard()),
                "x");
        figures.atMost(
                "control-plane.verification-cost",
                ratio(checked, plain, round -> round.pace.microsPerExecution()),
                "x",
                1.1);
    }

    /** One load, and the share of its results that were audited. */
    private record Round(Pace pace, double audited) {
        double executionsPerShard() {
            return (double) pace.executions() / pace.shards();
        }
    }

    @FunctionalInterface
    private interface Of {
        double round(Round round);
    }

    private static Round measure(StubFleet fleet, StubNodes stubs, int shards, String assurance)
            throws InterruptedException {
        var job = new ArrayList<String>(1);
        Pace pace =
                Pace.measureToTheEnd(
                        fleet, stubs, shards, (_, _) -> job.add(fleet.submit(shards, assurance)));
        JsonNode told = fleet.fleet().api().get("/api/v1/jobs/" + job.getFirst());
        return new Round(pace, told.path("verification").path("audited_share").asDouble());
    }

    private static void print(Figures figures, String suffix, List<Round> rounds) {
        figures.plain(
                "control-plane.rate" + suffix,
                median(rounds, round -> round.pace.rate()),
                "shards/s");
        figures.plain(
                "control-plane.cpu.coordinator" + suffix,
                median(rounds, round -> round.pace.microsPerShard()),
                "us/shard");
        figures.plain(
                "control-plane.cpu.coordinator" + suffix + ".execution",
                median(rounds, round -> round.pace.microsPerExecution()),
                "us/execution");
        figures.plain(
                "control-plane.executions" + suffix,
                median(rounds, Round::executionsPerShard),
                "x");
    }

    private static double median(List<Round> rounds, Of what) {
        return Median.of(rounds.stream().map(what::round).toList());
    }

    private static double ratio(List<Round> checked, List<Round> plain, Of what) {
        return Median.of(
                IntStream.range(0, plain.size())
                        .mapToObj(i -> what.round(checked.get(i)) / what.round(plain.get(i)))
                        .toList());
    }
}
