package org.idlefleet.coordinator.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import org.idlefleet.coordinator.adapter.api.EmbeddingsReader;
import org.idlefleet.coordinator.adapter.receipt.JobReceipt;
import org.idlefleet.coordinator.adapter.receipt.ReceiptVerification;
import org.idlefleet.coordinator.adapter.receipt.ReceiptVerifier;
import org.idlefleet.coordinator.adapter.receipt.ReceiptVerifier.Outputs;
import org.idlefleet.coordinator.verification.AuditDraw;
import org.idlefleet.ledger.proof.NoteSigner;
import org.idlefleet.ledger.proof.SignedNote;
import org.idlefleet.ledger.proof.adapter.Ed25519;
import org.idlefleet.protocol.Digest;
import org.idlefleet.protocol.EmbeddingOutput;
import org.idlefleet.protocol.JobId;
import org.junit.jupiter.api.Test;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;

/** Receipts of real jobs over the real wire, and what becomes of those that somebody changed. */
class ReceiptTest extends ServerHouse {
    private static final int MUTATIONS = 12_000;

    /**
     * What only the coordinator's word stands for: times, whom the operator trusts, what an unused
     * surge might have been, the policy's number, who earns along with an owner, which of equal
     * votes the others were held against, and the draw until the day's key is shown.
     */
    private static final List<String> ITS_WORD =
            List.of(
                    "issued",
                    "admitted",
                    "settled",
                    "trusted",
                    "audited",
                    "commitment",
                    "surgePpm",
                    "policy",
                    "fleet",
                    "referrer",
                    "canonical");

    private static String request(String terms) throws Exception {
        return "{\"model\":\"stub\",\"encoding_format\":\"float\",\"input\":"
                + JSON.writeValueAsString(texts(60))
                + ",\"idlefleet\":{"
                + terms
                + "}}";
    }

    @Test
    void provesAVoteWithALiarAndAnOldNodeAlsoAfterARestart() throws Exception {
        String body = request("\"quorum\":2");
        String job;
        String key;
        String answered;
        HeldReceipt before;
        try (var server = start()) {
            addModel(server);
            key = client(server, "acme");
            String other = client(server, "rival");
            try (var ann = node(server, "ann", honest());
                    var old = node(server, "old", honest(), false);
                    var eve = node(server, "eve", ServerHouse::lie)) {
                assertThat(List.of(ann, old, eve)).doesNotContainNull();
                HttpResponse<String> answer = post(server, key, "/v1/embeddings", body);
                // Who votes is drawn: ask until the liar was among them.
                while (outvoted(eve) == 0) {
                    answer = post(server, key, "/v1/embeddings", body);
                }
                assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
                answered = answer.body();
                job = answer.headers().firstValue("idlefleet-job").orElseThrow();
            }
            before = HeldReceipt.of(get(server, key, "/api/v1/jobs/" + job + "/receipt"));
            assertThat(get(server, other, "/api/v1/jobs/" + job + "/receipt").statusCode())
                    .isEqualTo(404);
        }
        HeldReceipt held;
        try (var again = start()) {
            held = HeldReceipt.of(get(again, admin(), "/api/v1/jobs/" + job + "/receipt"));
        }
        assertThat(withoutCertificates(held.read())).isEqualTo(withoutCertificates(before.read()));
        assertThat(held.read().state()).isEqualTo("final");
        ReceiptVerification plain = held.verify(held.receipt());
        assertThat(plain.faults()).isEmpty();
        assertThat(plain.proven().toString()).contains("results are signed by certified devices");
        assertThat(plain.open().toString()).contains("older and sign nothing");
        assertThat(held.receipt()).doesNotContain("owner:ann", "\"ann", "\"eve", "owner:eve");
        for (JobReceipt.Signer signer : held.read().signers()) {
            byte[] certificate = Base64.getDecoder().decode(signer.certificate());
            assertThat(new String(certificate, StandardCharsets.ISO_8859_1))
                    .contains(signer.owner())
                    .doesNotContain("owner/", "node/");
        }
        var owners = new TreeSet<String>();
        held.read()
                .shards()
                .forEach(shard -> shard.votes().forEach(vote -> owners.add(vote.owner())));
        assertThat(owners).hasSize(3);

        List<byte[]> inputs = EmbeddingsReader.inputs(body.getBytes(StandardCharsets.UTF_8));
        assertThat(against(held, inputs, outputs(answered, 0)).faults()).isEmpty();
        var swapped = new ArrayList<>(inputs);
        swapped.set(7, inputs.get(8));
        assertThat(against(held, swapped, outputs(answered, 0)).faults().toString())
                .contains("was not computed on the inputs in the file");
        assertThat(against(held, inputs, outputs(answered, 1)).faults().toString())
                .contains("the outputs in the file are not its result");
        assertThat(against(held, inputs.subList(0, 59), outputs(answered, 0)).faults().toString())
                .contains("the job has 60 inputs, the file 59");

        NoteSigner stranger = Ed25519.signer(held.key().name(), new byte[Ed25519.SEED_LENGTH]);
        String forged = SignedNote.of(SignedNote.parse(held.receipt()).text(), stranger).toString();
        assertThat(held.verify(forged).faults().toString()).contains("is not signed by");
        assertThat(before.key()).isEqualTo(held.key());
    }

    @Test
    void showsChecksAndNoChangeOfAReceiptPasses() throws Exception {
        HeldReceipt held;
        NoteSigner signer;
        try (var server = start()) {
            addModel(server);
            String key = client(server, "acme");
            try (var ann = node(server, "ann", honest());
                    var bob = node(server, "bob", honest())) {
                assertThat(List.of(ann, bob)).doesNotContainNull();
                HttpResponse<String> answer =
                        post(server, key, "/v1/embeddings", request("\"assurance\":\"verified\""));
                String job = answer.headers().firstValue("idlefleet-job").orElseThrow();
                String path = "/api/v1/jobs/" + job + "/receipt";
                await().atMost(Duration.ofSeconds(30))
                        .until(() ->
                                HeldReceipt.of(get(server, key, path))
                                        .read()
                                        .state()
                                        .equals("final"));
                held = HeldReceipt.of(get(server, key, path));
            }
            JsonNode day =
                    JSON.readTree(get(server, "none", "/api/v1/audit-keys/2026-01-01").body());
            assertThat(day.get("key").asString()).hasSize(64);
            String today = held.read().shards().getFirst().draw().day();
            JsonNode now = JSON.readTree(get(server, "none", "/api/v1/audit-keys/" + today).body());
            assertThat(now.has("key")).isFalse();
            assertThat(now.get("commitment").asString())
                    .isEqualTo(held.read().days().getFirst().commitment());
            signer = held.signer(directory.resolve("data"));
        }
        JobReceipt receipt = held.read();
        assertThat(held.verify(held.receipt()).faults()).isEmpty();
        assertThat(receipt.checks()).hasSameSizeAs(receipt.shards());
        assertThat(held.verify(held.receipt()).open().toString())
                .doesNotContain("drawn for a check");
        ObjectNode hidden = held.tree();
        hidden.putArray("checks");
        assertThat(held.verify(HeldReceipt.signed(hidden, signer)).open().toString())
                .contains("drawn for a check are right: no check of them is shown");
        assertThat(receipt.checks()).allMatch(check -> check.outcome().equals("upheld"));
        refusesEveryChangedByte(held);
        refusesWhatTheCoordinatorCannotHaveSeen(held, signer);
    }

    private static void refusesEveryChangedByte(HeldReceipt held) {
        var random = new Random(1);
        byte[] whole = held.receipt().getBytes(StandardCharsets.UTF_8);
        int refused = 0;
        for (int i = 0; i < MUTATIONS; i++) {
            byte[] changed = mutated(whole, random);
            if (Arrays.equals(changed, whole)) {
                continue;
            }
            String text = new String(changed, StandardCharsets.UTF_8);
            assertThat(held.verify(text).holds()).as("mutation %d", i).isFalse();
            refused++;
        }
        assertThat(refused).isGreaterThan(10_000);
        for (String garbage : List.of("", "\n", "\n\n", "x", "{}\n\n— a b\n", "\u0000\uffff")) {
            assertThat(held.verify(garbage).faults()).hasSize(1);
        }
        assertThat(held.verify("x".repeat(JobReceipt.CHARS_MAX + 1)).faults().toString())
                .contains("(receipt-chars)");
    }

    private static byte[] mutated(byte[] whole, Random random) {
        int at = random.nextInt(whole.length);
        int length = 1 + random.nextInt(1 + random.nextInt(40));
        byte[] head = Arrays.copyOf(whole, at);
        byte[] tail = Arrays.copyOfRange(whole, Math.min(whole.length, at + length), whole.length);
        byte[] middle = new byte[length];
        switch (random.nextInt(4)) {
            case 0 -> {
                byte[] flipped = whole.clone();
                flipped[at] ^= (byte) (1 << random.nextInt(8));
                return flipped;
            }
            case 1 -> middle = new byte[0];
            case 2 -> random.nextBytes(middle);
            default -> {
                return head;
            }
        }
        byte[] joined = Arrays.copyOf(head, head.length + middle.length + tail.length);
        System.arraycopy(middle, 0, joined, head.length, middle.length);
        System.arraycopy(tail, 0, joined, head.length + middle.length, tail.length);
        return joined;
    }

    /** Each field changed by itself and signed again by the coordinator's own key. */
    private static void refusesWhatTheCoordinatorCannotHaveSeen(HeldReceipt held, NoteSigner signer)
            throws Exception {
        JsonNode tree = JSON.readTree(SignedNote.parse(held.receipt()).text());
        var paths = new ArrayList<List<Object>>();
        leaves(tree, List.of(), paths);
        var passed = new TreeSet<String>();
        for (List<Object> path : paths) {
            JsonNode copy = tree.deepCopy();
            change(copy, path);
            JobReceipt lie;
            try {
                lie = JSON.treeToValue(copy, JobReceipt.class);
            } catch (RuntimeException unreadable) {
                continue;
            }
            if (held.verify(SignedNote.of(lie.text(), signer).toString()).holds()) {
                passed.add(String.valueOf(path.getLast()));
            }
        }
        assertThat(paths.size()).isGreaterThan(90);
        assertThat(ITS_WORD).containsAll(passed);
        drawsAgain(held, signer);
    }

    /** The same receipt as it is once the day is over, with the key shown. */
    private static void drawsAgain(HeldReceipt held, NoteSigner signer) throws Exception {
        ObjectNode tree = (ObjectNode) JSON.readTree(SignedNote.parse(held.receipt()).text());
        JobReceipt.Shard shard = held.read().shards().getFirst();
        byte[] key = new byte[32];
        int tries = 0;
        while (AuditDraw.draw(
                                key,
                                JobId.parse(held.read().job()),
                                shard.shard(),
                                Digest.ofHex(shard.votes().getFirst().commit()),
                                AuditDraw.ALL)
                        .trusted()
                != shard.draw().trusted()) {
            key[0] = (byte) ++tries;
        }
        ObjectNode day = (ObjectNode) tree.get("days").get(0);
        day.put("commitment", AuditDraw.commitment(key).hex());
        day.put("key", HexFormat.of().formatHex(key));
        String shown = HeldReceipt.signed(tree, signer);
        assertThat(held.verify(shown).faults()).isEmpty();
        assertThat(held.verify(shown).proven().toString()).contains("draws follow from");
        var seen = new TreeMap<String, String>();
        seen.put(shard.draw().day(), held.read().days().getFirst().commitment());
        assertThat(
                        ReceiptVerifier.verify(
                                        shown,
                                        held.given(seen, Optional.empty(), Optional.empty()),
                                        Ed25519.signatures())
                                .faults()
                                .toString())
                .contains("is not the one that was committed to");
        for (String lie : List.of("audited", "trusted")) {
            JsonNode copy = tree.deepCopy();
            ObjectNode draw = (ObjectNode) copy.get("shards").get(0).get("draw");
            draw.put(lie, !draw.get(lie).asBoolean());
            assertThat(held.verify(HeldReceipt.signed(copy, signer)).faults().toString())
                    .contains("draws otherwise");
        }
        day.put("key", "00".repeat(31) + "77");
        assertThat(held.verify(HeldReceipt.signed(tree, signer)).faults().toString())
                .contains("does not fit its commitment");
    }

    private static void leaves(JsonNode node, List<Object> path, List<List<Object>> into) {
        if (node instanceof ObjectNode object) {
            object.properties()
                    .forEach(entry -> leaves(entry.getValue(), with(path, entry.getKey()), into));
        } else if (node instanceof ArrayNode array) {
            for (int i = 0; i < array.size(); i++) {
                leaves(array.get(i), with(path, i), into);
            }
        } else {
            into.add(path);
        }
    }

    private static List<Object> with(List<Object> path, Object step) {
        var longer = new ArrayList<>(path);
        longer.add(step);
        return longer;
    }

    private static void change(JsonNode root, List<Object> path) {
        JsonNode parent = root;
        for (Object step : path.subList(0, path.size() - 1)) {
            parent = step instanceof String name ? parent.get(name) : parent.get((Integer) step);
        }
        String name = (String) path.getLast();
        JsonNode old = parent.get(name);
        ObjectNode object = (ObjectNode) parent;
        if (old.isBoolean()) {
            object.put(name, !old.asBoolean());
        } else if (old.isIntegralNumber()) {
            object.put(name, old.asLong() + 1);
        } else if (old.isNumber()) {
            object.put(name, old.asDouble() + 0.5);
        } else {
            object.put(name, other(old.asString()));
        }
    }

    /** Another text of the same shape: the last letter or digit becomes another one. */
    private static String other(String text) {
        for (int i = text.length() - 1; i >= 0; i--) {
            char c = text.charAt(i);
            if (Character.isLetterOrDigit(c) && !text.endsWith("Z") || Character.isDigit(c)) {
                char next =
                        c == '9'
                                ? '8'
                                : Character.isDigit(c) ? (char) (c + 1) : c == 'b' ? 'c' : 'b';
                return text.substring(0, i) + next + text.substring(i + 1);
            }
        }
        return text + "x";
    }

    private static ReceiptVerification against(
            HeldReceipt held, List<byte[]> inputs, Outputs outputs) {
        return ReceiptVerifier.verify(
                held.receipt(),
                held.given(new TreeMap<>(), Optional.of(inputs), Optional.of(outputs)),
                Ed25519.signatures());
    }

    /** The answer's vectors; item 3 gets as many tokens more. */
    private static Outputs outputs(String answer, int more) throws Exception {
        JsonNode data = JSON.readTree(answer).get("data");
        return (from, to) -> {
            EmbeddingOutput output = EmbeddingOutput.create(to - from, DIMENSIONS);
            for (int i = from; i < to; i++) {
                var vector = new float[DIMENSIONS];
                for (int k = 0; k < DIMENSIONS; k++) {
                    vector[k] = data.get(i).get("embedding").get(k).floatValue();
                }
                int tokens = data.get(i).get("tokens").asInt() + (i == 3 ? more : 0);
                output.set(i - from, tokens, vector);
            }
            return Optional.of(output.raw());
        };
    }

    private static String withoutCertificates(JobReceipt receipt) {
        ObjectNode tree = (ObjectNode) JSON.readTree(receipt.text());
        tree.remove("issued");
        tree.get("signers").forEach(signer -> ((ObjectNode) signer).remove("certificate"));
        return tree.toString();
    }
}
