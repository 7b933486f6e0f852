package org.idlefleet.coordinator.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.idlefleet.ledger.adapter.LedgerReader;
import org.idlefleet.ledger.proof.Checkpoint;
import org.idlefleet.ledger.proof.Export;
import org.idlefleet.ledger.proof.Hash;
import org.idlefleet.ledger.proof.NoteKey;
import org.idlefleet.ledger.proof.Pin;
import org.idlefleet.ledger.proof.Receipt;
import org.idlefleet.ledger.proof.Receipts;
import org.idlefleet.ledger.proof.SignedNote;
import org.idlefleet.ledger.proof.SignedReceipts;
import org.idlefleet.ledger.proof.adapter.Ed25519;
import org.idlefleet.protocol.CoordinatorMessage;
import org.junit.jupiter.api.Test;

import tools.jackson.databind.JsonNode;

import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;

class CoordinatorServerTest extends ServerHouse {
    @Test
    void outvotesALiarPaysTheOthersAndRemembersItAllAfterARestart() throws Exception {
        String job;
        String key;
        try (var server = start()) {
            addModel(server);
            key = client(server, "acme");
            try (var ann = node(server, "ann", honest());
                    var bob = node(server, "bob", honest());
                    var eve = node(server, "eve", ServerHouse::lie)) {
                HttpResponse<String> answer =
                        post(
                                server,
                                key,
                                "/v1/embeddings",
                                "{\"model\":\"stub\",\"encoding_format\":\"float\",\"input\":"
                                        + JSON.writeValueAsString(texts(200))
                                        + ",\"idlefleet\":{\"quorum\":2}}");
                // Who votes is drawn: ask until the liar was among them.
                while (outvoted(eve) == 0) {
                    answer =
                            post(
                                    server,
                                    key,
                                    "/v1/embeddings",
                                    "{\"model\":\"stub\",\"encoding_format\":\"float\",\"input\":"
                                            + JSON.writeValueAsString(texts(200))
                                            + ",\"idlefleet\":{\"quorum\":2}}");
                }
                assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
                JsonNode data = JSON.readTree(answer.body()).get("data");
                assertThat(data.size()).isEqualTo(200);
                for (int i = 0; i < 200; i++) {
                    float[] expected = StubNode.vector(texts(200).get(i).getBytes(UTF_8), 4);
                    for (int k = 0; k < DIMENSIONS; k++) {
                        assertThat(data.get(i).get("embedding").get(k).floatValue())
                                .isEqualTo(expected[k]);
                    }
                }
                job = answer.headers().firstValue("idlefleet-job").orElseThrow();
                assertThat(jobOf(server, job)).contains("\"status\":\"done\"");
                isToldWhatTheOperatorSees(server, "ann", ann.beat());
                isToldWhatTheOperatorSees(server, "bob", bob.beat());
                isToldWhatTheOperatorSees(server, "eve", eve.beat());
            }
        }
        try (var again = start()) {
            assertThat(jobOf(again, job)).contains("\"status\":\"done\"");
            HttpResponse<String> busy =
                    post(again, key, "/v1/embeddings", "{\"model\":\"stub\",\"input\":\"x\"}");
            assertThat(busy.statusCode()).isEqualTo(503);
            assertThat(busy.headers().firstValue("retry-after")).isPresent();
        }
        try (var ledger = LedgerReader.open(directory.resolve("data/ledger.db"))) {
            assertThat(ledger.check().faults()).isEmpty();
            assertThat(ledger.balances().toString()).contains("owner:ann:escrow");
            assertThat(ledger.balances().toString()).doesNotContain("owner:eve");
        }
        assertThat(death.get()).isNull();
    }

    @Test
    void aNamedBatchJobIsAdmittedAndHeldForOnceAlsoAfterARestart() throws Exception {
        String one = "{\"model\":\"stub\",\"input\":\"one\"}";
        String key;
        HttpResponse<String> first;
        String account;
        try (var server = start()) {
            addModel(server);
            key = client(server, "acme");
            first = named(server, key, one);
            assertThat(first.statusCode()).as(first.body()).isEqualTo(202);
            account = get(server, "/api/v1/clients/acme");
            assertThat(account).doesNotContain("\"held\":\"0.000000\"");
        }
        for (int life = 0; life < 2; life++) {
            try (var again = start()) {
                HttpResponse<String> repeat = named(again, key, one);
                assertThat(repeat.body()).isEqualTo(first.body());
                assertThat(repeat.headers().firstValue("idempotent-replayed")).contains("true");
                assertThat(get(again, "/api/v1/clients/acme")).isEqualTo(account);
                HttpResponse<String> other = named(again, key, one.replace("one", "two"));
                assertThat(other.statusCode()).isEqualTo(422);
                assertThat(other.body()).contains("idempotency_key_reused", "became job-");
            }
        }
        assertThat(death.get()).isNull();
    }

    private HttpResponse<String> named(CoordinatorServer server, String key, String body)
            throws Exception {
        return http.send(
                request(server, key, "/api/v1/jobs")
                        .header("idempotency-key", "order-7")
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void showsEveryNodeThatTheLedgerContinuesWhatItHasPinned() throws Exception {
        try (var server = start()) {
            addModel(server);
            String key = client(server, "acme");
            String job = "{\"model\":\"stub\",\"input\":\"one\"}";
            try (var ann = node(server, "ann", honest())) {
                CoordinatorMessage.Checkpoint first = ann.checkpoint(0);
                Pin pin = continued(new Pin(NoteKey.parse(first.key()), Optional.empty()), first);
                for (int i = 0; i < 3; i++) {
                    assertThat(post(server, key, "/v1/embeddings", job).statusCode())
                            .isEqualTo(200);
                    CoordinatorMessage.Checkpoint next = ann.checkpoint(pin.size());
                    assertThat(next.from()).isEqualTo(pin.size());
                    long before = pin.size();
                    pin = continued(pin, next);
                    assertThat(pin.size()).isGreaterThan(before);
                }
                // A node that saw more than there is gets to see what there is.
                CoordinatorMessage.Checkpoint less = ann.checkpoint(pin.size() + 1_000);
                assertThat(less.proof()).isEmpty();
            }
        }
        assertThat(death.get()).isNull();
    }

    @Test
    void promisesEveryPaymentInAReceiptAndProvesItAlsoAfterARestart() throws Exception {
        Receipts owed;
        Checkpoint log;
        try (var server = start()) {
            addModel(server);
            String key = client(server, "acme");
            String job = "{\"model\":\"stub\",\"input\":\"one\"}";
            try (var ann = node(server, "ann", honest())) {
                CoordinatorMessage.Checkpoint first = ann.checkpoint(0);
                NoteKey ledger = NoteKey.parse(first.key());
                log = checkpoint(first);
                Instant before = Instant.now();
                assertThat(post(server, key, "/v1/embeddings", job).statusCode()).isEqualTo(200);
                SignedReceipts signed = SignedReceipts.parse(ann.receipts().text()).getFirst();
                assertThat(signed.isSignedBy(ledger, Ed25519.signatures())).isTrue();
                owed = signed.receipts();
                assertThat(owed.owner()).isEqualTo("ann");
                assertThat(owed.all()).hasSize(1);
                assertThat(owed.deadline()).isBetween(before, Instant.now().plusSeconds(60));
                // Paid in, held, settled.
                while (log.size() < 3) {
                    log = checkpoint(ann.checkpoint(log.size()));
                }
                proves(ann, log, owed);
            }
        }
        try (var server = start();
                var again = node(server, "ann", honest());
                var eve = node(server, "eve", honest())) {
            proves(again, log, owed);
            Receipt receipt = owed.all().getFirst();
            CoordinatorMessage.Entries to =
                    eve.entries(log.size(), receipt.settlement().toString());
            assertThat(Export.Item.parse(to.items().getFirst()).lines())
                    .as("nobody sees another's lines")
                    .isEmpty();
        }
        assertThat(death.get()).isNull();
    }

    private static Checkpoint checkpoint(CoordinatorMessage.Checkpoint heard) {
        return Checkpoint.parse(SignedNote.parse(heard.text()).text());
    }

    private static void proves(StubNode node, Checkpoint log, Receipts owed) throws Exception {
        Receipt receipt = owed.all().getFirst();
        CoordinatorMessage.Entries proof =
                node.entries(log.size(), receipt.settlement().toString());
        assertThat(proof.size()).isEqualTo(log.size());
        Export.Item item = Export.Item.parse(proof.items().getFirst());
        assertThat(item.isProvenBy(log, owed.holder())).isTrue();
        assertThat(owed.broken(receipt, item, List.of(log))).isEmpty();
    }

    private static Pin continued(Pin pin, CoordinatorMessage.Checkpoint next) {
        Pin.Finding finding =
                pin.look(
                        SignedNote.parse(next.text()),
                        next.proof().stream().map(hash -> Hash.copyOf(hash.raw(), 0)).toList(),
                        Ed25519.signatures());
        assertThat(finding).isInstanceOf(Pin.Finding.Continues.class);
        return ((Pin.Finding.Continues) finding).next();
    }

    private void isToldWhatTheOperatorSees(
            CoordinatorServer server, String owner, CoordinatorMessage.Earnings told)
            throws Exception {
        CoordinatorMessage.Standing standing = told.standing().orElseThrow();
        CoordinatorMessage.Honesty honesty = standing.honesty();
        boolean liar = owner.equals("eve");
        assertThat(honesty.outvoted() > 0).isEqualTo(liar);
        assertThat(standing.state())
                .isEqualTo(
                        liar
                                ? CoordinatorMessage.Standing.State.PROBATION
                                : CoordinatorMessage.Standing.State.WARM_UP);
        assertThat(standing.probationUntil().isPresent()).isEqualTo(liar);
        for (JsonNode seen : JSON.readTree(get(server, "/api/v1/owners")).get("data")) {
            if (seen.get("id").asString().equals(owner)) {
                assertThat(standing.since())
                        .hasValue(
                                Instant.parse(seen.get("since").asString())
                                        .truncatedTo(ChronoUnit.MILLIS));
                JsonNode figures = seen.get("honesty");
                assertThat(honesty.results()).isEqualTo(figures.get("results").asLong());
                assertThat(honesty.checked()).isEqualTo(figures.get("checked").asLong());
                assertThat(honesty.agreed()).isEqualTo(figures.get("agreed").asLong());
                assertThat(honesty.recentShare()).isEqualTo(figures.get("recent_share").asDouble());
                assertThat(honesty.ringersPassed())
                        .isEqualTo(figures.get("ringers_passed").asLong());
                assertThat(honesty.drawn()).isEqualTo(figures.get("drawn").asLong());
                assertThat(honesty.audited()).isEqualTo(figures.get("drawn_audited").asLong());
                assertThat(honesty.auditsOpen()).isEqualTo(figures.get("drawn_open").asLong());
                assertThat(honesty.unaudited()).isEqualTo(figures.get("drawn_unaudited").asLong());
                assertThat(standing.availability().answered())
                        .isPositive()
                        .isEqualTo(seen.get("availability").get("answered").asLong());
                assertThat(standing.speed().againstExpectation())
                        .isCloseTo(
                                seen.get("speed").get("against_expectation").asDouble(),
                                within(0.01));
                return;
            }
        }
        throw new AssertionError("the operator sees no standing of " + owner);
    }

    @Test
    void refusesAStaleCopyOfItsBooksButBuildsALostLedgerAgain() throws Exception {
        Path data = directory.resolve("data");
        Path copy = Files.createDirectory(directory.resolve("copy"));
        try (var server = start()) {
            client(server, "acme");
        }
        for (String file : List.of("events.db", "ledger.db")) {
            Files.copy(data.resolve(file), copy.resolve(file));
        }
        try (var server = start()) {
            client(server, "bolt");
        }
        long published = checkpoint().size();
        assertThat(published).isEqualTo(2);

        Files.delete(data.resolve("ledger.db"));
        Files.delete(data.resolve("proof/proof.db"));
        try (var server = start()) {
            client(server, "crab");
        }
        assertThat(checkpoint().size()).isEqualTo(3);
        try (var ledger = LedgerReader.open(data.resolve("ledger.db"))) {
            assertThat(ledger.balances().toString()).contains("acme", "bolt", "crab");
        }

        for (String file : List.of("events.db", "ledger.db")) {
            Files.copy(copy.resolve(file), data.resolve(file), StandardCopyOption.REPLACE_EXISTING);
        }
        assertThatThrownBy(this::start)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("the coordinator does not start")
                .hasMessageContaining("its end is lost");
    }

    @Test
    void refusesAnEventLogThatIsOlderThanItsBooks() throws Exception {
        Path events = directory.resolve("data/events.db");
        Path copy = directory.resolve("older.db");
        try (var server = start()) {
            client(server, "acme");
        }
        Files.copy(events, copy);
        try (var server = start()) {
            client(server, "bolt");
        }

        Files.copy(copy, events, StandardCopyOption.REPLACE_EXISTING);
        assertThatThrownBy(this::start)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("the coordinator does not start")
                .hasMessageContaining("the event log ends at");
    }

    /** It has as many events as the books know, and they are others. */
    @Test
    void refusesAnEventLogThatWentAnotherWayThanItsBooks() throws Exception {
        Path data = directory.resolve("data");
        Path copy = directory.resolve("older.db");
        Path aside = Files.createDirectory(directory.resolve("aside"));
        try (var server = start()) {
            client(server, "acme");
        }
        Files.copy(data.resolve("events.db"), copy);
        try (var server = start()) {
            client(server, "bolt");
        }
        List<String> books = List.of("ledger.db", "proof/proof.db", "proof/checkpoint");
        for (String file : books) {
            Files.move(data.resolve(file), aside.resolve(Path.of(file).getFileName()));
        }
        Files.copy(copy, data.resolve("events.db"), StandardCopyOption.REPLACE_EXISTING);
        try (var server = start()) {
            client(server, "crab");
            client(server, "dodo");
        }
        for (String file : books) {
            Files.move(
                    aside.resolve(Path.of(file).getFileName()),
                    data.resolve(file),
                    StandardCopyOption.REPLACE_EXISTING);
        }

        assertThatThrownBy(this::start)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("the coordinator does not start")
                .hasMessageContaining("booked fund/bolt/")
                .hasMessageContaining("which is another one in the event log");
    }

    private Checkpoint checkpoint() throws IOException {
        Path file = directory.resolve("data/proof/checkpoint");
        return Checkpoint.parse(SignedNote.parse(Files.readString(file)).text());
    }

    @Test
    void saysWhichPortIsTaken() throws Exception {
        try (var server = start()) {
            CoordinatorConfig other =
                    config(
                            List.of(
                                    "api.port=" + server.apiPort(),
                                    "dataDirectory=" + directory + "/2"));
            assertThatThrownBy(() -> CoordinatorServer.start(other, death::set))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(Integer.toString(server.apiPort()));
        }
    }
}
