package org.idlefleet.figures.edge;

import org.idlefleet.cli.Corpus;
import org.idlefleet.cli.fleet.AdminApi;
import org.idlefleet.cli.fleet.LocalFleet;
import org.idlefleet.cli.model.BuiltIn;
import org.idlefleet.edge.EngineException;
import org.idlefleet.figures.Nodes;
import org.idlefleet.figures.Troubles;
import org.idlefleet.figures.Troubles.Trouble;
import org.idlefleet.ledger.adapter.LedgerReader;

import tools.jackson.databind.JsonNode;

import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * A real fleet whose nodes leave in the middle of their work, each time in another way and soon
 * back, and what the coordinator and its ledger say once all work is done. Linux.
 */
final class Departures {
    /** How a node goes. */
    private static final List<Trouble> WAYS =
            List.of(
                    Trouble.OWNER_BACK,
                    Trouble.WORKER_KILLED,
                    Trouble.DAEMON_STOPPED,
                    Trouble.NETWORK_GONE,
                    Trouble.DISK_FULL);

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
            Map<Trouble, Integer> ways,
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
    private final Troubles troubles;
    private final AdminApi client;
    private final Map<Trouble, Integer> ways = new EnumMap<>(Trouble.class);
    private final List<String> jobs = new ArrayList<>();

    private Departures(LocalFleet fleet, Troubles troubles, AdminApi client, long seed) {
        this.random = new Random(seed);
        this.fleet = fleet;
        this.troubles = troubles;
        this.client = client;
    }

    /** Lets so many nodes go, one after the other. */
    static Outcome run(int count, long seed)
            throws IOException, EngineException, InterruptedException {
        // Small shards, so that a node mostly leaves in the middle of one and others end meanwhile.
        try (LocalFleet fleet =
                LocalFleet.start(List.of("pace.batchShardMs=500", "pace.overrunMs=5000"), false)) {
            Nodes.serve(fleet, BuiltIn.ALL_MINILM);
            List<LocalFleet.Plan> nodes =
                    IntStream.range(0, NODES)
                            .mapToObj(i -> new LocalFleet.Plan("node" + i, "owner" + i, List.of()))
                            .toList();
            String key = fleet.client("bench", "100000");
            try (var troubles = Troubles.of(fleet, nodes);
                    var client = new AdminApi(fleet.api().base(), key)) {
                troubles.awaitAll();
                var departures = new Departures(fleet, troubles, client, seed);
                for (int i = 0; i < count; i++) {
                    departures.next();
                }
                departures.awaitEnd();
                // Whoever left came back and computes.
                troubles.awaitAll();
                return departures.outcome();
            }
        }
    }

    private void next() throws IOException, InterruptedException {
        while (open() < 2 * ITEMS) {
            submit();
        }
        Thread.sleep(random.nextInt(500));
        int node = random.nextInt(NODES);
        Trouble way = WAYS.get(random.nextInt(WAYS.size()));
        ways.merge(way, 1, Integer::sum);
        int away = 100 + random.nextInt(1_500);
        // At times for longer than its worker may go on without it.
        troubles.strike(node, way, way == Trouble.DAEMON_STOPPED ? 3 * away : away);
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
}
