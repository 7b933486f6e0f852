package org.idlefleet.figures.edge;

import org.idlefleet.cli.Corpus;
import org.idlefleet.cli.fleet.AdminApi;
import org.idlefleet.cli.fleet.LocalFleet;
import org.idlefleet.cli.model.BuiltIn;
import org.idlefleet.edge.EngineException;
import org.idlefleet.edge.adapter.owner.OwnerMode;
import org.idlefleet.ledger.adapter.LedgerReader;

import tools.jackson.databind.JsonNode;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/**
 * A real fleet whose nodes leave in the middle of their work, each time in another way and soon
 * back, and what the coordinator and its ledger say once all work is done. Linux.
 */
final class Departures {
    /** How a node goes. */
    enum Way {
        /** Its owner comes back. */
        OWNER_BACK,
        /** Somebody kills its worker. */
        WORKER_KILLED,
        /** Its daemon is stopped by SIGSTOP. */
        DAEMON_STOPPED,
        /** Its network is gone. */
        NETWORK_GONE,
        /** Whatever it writes to its disk fails. */
        DISK_FULL
    }

    /**
     * What became of the work.
     *
     * @param items that clients asked for
     * @param payments shards that were paid
     * @param released shards that nodes gave back, or that were taken from them
     * @param unanswered items without a settled shard
     * @param paidTwice items in more than one paid shard, or in one that was paid more than once
     * @param paidForNothing items of shards that paid an owner who has no result in them
     * @param ledgerFaults what the ledger's check found
     */
    record Outcome(
            Map<Way, Integer> ways,
            int items,
            int payments,
            int released,
            int unanswered,
            int paidTwice,
            int paidForNothing,
            int ledgerFaults) {}

    private static final int NODES = 3;
    private static final int ITEMS = 2_000;
    private static final int WAIT_SECONDS = 600;

    private final Random random;
    private final LocalFleet fleet;
    private final List<Relay> relays;
    private final AdminApi client;
    private final Map<Way, Integer> ways = new EnumMap<>(Way.class);
    private final List<String> jobs = new ArrayList<>();

    private Departures(LocalFleet fleet, List<Relay> relays, AdminApi client, long seed) {
        this.random = new Random(seed);
        this.fleet = fleet;
        this.relays = relays;
        this.client = client;
    }

    /** Lets so many nodes go, one after the other. */
    static Outcome run(int count, long seed)
            throws IOException, EngineException, InterruptedException {
        var relays = new ArrayList<Relay>();
        // Small shards, so that a node mostly leaves in the middle of one and others end meanwhile.
        try (LocalFleet fleet =
                LocalFleet.start(List.of("pace.batchShardMs=500", "pace.overrunMs=5000"), false)) {
            Path files = Files.createDirectories(fleet.directory().resolve("model"));
            BuiltIn.ALL_MINILM.unpack(files);
            fleet.serve(BuiltIn.ALL_MINILM.recipe().manifest(files), files);
            for (int i = 0; i < NODES; i++) {
                var relay = new Relay(fleet.nodePort());
                relays.add(relay);
                fleet.add(
                        new LocalFleet.Plan(
                                "node" + i,
                                "owner" + i,
                                List.of(
                                        "node.coordinator=127.0.0.1:" + relay.port(),
                                        "signals.linux=off",
                                        "rules.settle=0s",
                                        "engine.provider=cpu")));
            }
            fleet.awaitNodes(NODES);
            String key = fleet.client("bench", "100000");
            try (var client = new AdminApi(fleet.api().base(), key)) {
                var departures = new Departures(fleet, relays, client, seed);
                for (int i = 0; i < count; i++) {
                    departures.next();
                }
                departures.awaitEnd();
                // Whoever left came back and computes.
                fleet.awaitNodes(NODES);
                return departures.outcome();
            }
        } finally {
            for (Relay relay : relays) {
                relay.close();
            }
        }
    }

    private void next() throws IOException, InterruptedException {
        while (open() < 2 * ITEMS) {
            submit();
        }
        Thread.sleep(random.nextInt(500));
        int node = random.nextInt(NODES);
        Way way = Way.values()[random.nextInt(Way.values().length)];
        ways.merge(way, 1, Integer::sum);
        Path data = fleet.directory().resolve("node" + node);
        long daemon = fleet.node("node" + node).pid();
        int away = 100 + random.nextInt(1_500);
        switch (way) {
            case OWNER_BACK -> {
                OwnerMode.write(data, new OwnerMode.Pause(Optional.empty()));
                Thread.sleep(away);
                OwnerMode.write(data, new OwnerMode.Run());
            }
            case WORKER_KILLED ->
                    ProcessHandle.of(daemon).stream()
                            .flatMap(ProcessHandle::descendants)
                            .forEach(ProcessHandle::destroyForcibly);
            case DAEMON_STOPPED -> {
                fleet.node("node" + node).freeze();
                // At times for longer than its worker may go on without it.
                Thread.sleep(3L * away);
                fleet.node("node" + node).thaw();
            }
            case NETWORK_GONE -> {
                relays.get(node).cut();
                Thread.sleep(away);
                relays.get(node).restore();
            }
            case DISK_FULL -> {
                // Its soft limit only: that may be raised again.
                command("prlimit", "--pid", Long.toString(daemon), "--fsize=0:");
                Thread.sleep(away);
                command("prlimit", "--pid", Long.toString(daemon), "--fsize=unlimited:");
            }
        }
    }

    private void submit() {
        List<String> texts = Corpus.pieces(ITEMS, 20);
        jobs.add(
                client.post(
                                "/api/v1/jobs",
                                Map.of(
                                        "model",
                                        BuiltIn.ALL_MINILM.recipe().model().value(),
                                        "input",
                                        texts))
                        .path("id")
                        .asString());
    }

    private long open() {
        return fleet.api().get("/api/v1/load").path("open_items").asLong();
    }

    private JsonNode job(String job) {
        return fleet.api().get("/api/v1/jobs/" + job);
    }

    private void awaitEnd() throws InterruptedException {
        for (int i = 0; i < WAIT_SECONDS; i++) {
            if (jobs.stream().allMatch(job -> job(job).path("status").asString().equals("done"))) {
                return;
            }
            Thread.sleep(1_000);
        }
        throw new IllegalStateException(
                "after " + WAIT_SECONDS + " s without a departure " + open() + " items are open");
    }

    private Outcome outcome() throws InterruptedException {
        Map<String, Integer> settled = settled();
        int payments = 0;
        int unanswered = 0;
        int twice = 0;
        int nothing = 0;
        for (String id : jobs) {
            JsonNode job = job(id);
            int[] paid = new int[job.path("items").asInt()];
            for (JsonNode shard : job.path("shards")) {
                int from = shard.path("from").asInt();
                int to = shard.path("to").asInt();
                int times = settled.getOrDefault("settle/" + id + "/" + shard.path("shard"), 0);
                payments += times;
                for (int i = from; i < to; i++) {
                    paid[i] += times;
                }
                nothing += paysTheAbsent(shard) ? to - from : 0;
            }
            for (int times : paid) {
                unanswered += times == 0 ? 1 : 0;
                twice += times > 1 ? 1 : 0;
            }
        }
        return new Outcome(
                ways,
                jobs.size() * ITEMS,
                payments,
                released(),
                unanswered,
                twice,
                nothing,
                faults());
    }

    /** Shards that nodes gave back, or that were taken from them. */
    private int released() {
        return fleet.api()
                .get("/api/v1/owners")
                .path("data")
                .valueStream()
                .map(owner -> owner.path("availability"))
                .mapToInt(
                        conduct -> conduct.path("released").asInt() + conduct.path("lost").asInt())
                .sum();
    }

    private static boolean paysTheAbsent(JsonNode shard) {
        List<String> voted =
                shard.path("votes")
                        .valueStream()
                        .map(vote -> vote.path("owner").asString())
                        .toList();
        return shard.path("payment")
                .valueStream()
                .map(posting -> posting.path("account").asString())
                .filter(account -> account.startsWith("owner:"))
                .anyMatch(account -> !voted.contains(account.split(":", -1)[1]));
    }

    /** How often the ledger books each settlement, once it has caught up with the jobs. */
    private Map<String, Integer> settled() throws InterruptedException {
        for (int i = 0; ; i++) {
            var settled = new HashMap<String, Integer>();
            try (LedgerReader ledger = ledger()) {
                ledger.transactions(1, Long.MAX_VALUE)
                        .forEach(row ->
                                settled.merge(row.transaction().id().toString(), 1, Integer::sum));
            }
            int shards = jobs.stream().mapToInt(job -> job(job).path("shards").size()).sum();
            long booked =
                    jobs.stream()
                            .flatMap(job ->
                                    settled.keySet().stream()
                                            .filter(id -> id.startsWith("settle/" + job + "/")))
                            .count();
            if (booked >= shards || i == 100) {
                return settled;
            }
            Thread.sleep(100);
        }
    }

    private int faults() {
        try (LedgerReader ledger = ledger()) {
            return ledger.check().faults().size() + (ledger.trialBalance().isBalanced() ? 0 : 1);
        }
    }

    private LedgerReader ledger() {
        return LedgerReader.open(fleet.data().resolve("ledger.db"));
    }

    private static void command(String... words) throws IOException, InterruptedException {
        int code = new ProcessBuilder(words).inheritIO().start().waitFor();
        if (code != 0) {
            throw new IOException("'" + String.join(" ", words) + "' ended with " + code);
        }
    }
}
