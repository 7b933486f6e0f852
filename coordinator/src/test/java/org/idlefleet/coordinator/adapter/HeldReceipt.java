package org.idlefleet.coordinator.adapter;

import static org.assertj.core.api.Assertions.assertThat;

import org.idlefleet.coordinator.adapter.receipt.JobReceipt;
import org.idlefleet.coordinator.adapter.receipt.ReceiptVerification;
import org.idlefleet.coordinator.adapter.receipt.ReceiptVerifier;
import org.idlefleet.coordinator.adapter.receipt.ReceiptVerifier.Given;
import org.idlefleet.coordinator.adapter.receipt.ReceiptVerifier.Outputs;
import org.idlefleet.ledger.proof.NoteKey;
import org.idlefleet.ledger.proof.NoteSigner;
import org.idlefleet.ledger.proof.SignedNote;
import org.idlefleet.ledger.proof.adapter.Ed25519;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

import java.io.ByteArrayInputStream;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/** A receipt and all that it can be held against. */
record HeldReceipt(String receipt, NoteKey key, X509Certificate authority, byte[] manifest) {
    /** As the coordinator answers it. */
    static HeldReceipt of(HttpResponse<String> answer) throws Exception {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        JsonNode json = ServerHouse.JSON.readTree(answer.body());
        byte[] pem = json.get("authority").asString().getBytes(StandardCharsets.US_ASCII);
        return new HeldReceipt(
                json.get("receipt").asString(),
                NoteKey.parse(json.get("key").asString()),
                (X509Certificate)
                        CertificateFactory.getInstance("X.509")
                                .generateCertificate(new ByteArrayInputStream(pem)),
                json.get("manifest").asString().getBytes(StandardCharsets.UTF_8));
    }

    Given given() {
        return given(new TreeMap<>(), Optional.empty(), Optional.empty());
    }

    Given given(
            TreeMap<String, String> seen,
            Optional<List<byte[]>> inputs,
            Optional<Outputs> outputs) {
        return new Given(key, Optional.of(authority), seen, Optional.of(manifest), inputs, outputs);
    }

    ReceiptVerification verify(String text) {
        return ReceiptVerifier.verify(text, given(), Ed25519.signatures());
    }

    /** With the key and nothing else. */
    ReceiptVerification verifyAlone(String text) {
        return ReceiptVerifier.verify(text, new Given(key), Ed25519.signatures());
    }

    JobReceipt read() {
        return JobReceipt.parse(SignedNote.parse(receipt).text());
    }

    ObjectNode tree() {
        return (ObjectNode) ServerHouse.JSON.readTree(SignedNote.parse(receipt).text());
    }

    /** The coordinator's own, to lie with. */
    NoteSigner signer(Path data) throws Exception {
        byte[] keys = Files.readAllBytes(data.resolve("proof/keys"));
        return Ed25519.signer(key.name(), Arrays.copyOf(keys, Ed25519.SEED_LENGTH));
    }

    /** What such a coordinator would have written. */
    static String signed(JsonNode tree, NoteSigner signer) {
        JobReceipt receipt = ServerHouse.JSON.treeToValue(tree, JobReceipt.class);
        return SignedNote.of(receipt.text(), signer).toString();
    }
}
