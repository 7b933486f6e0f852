package org.idlefleet.simulator;

import org.idlefleet.coordinator.Answer;
import org.idlefleet.coordinator.Command;
import org.idlefleet.coordinator.ModelSpec;
import org.idlefleet.coordinator.OwnerTerms;
import org.idlefleet.coordinator.Query;
import org.idlefleet.coordinator.View;
import org.idlefleet.ledger.Money;
import org.idlefleet.ledger.Party;
import org.idlefleet.ledger.RevenueShare;
import org.idlefleet.ledger.Share;
import org.idlefleet.ledger.policy.Hours;
import org.idlefleet.ledger.policy.PayPolicy;
import org.idlefleet.ledger.policy.Rates;
import org.idlefleet.protocol.Digest;
import org.idlefleet.protocol.OwnerId;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * One world in virtual time: the real coordinator and real edge nodes, in storm and in calm. The
 * same seed gives the same run to the last event.
 */
public final class Simulation {
    private static final Duration CALM_SLICE = Duration.ofMinutes(1);

    private final long seed;
    private final World world;
    private final Timeline time = new Timeline();
    private final Corners corners = new Corners();
    private final SimNetwork network;
    private final CoordinatorProcess coordinator;
    private final List<SimNode> nodes = new ArrayList<>();
    private final List<SimClient> clients = new ArrayList<>();
    private int version = 1;
    private boolean storming;

    public Simulation(long seed) {
        this.seed = seed;
        world = World.draw(seed);
        network = new SimNetwork(new Chance(seed, "network"), corners);
        coordinator =
                new CoordinatorProcess(
                        world.policy(),
                        time,
                        network,
                        new Chance(seed, "coordinator"),
                        corners,
                        new Inspector(world.owners(Conduct.COALITION), corners),
                        owner -> !world.honest(owner));
        for (SimNode.Plan plan : world.nodes()) {
            nodes.add(
                    new SimNode(
                            plan,
                            time,
                            coordinator,
                            network,
                            new Chance(seed, "node " + plan.node())));
        }
        for (String name : SimClient.names(world.clients())) {
            clients.add(
                    new SimClient(
                            name,
                            coordinator,
                            time,
                            new Chance(seed, name),
                            new Chance(seed, "terms of " + name),
                            corners,
                            world.itemsMax(),
                            world.quorumMax()));
        }
        found();
    }

    public Corners corners() {
        return corners;
    }

    /** A hash over everything that happened so far. */
    public long trace() {
        return coordinator.trace();
    }

    public int openJobs() {
        return coordinator.reference().openJobs();
    }

    /** Steps that the coordinator has made. */
    public long steps() {
        return coordinator.steps();
    }

    /** The operator sets things up, in fair weather. */
    private void found() {
        coordinator.start();
        operator(request ->
                new Command.RegisterModel(request, ModelSpec.of(Truth.DIGEST, Truth.MANIFEST)));
        for (SimNode node : nodes) {
            Digest token = digest("token " + node.plan().node());
            Digest key = digest("key " + node.plan().node());
            Instant expires = time.now().plus(Duration.ofHours(1));
            operator(request ->
                    new Command.IssueToken(request, node.plan().owner(), token, expires));
            coordinator.ask(
                    request -> new Command.RedeemToken(request, token, key),
                    answer -> enrolled(node, answer));
            coordinator.ask(
                    request -> new Command.RedeemToken(request, token, key),
                    answer -> enrolled(node, answer));
            coordinator.ask(
                    request -> new Command.RedeemToken(request, token, digest("thief")),
                    answer ->
                            Broken.unless(
                                    answer instanceof Answer.Refused,
                                    "a token is used once",
                                    answer));
        }
        world.trusted()
                .ifPresent(
                        owner -> operator(request -> new Command.TrustOwner(request, owner, true)));
        for (SimClient client : clients) {
            operator(request -> new Command.SetTerms(request, client.client(), client.terms()));
        }
        clients.forEach(SimClient::pay);
        time.run(Duration.ofSeconds(1));
    }

    private static void enrolled(SimNode node, Answer answer) {
        Broken.unless(answer instanceof Answer.Enrolled, "a good token enrols", answer);
        if (answer instanceof Answer.Enrolled enrolled) {
            node.enrolled(enrolled.node());
        }
    }

    private void operator(java.util.function.LongFunction<Command.Asked> command) {
        coordinator.ask(
                command,
                answer ->
                        Broken.unless(
                                answer instanceof Answer.Done, "the operator is obeyed", answer));
    }

    private static Digest digest(String text) {
        return Digest.of(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Everything goes wrong that can; all promises are checked after every step. */
    public void storm(Duration span) {
        storming = true;
        network.weather(world.weather());
        coordinator.flushesMayFail(true);
        var chance = new Chance(seed, "storm");
        for (SimNode node : nodes) {
            time.in(
                    chance.between(Duration.ZERO, Duration.ofSeconds(20)),
                    () -> {
                        node.start();
                        wake(node, chance);
                    });
            plan(world.weather().betweenKills(), chance, () -> kill(node, chance));
        }
        for (SimClient client : clients) {
            var pace = Duration.ofMillis((long) (world.betweenJobsSeconds() * 1_000));
            plan(pace, new Chance(seed, "pace of " + client.name()), client::submit);
        }
        plan(world.weather().betweenCrashes(), chance, () -> crash(chance));
        plan(Duration.ofSeconds(90), chance, coordinator::snapshot);
        var policies = new Chance(seed, "policies");
        plan(Duration.ofMinutes(2), policies, () -> setPolicy(policies));
        plan(Duration.ofSeconds(60), policies, () -> setTerms(policies));
        plan(Duration.ofSeconds(60), chance, () -> partition(chance));
        if (chance.hits(0.3)) {
            time.in(chance.between(Duration.ZERO, span), () -> ban(chance));
        }
        watch(chance);
        time.run(span);
    }

    /** Does something again and again, at random times around a mean, as long as it storms. */
    private void plan(Duration mean, Chance chance, Runnable what) {
        if (!mean.isZero()) {
            time.in(
                    chance.exponential(mean),
                    () -> {
                        if (storming) {
                            what.run();
                            plan(mean, chance, what);
                        }
                    });
        }
    }

    private void wake(SimNode node, Chance chance) {
        if (storming) {
            Duration awake = chance.exponential(world.weather().awake());
            boolean announced = chance.hits(0.3);
            node.openGate(announced ? Optional.of(time.now().plus(awake)) : Optional.empty());
            time.in(awake, () -> sleep(node, chance));
        }
    }

    private void sleep(SimNode node, Chance chance) {
        if (storming) {
            corners.met(Corner.NODE_LEFT_WITH_NOTICE);
            node.closeGate();
            time.in(chance.exponential(world.weather().asleep()), () -> wake(node, chance));
        }
    }

    private void kill(SimNode node, Chance chance) {
        if (node.running()) {
            boolean noticed = chance.hits(0.5);
            corners.met(noticed ? Corner.NODE_KILLED : Corner.NODE_LOST);
            node.kill(noticed);
            time.in(
                    chance.exponential(Duration.ofSeconds(30)),
                    () -> {
                        if (!node.running()) {
                            corners.met(Corner.NODE_CAME_BACK);
                            node.start();
                        }
                    });
        }
    }

    private void crash(Chance chance) {
        switch (chance.between(0, 3)) {
            case 0 -> coordinator.kill();
            case 1 -> coordinator.killWhileSending();
            case 2 -> coordinator.failNextFlush(SimLog.Fault.NOTHING_WRITTEN);
            default -> coordinator.failNextFlush(SimLog.Fault.ALL_WRITTEN);
        }
    }

    private void partition(Chance chance) {
        boolean upwards = chance.hits(0.5);
        for (SimNode node : nodes) {
            Link link = node.link();
            if (link != null && chance.hits(0.3)) {
                link.sever(upwards);
            }
        }
    }

    /** A new policy, with rules that hold now and rules that do not. */
    private void setPolicy(Chance chance) {
        version++;
        int owner = chance.between(100_000, 700_000);
        int fleet = chance.between(0, 100_000);
        int referrer = chance.between(0, 50_000);
        var everywhere = new Hours("", 0, 24, new TreeSet<>());
        var somewhere = new Hours("eu", 0, 24, new TreeSet<>());
        var nights = new Hours("", 22, 6, new TreeSet<>());
        var zones = new TreeMap<String, ZoneId>();
        zones.put("eu", ZoneId.of("Europe/Berlin"));
        var prices = new TreeMap<String, Long>();
        if (chance.hits(0.5)) {
            prices.put(PayPolicy.ANY, (long) chance.between(1, 40));
        }
        var references = new TreeMap<String, PayPolicy.Reference>();
        references.put(
                PayPolicy.ANY,
                new PayPolicy.Reference(chance.between(1, 100_000), chance.between(0, 400)));
        var policy =
                new PayPolicy(
                        prices,
                        new RevenueShare(
                                version,
                                List.of(
                                        new Share(Party.OWNER, owner),
                                        new Share(Party.FLEET, fleet),
                                        new Share(Party.REFERRER, referrer),
                                        new Share(Party.AUDITORS, 20_000),
                                        new Share(Party.VERIFICATION, 30_000),
                                        new Share(
                                                Party.PLATFORM,
                                                950_000 - owner - fleet - referrer)),
                                Party.PLATFORM),
                        zones,
                        references,
                        new Rates(
                                List.of(
                                        new Rates.Tariff(nights, chance.between(0, 100_000)),
                                        new Rates.Tariff(
                                                everywhere, chance.between(0, 300_000_000))),
                                chance.between(0, 100_000),
                                chance.between(0, 10_000_000)),
                        chance.hits(0.5)
                                ? PayPolicy.Backing.USUAL
                                : new PayPolicy.Backing(
                                        List.of(Party.VERIFICATION),
                                        List.of(Party.VERIFICATION, Party.PLATFORM)),
                        new PayPolicy.QuickReturn(
                                Duration.ofMillis(chance.between(0, 5_000)),
                                chance.between(0, 500_000)),
                        List.of(
                                new PayPolicy.Surge(somewhere, chance.between(0, 900_000)),
                                new PayPolicy.Surge(nights, chance.between(0, 300_000))),
                        new PayPolicy.Availability(
                                chance.between(0, 200_000),
                                chance.between(1, 24),
                                new Money(chance.between(0, 40_000))));
        operator(request -> new Command.SetPolicy(request, policy));
    }

    private void setTerms(Chance chance) {
        OwnerId owner = chance.of(nodes).plan().owner();
        var terms =
                new OwnerTerms(
                        chance.hits(0.5) ? "eu" : "",
                        chance.hits(0.5) ? Optional.of(new OwnerId("taxis")) : Optional.empty(),
                        chance.hits(0.5) ? Optional.of(new OwnerId("friend")) : Optional.empty(),
                        chance.hits(0.5)
                                ? List.of()
                                : List.of(
                                        new Rates.Tariff(
                                                new Hours("", 6, 18, new TreeSet<>()),
                                                chance.between(0, 500_000))));
        operator(request -> new Command.SetOwnerTerms(request, owner, terms));
    }

    private void ban(Chance chance) {
        SimNode node = chance.of(nodes);
        boolean spare =
                nodes.stream()
                                .filter(other -> other.plan().owner().equals(node.plan().owner()))
                                .filter(other -> other.plan().memoryBytes() > 1)
                                .count()
                        > 1;
        if (spare || node.plan().conduct() != Conduct.HONEST) {
            operator(request -> new Command.BanNode(request, node.id(), "test"));
        }
    }

    /** Somebody starts the coordinator again when it is down. */
    private void watch(Chance chance) {
        time.in(
                chance.exponential(Duration.ofSeconds(3)),
                () -> {
                    if (storming) {
                        coordinator.start();
                        watch(chance);
                    }
                });
    }

    /** The weather is fair, everyone is there, and whatever is open must come to an end. */
    public void calm(Duration span) {
        storming = false;
        network.weather(Weather.FAIR);
        coordinator.flushesMayFail(false);
        coordinator.fair();
        coordinator.start();
        for (SimNode node : nodes) {
            if (!node.running()) {
                node.start();
            }
            node.openGate(Optional.empty());
            Link link = node.link();
            if (link != null) {
                link.reset();
            }
        }
        Instant end = time.now().plus(span);
        time.run(CALM_SLICE);
        while (openJobs() > 0 && time.now().isBefore(end)) {
            time.run(CALM_SLICE);
        }
        time.run(CALM_SLICE);
        settled();
    }

    private void settled() {
        coordinator.audit();
        Broken.unless(
                openJobs() == 0, "calm ends every job", coordinator.reference().open().keySet());
        var load = (View.Load) coordinator.look(new Query.OfLoad());
        Broken.unless(
                load.heldSlots() == 0 && load.openItems() == 0 && load.openJobs() == 0,
                "calm frees every slot",
                load);
        long left = coordinator.payloads().leftOver();
        Broken.unless(left == 0, "no bytes stay behind", left);
    }
}
