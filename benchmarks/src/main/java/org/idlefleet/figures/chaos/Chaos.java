package org.idlefleet.figures.chaos;

import org.idlefleet.cli.Bench;
import org.idlefleet.cli.Corpus;
import org.idlefleet.cli.Figures;
import org.idlefleet.cli.fleet.Child;
import org.idlefleet.cli.fleet.LocalFleet;
import org.idlefleet.cli.model.BuiltIn;
import org.idlefleet.edge.adapter.owner.OwnerMode;
import org.idlefleet.figures.Nodes;
import org.idlefleet.figures.Troubles;
import org.idlefleet.figures.Troubles.Trouble;
import org.idlefleet.figures.chaos.Findings.Kind;

import tools.jackson.databind.JsonNode;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Real processes under all that can happen to them, several things at a time, while clients of
 * every kind use them and one node lies; then calm, and a look at everything that was promised.
 * Each run draws other troubles: the seed that is printed gives the same draws, not the same
 * moments. Linux.
 */
public final class Chaos implements Bench {
    private static final Duration STORM = Duration.ofMinutes(10);
    private static final Duration QUICK_STORM = Duration.ofMinutes(1);
    private static final Duration CALM = Duration.ofMinutes(5);
    private static final Duration END_LIMIT = Duration.ofSeconds(60);

    /** A worker may outlive its daemon for so long. */
    private static final Duration LEFT_LIMIT = Duration.ofSeconds(2);

    private static final int TEXTS = 600;
    private static final int ITEMS_OPEN = 3_000;
    private static final int TROUBLED_AT_A_TIME = 2;
    private static final int AWAY_MILLIS_MAX = 3_000;
    private static final int LONG_MILLIS_MAX = 20_000;

    /** One in so many lasts long. */
    private static final int LONG = 8;

    /**
     * What no log should have: an exception with its stack, or a line that calls itself an error.
     */
    private static final Pattern FAULT =
            Pattern.compile(
                    "^\\s+at [\\w.$/]+\\(|^(Caused by: )?[\\w.]+(Exception|Error)\\b| ERROR ");

    private static final List<Trouble> TROUBLES = List.of(Trouble.values());

    private static final String LIAR = "liar";

    /** The last one lies. */
    private static final List<LocalFleet.Plan> NODES =
            List.of(
                    new LocalFleet.Plan("node0", "owner0", List.of()),
                    new LocalFleet.Plan("node1", "owner1", List.of("engine.lanes=2")),
                    new LocalFleet.Plan("node2", "owner2", List.of()),
                    new LocalFleet.Plan("node3", "owner3", List.of("engine.slots=4")),
                    new LocalFleet.Plan("node4", "owner0", List.of()),
                    new LocalFleet.Plan("node5", LIAR, List.of("faults.lie=0.5")));

    private final Findings findings = new Findings();
    private final Outages outages = new Outages();
    private final Map<Trouble, AtomicInteger> struck = new ConcurrentSkipListMap<>();

    @Override
    public String name() {
        return "chaos";
    }

    @Override
    public String description() {
        return "a real fleet under everything at once, and what its users notice";
    }

    @Override
    public void run(Figures figures, boolean quick) throws Exception {
        long seed = System.currentTimeMillis();
        Duration storm = quick ? QUICK_STORM : STORM;
        figures.note(
                storm.toMinutes()
                        + " minutes of storm for "
                        + NODES.size()
                        + " nodes, drawn from seed "
                        + seed);
        try (LocalFleet fleet = LocalFleet.start(List.of("pace.batchShardMs=500"), false)) {
            for (BuiltIn model : BuiltIn.values()) {
                Nodes.serve(fleet, model);
            }
            String key = fleet.client("client", "1000000");
            try (var troubles = Troubles.of(fleet, NODES);
                    var clients =
                            new Clients(
                                    fleet.api().base(),
                                    key,
                                    BuiltIn.names(),
                                    Corpus.sentences(TEXTS),
                                    outages,
                                    findings)) {
                troubles.awaitAll();
                var operators =
                        new Operators(
                                fleet,
                                NODES.stream()
                                        .map(LocalFleet.Plan::owner)
                                        .filter(owner -> !owner.equals(LIAR))
                                        .distinct()
                                        .toList(),
                                LIAR,
                                outages,
                                findings,
                                new Random(seed));
                storm(storm, troubles, operators, clients, seed);
                figures.note("to nodes: " + struck + "; at the coordinator: " + operators.acts());
                operators.trustAll();
                calm(fleet, troubles, clients);
                clients.lies(LIAR)
                        .forEach((terms, count) ->
                                figures.plain("chaos.lies." + terms, count, "vectors"));
                figures.plain("chaos.accepted", clients.accepted().size(), "jobs");
                figures.plain("chaos.asked", clients.vectorsSeen(), "vectors");
                clients.answers()
                        .forEach((answer, count) ->
                                figures.plain("chaos.answered." + answer, count, "answers"));
                end(fleet);
                logs(fleet);
            }
            if (findings.any()) {
                figures.note("all data and logs are kept in " + fleet.directory());
                fleet.keep();
            }
        }
        for (Kind kind : Kind.values()) {
            figures.atMost(
                    "chaos.wrong." + kind.name().toLowerCase(Locale.ROOT),
                    findings.count(kind),
                    kind.unit(),
                    0);
        }
    }

    private interface Work {
        void run() throws Exception;
    }

    private void storm(
            Duration time, Troubles troubles, Operators operators, Clients clients, long seed)
            throws InterruptedException {
        long end = System.nanoTime() + time.toNanos();
        var threads = new ArrayList<Thread>();
        for (int i = 0; i < TROUBLED_AT_A_TIME; i++) {
            int mine = i;
            var random = new Random(seed + 1 + i);
            threads.add(until(end, () -> strike(troubles, mine, random)));
        }
        var pause = new Random(seed - 1);
        threads.add(
                until(
                        end,
                        () -> {
                            Thread.sleep(5_000 + pause.nextInt(20_000));
                            operators.act();
                        }));
        var users =
                List.of(
                        thread(() -> clients.ask(new Random(seed + 11))),
                        thread(() -> clients.ask(new Random(seed + 12))),
                        thread(() -> clients.handIn(new Random(seed + 13), ITEMS_OPEN)),
                        thread(() -> clients.misbehave(new Random(seed + 14))));
        for (Thread thread : threads) {
            thread.join();
        }
        clients.stop();
        for (Thread user : users) {
            user.join();
        }
    }

    private Thread until(long end, Work work) {
        return thread(() -> {
            while (System.nanoTime() < end) {
                work.run();
            }
        });
    }

    private Thread thread(Work work) {
        return Thread.ofPlatform()
                .start(() -> {
                    try {
                        work.run();
                    } catch (Exception e) {
                        findings.add(Kind.PROCESSES, e.toString());
                    }
                });
    }

    /** Lets something happen to one of the nodes whose number leaves this remainder. */
    private void strike(Troubles troubles, int remainder, Random random) throws Exception {
        Thread.sleep(random.nextInt(3_000));
        int mine = (troubles.nodes() - remainder + TROUBLED_AT_A_TIME - 1) / TROUBLED_AT_A_TIME;
        int node = remainder + TROUBLED_AT_A_TIME * random.nextInt(mine);
        Trouble trouble = TROUBLES.get(random.nextInt(TROUBLES.size()));
        int most = random.nextInt(LONG) == 0 ? LONG_MILLIS_MAX : AWAY_MILLIS_MAX;
        revive(troubles, node);
        struck.computeIfAbsent(trouble, _ -> new AtomicInteger()).incrementAndGet();
        try {
            troubles.strike(node, trouble, 50 + random.nextInt(most));
        } catch (IllegalStateException | IOException e) {
            findings.add(Kind.PROCESSES, trouble + ": " + e.getMessage());
        }
    }

    private void revive(Troubles troubles, int node) {
        troubles.revive(node).ifPresent(last -> findings.add(Kind.PROCESSES, last));
    }

    /** The liar's owner is back for good, so that what is still open is done by the others. */
    private void calm(LocalFleet fleet, Troubles troubles, Clients clients)
            throws IOException, InterruptedException {
        for (int node = 0; node < troubles.nodes(); node++) {
            revive(troubles, node);
        }
        Path liar = fleet.directory().resolve(NODES.getLast().name());
        OwnerMode.write(liar, new OwnerMode.Pause(Optional.empty()));
        try {
            fleet.awaitNodes(NODES.size() - 1);
        } catch (IllegalStateException e) {
            findings.add(Kind.PROCESSES, String.valueOf(e.getMessage()));
        }
        var open = new ArrayList<>(clients.accepted());
        long end = System.nanoTime() + CALM.toNanos();
        while (!open.isEmpty() && System.nanoTime() < end) {
            open.removeIf(clients::ended);
            Thread.sleep(500);
        }
        clients.accepted().forEach(clients::judge);
        for (JsonNode owner : fleet.api().get("/api/v1/owners").path("data")) {
            boolean blamed =
                    owner.path("honesty").path("outvoted").asInt() > 0
                            || owner.path("state").asString().equals("convicted");
            if (blamed && !owner.path("id").asString().equals(LIAR)) {
                findings.add(Kind.BLAMED, owner.toString());
            }
        }
    }

    /** All are told to end; then the books are checked without them. */
    private void end(LocalFleet fleet) throws InterruptedException {
        List<Child> children =
                Stream.concat(
                                NODES.stream().map(plan -> fleet.node(plan.name())),
                                Stream.of(fleet.coordinator()))
                        .toList();
        List<ProcessHandle> processes =
                children.stream()
                        .flatMap(child -> ProcessHandle.of(child.pid()).stream())
                        .flatMap(ProcessHandle::descendants)
                        .toList();
        children.forEach(Child::terminate);
        for (Child child : children) {
            findings.unlessEnds(child, END_LIMIT, "it was told to end");
        }
        long end = System.nanoTime() + LEFT_LIMIT.toNanos();
        while (processes.stream().anyMatch(ProcessHandle::isAlive) && System.nanoTime() < end) {
            Thread.sleep(100);
        }
        processes.stream()
                .filter(ProcessHandle::isAlive)
                .forEach(left -> findings.add(Kind.PROCESSES, "is left: " + left.info()));
        try {
            fleet.operate("ledger", "check");
        } catch (IllegalStateException e) {
            findings.add(Kind.BOOKS, String.valueOf(e.getMessage()));
        }
    }

    private void logs(LocalFleet fleet) throws IOException {
        try (Stream<Path> files = Files.list(fleet.directory())) {
            for (Path file : files.filter(it -> it.toString().endsWith(".log")).toList()) {
                try (Stream<String> lines = Files.lines(file)) {
                    lines.filter(line -> FAULT.matcher(line).find())
                            .forEach(line -> findings.add(Kind.LOGS, line));
                }
            }
        }
    }
}
