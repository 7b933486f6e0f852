package org.idlefleet.coordinator.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import static java.util.Objects.requireNonNull;

import org.idlefleet.coordinator.adapter.api.EmbeddingsReader;
import org.idlefleet.coordinator.adapter.receipt.JobReceipt;
import org.idlefleet.coordinator.adapter.receipt.ReceiptVerification;
import org.idlefleet.coordinator.adapter.receipt.ReceiptVerifier;
import org.idlefleet.ledger.AccountId;
import org.idlefleet.ledger.proof.NoteSigner;
import org.idlefleet.ledger.proof.adapter.Ed25519;
import org.junit.jupiter.api.Test;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/**
 * What a receipt says of tolerances, prices, everybody who was paid, and why a result was checked.
 */
class ReceiptTermsTest extends ServerHouse {
    private static final String POLICY =
            """
            version: 7
            prices: {default: 11}
            shares: {owner: 600000, platform: 200000, verification: 50000, fleet: 100000, referrer: 50000}
            remainder: platform
            surge: [{from: 0, to: 24, ppm: 250000}]
            """;

    private static String request(List<String> texts, String terms) {
        return "{\"model\":\"stub\",\"encoding_format\":\"float\",\"input\":"
                + JSON.writeValueAsString(texts)
                + ",\"idlefleet\":{"
                + terms
                + "}}";
    }

    private static String jobOf(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return answer.headers().firstValue("idlefleet-job").orElseThrow();
    }

    private HeldReceipt receipt(CoordinatorServer server, String job) throws Exception {
        return HeldReceipt.of(get(server, admin(), "/api/v1/jobs/" + job + "/receipt"));
    }

    private void accepted(CoordinatorServer server, String path, Object body) throws Exception {
        HttpResponse<String> answer = post(server, admin(), path, JSON.writeValueAsString(body));
        assertThat(answer.statusCode()).as(answer.body()).isBetween(200, 299);
    }

    private static String changed(
            HeldReceipt held, NoteSigner signer, Consumer<ObjectNode> change) {
        ObjectNode tree = held.tree();
        change.accept(tree);
        return HeldReceipt.signed(tree, signer);
    }

    /** What somebody who can sign it might change in a receipt, and what is found then. */
    private record Change(String fault, Consumer<ObjectNode> change) {
        static Change at(String place, String fault, Consumer<ObjectNode> change) {
            return new Change(fault, tree -> change.accept((ObjectNode) tree.at(place)));
        }
    }

    private static void finds(
            HeldReceipt held,
            NoteSigner signer,
            Function<String, ReceiptVerification> verify,
            Change... changes) {
        for (Change change : changes) {
            String receipt = changed(held, signer, change.change());
            assertThat(verify.apply(receipt).faults().toString()).contains(change.fault());
        }
    }

    @Test
    void holdsZonesAgainstTheTolerancesAndThoseAgainstTheManifest() throws Exception {
        HeldReceipt held;
        try (var server = start()) {
            addModel(server);
            String key = client(server, "acme");
            String body = request(texts(3), "\"quorum\":2");
            try (var ann = node(server, "ann", honest());
                    var bob = node(server, "bob", honest());
                    var eve = node(server, "eve", ServerHouse::lie)) {
                assertThat(List.of(ann, bob)).doesNotContainNull();
                String job = jobOf(post(server, key, "/v1/embeddings", body));
                while (outvoted(eve) == 0) {
                    job = jobOf(post(server, key, "/v1/embeddings", body));
                }
                held = receipt(server, job);
            }
        }
        NoteSigner signer = held.signer(directory.resolve("data"));
        assertThat(held.read().shards().getFirst().votes())
                .anyMatch(vote -> vote.zone().equals("dissenting"));
        assertThat(held.verify(held.receipt()).faults()).isEmpty();
        assertThat(held.verify(held.receipt()).proven().toString())
                .contains("tolerances, which are the manifest's");
        assertThat(held.verifyAlone(held.receipt()).open().toString())
                .contains("give its manifest with --manifest", "the coordinator measured them");

        finds(
                held,
                signer,
                held::verifyAlone,
                Change.at(
                        "/terms/tolerances/0",
                        "a vote in stub/CPU/fp32/none should be agreeing, found dissenting",
                        tolerance -> tolerance.put("agree", 1.5)),
                new Change(
                        "should be dissenting, found inconclusive",
                        tree -> {
                            for (JsonNode vote : tree.at("/shards/0/votes")) {
                                if (vote.get("zone").asString().equals("dissenting")) {
                                    ((ObjectNode) vote).put("zone", "inconclusive");
                                }
                            }
                        }),
                Change.at(
                        "/terms",
                        "nothing is said of the tolerance",
                        terms -> terms.putArray("tolerances")));
        var wider =
                Change.at(
                        "/terms/tolerances/0",
                        "is 0.01 in the manifest, the receipt says 0.011",
                        tolerance -> tolerance.put("agree", 0.011));
        assertThat(held.verifyAlone(changed(held, signer, wider.change())).faults()).isEmpty();
        finds(held, signer, held::verify, wider);
        var other =
                new HeldReceipt(
                        held.receipt(),
                        held.key(),
                        held.authority(),
                        new String(held.manifest(), StandardCharsets.UTF_8)
                                .replace("0.01", "0.02")
                                .getBytes(StandardCharsets.UTF_8));
        assertThat(other.verify(held.receipt()).faults().toString())
                .contains("the manifest in the file is not the one of the receipt");
        readsAReceiptOfTheFirstVersion(held, signer);
    }

    /** The same receipt as the release before would have written it. */
    private static void readsAReceiptOfTheFirstVersion(HeldReceipt held, NoteSigner signer) {
        String first =
                changed(
                        held,
                        signer,
                        tree -> {
                            tree.put("kind", JobReceipt.KIND_1);
                            tree.remove("terms");
                            for (JsonNode shard : tree.get("shards")) {
                                ((ObjectNode) shard).remove("bill");
                                shard.get("votes")
                                        .forEach(
                                                vote -> ((ObjectNode) vote).remove("numericClass"));
                            }
                        });
        assertThat(first).doesNotContain("tolerances", "numericClass", "null");
        assertThat(held.verify(first).faults()).isEmpty();
        assertThat(held.verify(first).open().toString())
                .contains("this receipt does not name them");
        String between =
                changed(
                        held,
                        signer,
                        tree -> {
                            tree.put("kind", JobReceipt.KIND_1);
                            tree.remove("terms");
                        });
        assertThat(held.verify(between).faults()).isNotEmpty();
    }

    @Test
    void showsThePriceOfAUnitAndEverybodyWhoHasAPartInIt() throws Exception {
        HeldReceipt held;
        List<byte[]> inputs;
        try (var server = start()) {
            addModel(server);
            String key = client(server, "acme");
            accepted(server, "/api/v1/ledger/policy", new TreeMap<>(Map.of("policy", POLICY)));
            var nodes = new ArrayList<StubNode>();
            try {
                for (int i = 0; i < 5; i++) {
                    nodes.add(node(server, "owner-" + i, honest()));
                    accepted(
                            server,
                            "/api/v1/owners/owner-" + i + "/terms",
                            new TreeMap<>(
                                    Map.of("fleet", "fleet-" + i, "referrer", "friend-" + i)));
                }
                String body = request(texts(40), "\"quorum\":5");
                inputs = EmbeddingsReader.inputs(body.getBytes(StandardCharsets.UTF_8));
                held = receipt(server, jobOf(post(server, key, "/v1/embeddings", body)));
            } finally {
                nodes.forEach(StubNode::close);
            }
        }
        JobReceipt.Bill bill = requireNonNull(held.read().shards().getFirst().bill());
        assertThat(bill.policy()).isEqualTo(7);
        assertThat(bill.earners()).hasSize(5);
        // 5 owners, 5 fleets, 5 referrers and the platform do not fit into one transaction.
        assertThat(bill.further()).isNotEmpty();
        assertThat(held.receipt()).doesNotContain("fleet-1", "friend-1", "owner-1");
        ReceiptVerification said = withInputs(held, held.receipt(), inputs);
        assertThat(said.faults()).isEmpty();
        assertThat(said.proven().toString())
                .contains("units of work at 0.000011 credits each and ", "policy version 7")
                .contains("The units are what the manifest makes of the inputs");
        refusesAnotherSplit(held, held.signer(directory.resolve("data")), inputs);
    }

    private static void refusesAnotherSplit(
            HeldReceipt held, NoteSigner signer, List<byte[]> inputs) {
        finds(
                held,
                signer,
                held::verify,
                Change.at("/shards/0/bill", "charged was", bill -> bill.putArray("further")),
                Change.at(
                        "/shards/0/bill/earners/2",
                        "is paid for a result that is not its own",
                        earner -> earner.put("referrer", "")),
                Change.at("/terms", "units at 10 cost", terms -> terms.put("unitMicros", 10)));
        // More units at a lower price cost the same: only the inputs show it.
        var more =
                new Change(
                        "units of work for each execution, not what was paid",
                        tree -> {
                            ObjectNode terms = (ObjectNode) tree.get("terms");
                            terms.put("unitMicros", 1);
                            terms.put("units", terms.get("units").asLong() * 11);
                            for (JsonNode shard : tree.get("shards")) {
                                ObjectNode its = (ObjectNode) shard.get("bill");
                                its.put("units", its.get("units").asLong() * 11);
                            }
                        });
        assertThat(held.verify(changed(held, signer, more.change())).faults()).isEmpty();
        finds(held, signer, receipt -> withInputs(held, receipt, inputs), more);
    }

    private static ReceiptVerification withInputs(
            HeldReceipt held, String receipt, List<byte[]> inputs) {
        return ReceiptVerifier.verify(
                receipt,
                held.given(new TreeMap<>(), Optional.of(inputs), Optional.empty()),
                Ed25519.signatures());
    }

    @Test
    void paysAuditsAndNothingElseOutOfWhatIsThereForAudits() throws Exception {
        HeldReceipt bought;
        HeldReceipt audit;
        try (var server = start()) {
            addModel(server);
            String key = client(server, "acme");
            try (var ann = node(server, "ann", honest());
                    var bob = node(server, "bob", honest())) {
                assertThat(List.of(ann, bob)).doesNotContainNull();
                String body = request(texts(3), "\"assurance\":\"verified\"");
                String job = jobOf(post(server, key, "/v1/embeddings", body));
                await().atMost(Duration.ofSeconds(30))
                        .until(() -> receipt(server, job).read().state().equals("final"));
                bought = receipt(server, job);
                audit = receipt(server, bought.read().checks().getFirst().job());
            }
        }
        assertThat(audit.read().client()).isEqualTo(AccountId.CHECKS.name());
        assertThat(audit.read().shards().getFirst().payment())
                .filteredOn(line -> line.micros() < 0)
                .extracting(JobReceipt.Line::account)
                .containsExactly(AccountId.CHECKS.path());
        assertThat(audit.verify(audit.receipt()).faults()).isEmpty();
        assertThat(bought.verify(bought.receipt()).faults()).isEmpty();

        NoteSigner signer = bought.signer(directory.resolve("data"));
        finds(
                audit,
                signer,
                audit::verify,
                new Change(
                        "shard 0 has a vote under a lease of something else",
                        tree -> tree.put("client", "acme")),
                new Change(
                        "shard 0 has no vote but the claim that it checks",
                        tree -> {
                            ObjectNode shard = (ObjectNode) tree.at("/shards/0");
                            JsonNode claim = shard.at("/votes/0");
                            shard.putArray("votes").add(claim);
                            shard.put("canonical", 0);
                        }),
                new Change(
                        "shard 0 has a vote under a lease of something else",
                        tree ->
                                tree.at("/shards/0/votes")
                                        .forEach(vote -> ((ObjectNode) vote).put("job", "job-1"))));
        finds(
                bought,
                signer,
                bought::verify,
                new Change(
                        "nobody knows the account " + AccountId.CHECKS.path(),
                        tree -> {
                            for (JsonNode line : tree.at("/shards/0/payment")) {
                                if (line.get("micros").asLong() < 0) {
                                    ((ObjectNode) line).put("account", AccountId.CHECKS.path());
                                }
                            }
                        }));
    }

    private static boolean isUpheldAfterConviction(JobReceipt.Check check) {
        return check.cause().equals("conviction") && check.outcome().equals("upheld");
    }

    /**
     * While a durable job waits for one of her devices, an owner is convicted of another job's
     * result of another device.
     */
    @Test
    void showsThatResultsOfAConvictedOwnerWereComputedAgain() throws Exception {
        var lying = new AtomicBoolean();
        var released = new CountDownLatch(1);
        UnaryOperator<byte[]> turncoat = output -> lying.get() ? ServerHouse.lie(output) : output;
        UnaryOperator<byte[]> slow =
                output -> {
                    try {
                        released.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                    return output;
                };
        List<String> long1000 =
                IntStream.range(0, 2_000).mapToObj(i -> i + "x".repeat(900)).toList();
        HeldReceipt held;
        try (var server = start()) {
            addModel(server);
            String key = client(server, "acme");
            String verified = request(texts(3), "\"assurance\":\"verified\"");
            accepted(server, "/api/v1/owners/tess/trust", Map.of("trusted", true));
            try (var eve = node(server, "eve", turncoat)) {
                assertThat(eve).isNotNull();
                try (var tess = node(server, "tess", honest())) {
                    assertThat(tess).isNotNull();
                    while (!get(server, "/api/v1/owners")
                            .contains("{\"id\":\"eve\",\"state\":\"good\"")) {
                        jobOf(post(server, key, "/v1/embeddings", verified));
                    }
                }
                try (var other = node(server, "eve", slow);
                        AutoCloseable first = released::countDown) {
                    assertThat(List.of(other, first)).hasSize(2);
                    HttpResponse<String> durable =
                            post(
                                    server,
                                    key,
                                    "/api/v1/jobs",
                                    request(long1000, "\"assurance\":\"bulk\""));
                    assertThat(durable.statusCode()).as(durable.body()).isEqualTo(202);
                    String job = JSON.readTree(durable.body()).get("id").asString();
                    await().atMost(Duration.ofSeconds(30))
                            .until(() -> !receipt(server, job).read().shards().isEmpty());
                    lying.set(true);
                    try (var tess = node(server, "tess", honest())) {
                        assertThat(tess).isNotNull();
                        await().atMost(Duration.ofSeconds(60))
                                .until(() -> {
                                    // The device that hangs may get it: nobody waits for it.
                                    var _ = sent(server, key, "/v1/embeddings", verified);
                                    return receipt(server, job).read().checks().stream()
                                            .anyMatch(ReceiptTermsTest::isUpheldAfterConviction);
                                });
                        held = receipt(server, job);
                    }
                }
            }
        }
        assertThat(held.verify(held.receipt()).faults()).isEmpty();
        List<JobReceipt.Check> checks = held.read().checks();
        int conviction =
                checks.indexOf(
                        checks.stream()
                                .filter(ReceiptTermsTest::isUpheldAfterConviction)
                                .findFirst()
                                .orElseThrow());
        JobReceipt.Vote claim = checks.get(conviction).claim();
        // The packed result that the conviction found knows no signature; its shard does.
        assertThat(claim.signature()).isNotEmpty();
        assertThat(claim.job()).isEqualTo(held.read().job());
        finds(
                held,
                held.signer(directory.resolve("data")),
                held::verify,
                Change.at(
                        "/checks/" + conviction,
                        "its cause 'suspicion' does not fit the result",
                        check -> check.put("cause", "suspicion")));
    }
}
