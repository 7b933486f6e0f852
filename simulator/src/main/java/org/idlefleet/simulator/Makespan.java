package org.idlefleet.simulator;

import org.idlefleet.coordinator.Answer;
import org.idlefleet.coordinator.Command;
import org.idlefleet.coordinator.JobEnd;
import org.idlefleet.coordinator.JobRequest;
import org.idlefleet.coordinator.ModelSpec;
import org.idlefleet.coordinator.Policy;
import org.idlefleet.coordinator.Tier;
import org.idlefleet.coordinator.scheduling.WorkUnits;
import org.idlefleet.ledger.Money;
import org.idlefleet.protocol.ClientId;
import org.idlefleet.protocol.Digest;
import org.idlefleet.protocol.ItemKind;
import org.idlefleet.protocol.NodeId;
import org.idlefleet.protocol.OwnerId;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * How long one large batch job takes on a fleet whose speeds spread 40×, while every tenth node
 * drives off, against the work divided by the speed of those who are there.
 */
public final class Makespan {
    private static final int NODES = 50;
    private static final double SLOWEST = 60;
    private static final double SPREAD = 40;
    private static final int LEAVING = NODES / 10;
    private static final int ITEM_BYTES = 200;
    private static final Duration IDEAL = Duration.ofMinutes(2);
    private static final Duration LONGEST = Duration.ofHours(1);

    private final Chance chance;
    private final Timeline time = new Timeline();
    private final CoordinatorProcess coordinator;
    private final List<SimNode> nodes = new ArrayList<>();
    private Instant ended = Instant.MAX;
    private JobEnd end = JobEnd.RESTART;

    private Makespan(long seed) {
        chance = new Chance(seed, "makespan");
        var corners = new Corners();
        var network = new SimNetwork(new Chance(seed, "network"), corners);
        coordinator =
                new CoordinatorProcess(
                        Policy.standard(seed),
                        time,
                        network,
                        new Chance(seed, "coordinator"),
                        corners,
                        (how, _, payloads) -> {
                            ended = time.now();
                            end = how.end();
                            payloads.forget(how.job());
                        },
                        _ -> false);
        coordinator.start();
        for (int i = 0; i < NODES; i++) {
            var plan =
                    new SimNode.Plan(
                            new NodeId("node" + i),
                            new OwnerId("owner" + i),
                            Conduct.HONEST,
                            "net" + i,
                            0,
                            chance.logUniform(SLOWEST, SLOWEST * SPREAD),
                            1,
                            2,
                            1 << 30);
            nodes.add(new SimNode(plan, time, coordinator, network, new Chance(seed, "node " + i)));
        }
    }

    /**
     * Makespan divided by the time that the work takes at the speed of those who are there.
     *
     * @throws Broken if the job does not end well
     */
    public static double ratio(long seed) {
        return new Makespan(seed).run();
    }

    /** Prints the ratios of seeds {@code FROM} and the {@code COUNT} - 1 that follow. */
    public static void main(String[] arguments) {
        long from = Long.parseLong(arguments[0]);
        int count = Integer.parseInt(arguments[1]);
        var ratios = new ArrayList<Double>();
        for (long seed = from; seed < from + count; seed++) {
            double ratio = ratio(seed);
            ratios.add(ratio);
            System.out.printf("seed %d makespan %.4f%n", seed, ratio);
        }
        Collections.sort(ratios);
        System.out.printf(
                "%d seeds: median %.4f, worst %.4f%n",
                count, ratios.get(count / 2), ratios.getLast());
    }

    private double run() {
        var client = new ClientId("client");
        ask(n -> new Command.RegisterModel(n, ModelSpec.of(Truth.DIGEST, Truth.MANIFEST)));
        ask(n -> new Command.FundClient(n, client, Money.ofUnits(1_000_000), "all"));
        for (SimNode node : nodes) {
            Digest token = Digest.of(node.plan().node().value().getBytes(StandardCharsets.UTF_8));
            ask(n ->
                    new Command.IssueToken(
                            n, node.plan().owner(), token, time.now().plus(LONGEST)));
            coordinator.ask(
                    n -> new Command.RedeemToken(n, token, token),
                    answer -> node.enrolled(((Answer.Enrolled) answer).node()));
        }
        time.run(Duration.ofSeconds(1));
        for (SimNode node : nodes) {
            node.start();
            node.openGate(Optional.empty());
        }
        time.run(Duration.ofSeconds(10));
        return work(client);
    }

    private double work(ClientId client) {
        double speed = nodes.stream().mapToDouble(node -> node.plan().unitsPerSecond()).sum();
        int units = Truth.MANIFEST.workUnits(ItemKind.TEXT, ITEM_BYTES);
        int count = (int) (speed * IDEAL.toSeconds() / units);
        byte[] item = chance.bytes(ITEM_BYTES);
        WorkUnits all = WorkUnits.even(count, units);
        Instant begun = time.now();
        var job =
                new JobRequest(
                        Truth.MANIFEST.model(),
                        ItemKind.TEXT,
                        all,
                        1,
                        Tier.BATCH,
                        begun.plus(LONGEST),
                        false);
        coordinator
                .payloads()
                .stage(coordinator.nextRequest(), all, Collections.nCopies(count, item));
        coordinator.ask(
                n -> new Command.SubmitJob(n, client, job),
                answer ->
                        coordinator
                                .payloads()
                                .admit(coordinator.answering(), ((Answer.Admitted) answer).job()));
        var left = new double[1];
        for (SimNode node : nodes.subList(0, LEAVING)) {
            Duration stay = chance.between(Duration.ZERO, IDEAL);
            time.in(stay, node::closeGate);
            left[0] += seconds(IDEAL.minus(stay)) * node.plan().unitsPerSecond();
        }
        while (ended.equals(Instant.MAX) && time.now().isBefore(begun.plus(LONGEST))) {
            time.run(Duration.ofSeconds(10));
        }
        Broken.unless(end == JobEnd.DONE, "the job is done", end);
        double stayers =
                nodes.stream()
                        .skip(LEAVING)
                        .mapToDouble(node -> node.plan().unitsPerSecond())
                        .sum();
        double ideal = seconds(IDEAL) + left[0] / stayers;
        return seconds(Duration.between(begun, ended)) / ideal;
    }

    private void ask(java.util.function.LongFunction<Command.Asked> command) {
        coordinator.ask(
                command, answer -> Broken.unless(answer instanceof Answer.Done, "done", answer));
    }

    private static double seconds(Duration duration) {
        return duration.toNanos() / 1e9;
    }
}
