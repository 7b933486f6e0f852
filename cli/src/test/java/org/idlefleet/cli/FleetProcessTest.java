package org.idlefleet.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.errors.NotFoundException;
import com.openai.errors.OpenAIServiceException;
import com.openai.errors.UnauthorizedException;
import com.openai.models.embeddings.CreateEmbeddingResponse;
import com.openai.models.embeddings.EmbeddingCreateParams;

import org.awaitility.Awaitility;
import org.idlefleet.cli.fleet.AdminApi;
import org.idlefleet.cli.fleet.LocalFleet;
import org.idlefleet.cli.model.BuiltIn;
import org.idlefleet.ledger.AccountId;
import org.idlefleet.ledger.Money;
import org.idlefleet.ledger.adapter.LedgerReader;
import org.idlefleet.protocol.CoordinatorMessage;
import org.idlefleet.protocol.NodeId;
import org.idlefleet.protocol.NodeMessage;
import org.idlefleet.protocol.NumericClass;
import org.idlefleet.protocol.OwnerId;
import org.idlefleet.protocol.adapter.CertificateAuthority;
import org.idlefleet.protocol.adapter.Endpoint;
import org.idlefleet.protocol.adapter.NodeClient;
import org.idlefleet.protocol.adapter.NodeIdentity;
import org.idlefleet.protocol.adapter.NodeLink;
import org.idlefleet.protocol.adapter.WireLimits;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import tools.jackson.databind.JsonNode;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A coordinator and three nodes as real processes, with real clients and real misfortunes. */
class FleetProcessTest {
    private static final BuiltIn MODEL = BuiltIn.ALL_MINILM;
    private static final String NAME = MODEL.recipe().model().value();
    private static final Duration PATIENCE = Duration.ofMinutes(4);
    private static final List<LocalFleet.Plan> PLANS =
            List.of(plan("ann"), plan("ben"), plan("cleo"));

    private static @Nullable LocalFleet started;
    private static String key = "";

    /** One in two of them, or so, has answered a client before he is caught. */
    private static final int LIARS = 8;

    @TempDir private Path directory = Path.of("");

    private static LocalFleet fleet() {
        return Objects.requireNonNull(started, "the fleet is started before the first test");
    }

    @BeforeAll
    static void startFleet() throws Exception {
        LocalFleet fleet = LocalFleet.start(List.of("jobs.quorum=2"), false);
        started = fleet;
        PLANS.forEach(fleet::add);
        Path files = Files.createDirectories(fleet.directory().resolve("model"));
        MODEL.unpack(files);
        fleet.serve(MODEL.recipe().manifest(files), files);
        key = fleet.client("acme", "50");
        fleet.awaitNodes(PLANS.size());
    }

    @AfterAll
    static void endFleet() {
        if (started != null) {
            started.close();
        }
    }

    private static LocalFleet.Plan plan(String owner) {
        return new LocalFleet.Plan(
                owner,
                owner,
                List.of("signals.linux=off", "rules.settle=0s", "engine.provider=cpu"));
    }

    private static OpenAIClient openAi(String apiKey) {
        return OpenAIOkHttpClient.builder()
                .baseUrl(fleet().api().base() + "/v1")
                .apiKey(apiKey)
                .maxRetries(0)
                .build();
    }

    private static CreateEmbeddingResponse embed(OpenAIClient client, String model, String text) {
        return client.embeddings()
                .create(EmbeddingCreateParams.builder().model(model).input(text).build());
    }

    @Test
    void openAisJavaClientGetsVectorsAndClearErrors() {
        OpenAIClient client = openAi(key);
        CreateEmbeddingResponse answer = embed(client, NAME, "Call me Ishmael.");
        assertThat(answer.data()).hasSize(1);
        assertThat(answer.data().getFirst().embedding()).hasSize(384);
        assertThat(answer.usage().promptTokens()).isPositive();
        assertThatThrownBy(() -> embed(client, "no-such-model", "x"))
                .isInstanceOf(NotFoundException.class)
                .hasMessageContaining("no-such-model");
        assertThatThrownBy(() -> embed(openAi("k.wrong"), NAME, "x"))
                .isInstanceOf(UnauthorizedException.class);
        String poor =
                fleet().api().post("/api/v1/keys", Map.of("client", "poor")).path("key").asString();
        assertThatThrownBy(() -> embed(openAi(poor), NAME, "x"))
                .isInstanceOf(OpenAIServiceException.class)
                .hasMessageContaining("funds");
    }

    @Test
    void openAisNodeClientGetsTheSameVector() throws Exception {
        assumeThat(runs("node", "--version")).as("Node is not installed here").isTrue();
        assumeThat(runs("npm", "install", "--silent", "--no-audit", "--no-fund", "openai@6"))
                .as("npm can't get the package openai here")
                .isTrue();
        Files.writeString(
                directory.resolve("ask.mjs"),
                """
                import OpenAI from 'openai';
                const client = new OpenAI({baseURL: process.env.BASE + '/v1', apiKey: process.env.KEY});
                const answer = await client.embeddings.create({model: '%s', input: 'Call me Ishmael.'});
                console.log(answer.data[0].embedding.length + ' ' + answer.data[0].embedding[0]);
                """
                        .formatted(NAME));
        var builder = new ProcessBuilder("node", "ask.mjs").directory(directory.toFile());
        builder.environment().put("BASE", fleet().api().base().toString());
        builder.environment().put("KEY", key);
        Process process = builder.redirectErrorStream(true).start();
        String printed =
                new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        float first =
                embed(openAi(key), NAME, "Call me Ishmael.")
                        .data()
                        .getFirst()
                        .embedding()
                        .getFirst();
        assertThat(process.waitFor()).as(printed).isZero();
        assertThat(printed).startsWith("384 ");
        assertThat(Float.parseFloat(printed.strip().split(" ")[1])).isEqualTo(first);
    }

    @Test
    void aTokenWorksOnce() {
        String token =
                Typed.idlefleet(
                                "coordinator",
                                "token",
                                "--owner",
                                "dora",
                                "--data",
                                fleet().data().toString())
                        .out()
                        .strip();
        assertThat(enrol(directory.resolve("first"), token).exitCode()).isEqualTo(ExitCode.OK);
        Typed again = enrol(directory.resolve("second"), token);
        assertThat(again.exitCode()).isEqualTo(ExitCode.ERROR);
        assertThat(again.err()).contains("was used before", "ask the operator for a new one");
    }

    private static Typed enrol(Path data, String token) {
        return Typed.idlefleet(
                "edge",
                "enrol",
                "--token",
                token,
                "--data",
                data.toString(),
                "--coordinator",
                "127.0.0.1:" + fleet().nodePort());
    }

    @Test
    void aCertificateOfAnotherAuthorityIsTurnedAway() throws Exception {
        var foreign = CertificateAuthority.open(directory.resolve("ca"), Instant::now);
        var closed = new CompletableFuture<String>();
        try (var client = new NodeClient(WireLimits.DEFAULT, 1)) {
            client.connect(
                    new Endpoint("127.0.0.1", fleet().nodePort()),
                    foreign.issueIdentity(new OwnerId("eve"), new NodeId("eve-1")),
                    new NodeMessage.Hello(
                            1, 1, "test", new NumericClass("r", "p", "q", "c"), 1 << 20),
                    new NodeLink.Handler() {
                        @Override
                        public void opened(NodeLink link, CoordinatorMessage.Welcome welcome) {
                            closed.complete("it was welcome");
                        }

                        @Override
                        public void received(NodeLink link, List<CoordinatorMessage> messages) {}

                        @Override
                        public void closed(NodeLink link, String reason) {
                            closed.complete(reason);
                        }
                    });
            assertThat(closed.get(60, TimeUnit.SECONDS)).isNotEqualTo("it was welcome");
        }
    }

    @Test
    void aNodeThatSleptLongerThanItsCertificateComesBackByItself() throws Exception {
        Path sleeper = fleet().directory().resolve("sleeper");
        String token =
                fleet().api()
                        .post("/api/v1/tokens", Map.of("owner", "fay"))
                        .path("token")
                        .asString();
        assertThat(enrol(sleeper, token).exitCode()).isEqualTo(ExitCode.OK);
        NodeId node = NodeIdentity.load(sleeper.resolve("identity")).node();
        Instant then = Instant.now().minus(Duration.ofDays(9));
        CertificateAuthority.open(fleet().data().resolve("ca"), InstantSource.fixed(then))
                .issueIdentity(new OwnerId("fay"), node)
                .save(sleeper.resolve("identity"));

        fleet().again(new LocalFleet.Plan("sleeper", "fay", List.of("engine.provider=cpu")));

        await(() ->
                fleet().api()
                        .get("/api/v1/nodes")
                        .path("data")
                        .valueStream()
                        .anyMatch(there -> there.path("id").asString().equals(node.value())));
        assertThat(NodeIdentity.load(sleeper.resolve("identity")).expires()).isAfter(Instant.now());
    }

    @Test
    void aCorruptModelIsRefusedBeforeAnybodyCanAskForIt() throws IOException {
        Path folder = Files.createDirectories(directory.resolve("broken"));
        Files.writeString(folder.resolve("model.onnx"), "this is no graph");
        Files.writeString(folder.resolve("config.json"), "{\"hidden_size\": 384}");
        Path real = Files.createDirectories(directory.resolve("real"));
        MODEL.unpack(real);
        Files.copy(real.resolve("tokenizer.json"), folder.resolve("tokenizer.json"));
        Typed answer =
                Typed.idlefleet(
                        "model", "add", folder.toString(), "--data", fleet().data().toString());
        assertThat(answer.exitCode()).isEqualTo(ExitCode.ERROR);
        assertThat(answer.err()).contains("broken");
        assertThat(Typed.idlefleet("model", "list", "--data", fleet().data().toString()).out())
                .contains(NAME)
                .doesNotContain("broken");
    }

    @Test
    void aWrongOperatorsKeyIsItsOwnExitCode() throws IOException {
        Path elsewhere = Files.createDirectories(directory.resolve("elsewhere"));
        Files.writeString(
                elsewhere.resolve("admin.key"), "admin.0123456789012345678901234567890123456789");
        Typed answer =
                Typed.idlefleet(
                        "nodes",
                        "--data",
                        elsewhere.toString(),
                        "--api",
                        fleet().api().base().toString());
        assertThat(answer.exitCode()).isEqualTo(ExitCode.AUTH);
    }

    @Test
    void killsUnderLoadLoseNothingAndPayOnce() {
        List<String> sentences = Corpus.sentences(400);
        String job;
        try (var client = new AdminApi(fleet().api().base(), key)) {
            job =
                    client.post("/api/v1/jobs", Map.of("model", NAME, "input", sentences))
                            .path("id")
                            .asString();
        }
        await(() -> settled(job) > 0);
        fleet().node("cleo").kill();
        fleet().restartCoordinator();
        fleet().again(PLANS.getLast());
        await(() ->
                fleet().api().get("/api/v1/jobs/" + job).path("status").asString().equals("done"));
        JsonNode done = fleet().api().get("/api/v1/jobs/" + job);
        assertThat(done.path("settled_items").asInt()).isEqualTo(sentences.size());
        try (var client = new AdminApi(fleet().api().base(), key)) {
            JsonNode output = client.get("/api/v1/jobs/" + job + "/output?format=json");
            assertThat(output.path("data").size()).isEqualTo(sentences.size());
        }
        assertPaidOnce(job, Money.parse(done.path("paid").asString()));
    }

    @Test
    void aLiarIsConvictedByATrustedOwnersWordAndItsClientGetsItsMoneyBack() {
        assertThat(fleet().operate("trust", "grant", "ann")).contains("from now on\n");
        assertThat(fleet().operate("trust", "grant", "nobody")).contains("none of its devices is");
        fleet().operate("trust", "revoke", "nobody");
        // A liar may be caught at an audit or a ringer before any client gets his work.
        for (int i = 0; i < LIARS && retracted().findFirst().isEmpty(); i++) {
            String name = "emil" + i;
            fleet().add(
                            new LocalFleet.Plan(
                                    name,
                                    name,
                                    List.of(
                                            "signals.linux=off",
                                            "rules.settle=0s",
                                            "engine.provider=cpu",
                                            "faults.lie=1")));
            try (var client = new AdminApi(fleet().api().base(), key)) {
                await(() -> {
                    client.post(
                            "/v1/embeddings",
                            Map.of(
                                    "model",
                                    NAME,
                                    "input",
                                    "Call me Ishmael.",
                                    "idlefleet",
                                    Map.of("assurance", "standard")));
                    return owners("convicted").contains(name);
                });
            }
            await(() -> openAudits() == 0);
            assertThat(owners("convicted")).allMatch(owner -> owner.startsWith("emil"));
        }
        String refund =
                "fund/acme/retracted-"
                        + retracted().findFirst().orElseThrow().path("id").asString()
                        + "-0-0";
        await(() -> books().contains(refund));
        assertThat(books()).anyMatch(id -> id.startsWith("forfeit/emil"));
        tellsWhatSpeaksAgainst(retracted().findFirst().orElseThrow().path("id").asString());
    }

    /** What the operator reads who hears the appeal. */
    private static void tellsWhatSpeaksAgainst(String job) {
        String shown = fleet().operate("jobs", "show", job);
        assertThat(shown).contains("retracted, standard: ", "WITHDRAWN: items 0 to 1 of shard 0");
        assertThat(shown).containsPattern("emil\\d+ +[0-9a-f]{12} +agreeing +0\\.0000[0-9]+\\n");
        Matcher found =
                Pattern.compile(
                                "computed by (emil\\d+), after (job-\\d+) at \\S+; (\\S+) credits"
                                        + " were")
                        .matcher(shown);
        assertThat(found.find()).as(shown).isTrue();
        assertThat(Money.parse(found.group(3)).isPositive()).isTrue();
        String audit = found.group(2);
        assertThat(fleet().operate("trust", "show", found.group(1)))
                .contains(
                        "audit " + audit + ": a trusted owner computed something else for shard 0",
                        " shard 0, by " + audit + " at ");
        assertThat(fleet().operate("jobs", "show", audit))
                .contains("checks items 0 to 1 of job-", "out of what is set aside for checks");

        Path receipt = fleet().directory().resolve("retracted.receipt");
        String key =
                fleet().operate("receipt", "fetch", job, "--output", receipt.toString())
                        .lines()
                        .filter(line -> line.startsWith("key "))
                        .findFirst()
                        .orElseThrow()
                        .substring("key ".length());
        List<String> verify = List.of("receipt", "verify", receipt.toString(), "--key", key);
        assertThat(fleet().command(verify))
                .contains("WITHDRAWN: items 0 to 1 of shard 0, after the check " + audit + "; 0.0");
    }

    private static int openAudits() {
        return fleet().api()
                .get("/api/v1/jobs?limit=500")
                .path("data")
                .valueStream()
                .mapToInt(job -> job.path("verification").path("audits_open").asInt())
                .sum();
    }

    private static Stream<JsonNode> retracted() {
        return fleet().api()
                .get("/api/v1/jobs?limit=500")
                .path("data")
                .valueStream()
                .filter(job ->
                        job.path("verification").path("state").asString().equals("retracted"));
    }

    private static Set<String> owners(String state) {
        return fleet().api()
                .get("/api/v1/owners")
                .path("data")
                .valueStream()
                .filter(owner -> owner.path("state").asString().equals(state))
                .map(owner -> owner.path("id").asString())
                .collect(Collectors.toSet());
    }

    /** The ids of all transactions in the ledger, whose books balance. */
    private static List<String> books() {
        try (LedgerReader ledger = LedgerReader.open(fleet().data().resolve("ledger.db"))) {
            assertThat(ledger.trialBalance().isBalanced()).isTrue();
            var ids = new ArrayList<String>();
            ledger.transactions(1, Long.MAX_VALUE)
                    .forEach(row -> ids.add(row.transaction().id().toString()));
            return ids;
        }
    }

    private static int settled(String job) {
        return fleet().api().get("/api/v1/jobs/" + job).path("settled_items").asInt();
    }

    /** The ledger holds exactly one payment for each range of items, and they add up. */
    private static void assertPaidOnce(String job, Money paid) {
        await(() -> ledgerSpent(job).equals(paid));
        try (LedgerReader ledger = LedgerReader.open(fleet().data().resolve("ledger.db"))) {
            assertThat(ledger.check().faults()).isEmpty();
            assertThat(ledger.trialBalance().isBalanced()).isTrue();
        }
    }

    private static Money ledgerSpent(String job) {
        try (LedgerReader ledger = LedgerReader.open(fleet().data().resolve("ledger.db"))) {
            var spent = new TreeMap<String, Money>();
            ledger.transactions(1, Long.MAX_VALUE)
                    .forEach(row -> {
                        String id = row.transaction().id().toString();
                        if (id.startsWith("settle/" + job + "/")) {
                            row.transaction().postings().stream()
                                    .filter(posting ->
                                            posting.account().equals(AccountId.hold("acme")))
                                    .forEach(posting ->
                                            assertThat(spent.put(id, posting.amount().negate()))
                                                    .as("second payment of " + id)
                                                    .isNull());
                        }
                    });
            return spent.values().stream().reduce(Money.ZERO, Money::plus);
        }
    }

    private static void await(Callable<Boolean> truth) {
        Awaitility.await().atMost(PATIENCE).pollInterval(Duration.ofMillis(50)).until(truth);
    }

    private boolean runs(String... command) throws InterruptedException {
        try {
            var words = new ArrayList<>(List.of(command));
            Process process =
                    new ProcessBuilder(words)
                            .directory(directory.toFile())
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start();
            if (!process.waitFor(90, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                return false;
            }
            return process.exitValue() == 0;
        } catch (IOException e) {
            return false;
        }
    }
}
