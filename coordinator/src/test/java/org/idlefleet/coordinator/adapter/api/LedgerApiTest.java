package org.idlefleet.coordinator.adapter.api;

import static org.assertj.core.api.Assertions.assertThat;

import org.idlefleet.ledger.proof.Checkpoint;
import org.idlefleet.ledger.proof.ExportVerifier;
import org.idlefleet.ledger.proof.Hash;
import org.idlefleet.ledger.proof.NoteKey;
import org.idlefleet.ledger.proof.SignedNote;
import org.idlefleet.ledger.proof.Trust;
import org.idlefleet.ledger.proof.adapter.Ed25519;
import org.junit.jupiter.api.Test;

import tools.jackson.databind.json.JsonMapper;

import java.util.List;
import java.util.Map;

class LedgerApiTest {
    private static final String MONTH = "month=2026-11";

    @Test
    void theOperatorSeesAllAndAClientOnlyItsOwn() {
        try (var house = new House()) {
            String all = house.get("/api/v1/ledger/balances", House.ADMIN).text();
            assertThat(all).contains("owner:ann:escrow", "client:other:prepaid");

            String own = house.get("/api/v1/ledger/balances", house.key).text();
            assertThat(own).contains("client:acme:prepaid").doesNotContain("owner", "other");
            for (String foreign :
                    List.of(
                            "balances?prefix=owner",
                            "balances?prefix=client:acm",
                            "accounts/client:other:prepaid",
                            "statements/client:other?" + MONTH,
                            "statements/owner:ann?" + MONTH,
                            "exports/client:other",
                            "trial-balance",
                            "check",
                            "transactions?id=hold/job-1")) {
                House.Got got = house.get("/api/v1/ledger/" + foreign, house.key);
                assertThat(got.status()).as(foreign).isEqualTo(403);
            }
        }
    }

    @Test
    void aStatementIsJsonOrCsvOrPdf() {
        try (var house = new House()) {
            String path = "/api/v1/ledger/statements/client:acme?" + MONTH;
            assertThat(house.get(path, house.key).json().get("closing").asString())
                    .isEqualTo("7.000000");
            House.Got csv = house.get(path + "&format=csv", house.key);
            assertThat(csv.header("content-type")).startsWith("text/csv");
            assertThat(csv.text()).contains("settle/job-1/2,job-1,client:acme:hold,-1.000000");
            House.Got pdf = house.get(path + "&format=pdf", house.key);
            assertThat(pdf.header("content-type")).isEqualTo("application/pdf");
            assertThat(pdf.text()).startsWith("%PDF-");
            assertThat(house.get(path + "&format=xls", house.key).status()).isEqualTo(400);
            assertThat(house.get(path.replace("2026-11", "soon"), house.key).message())
                    .contains("such as 2026-11");
        }
    }

    @Test
    void whatIsNotThereIsSaid() {
        try (var house = new House()) {
            assertThat(house.get("/api/v1/ledger/transactions?id=hold/job-9", House.ADMIN).status())
                    .isEqualTo(404);
            assertThat(house.get("/api/v1/ledger/transactions?id=9", House.ADMIN).message())
                    .contains("settle/job-9/3");
            assertThat(house.get("/api/v1/ledger/accounts/owner:zoe:escrow", House.ADMIN).status())
                    .isEqualTo(404);
        }
    }

    @Test
    void anExportProvesItselfUnderAWitnessedCheckpoint() {
        try (var house = new House()) {
            var body = Map.of("note", house.books.cosigned().toString());
            House.Got taken =
                    house.post(
                            "/api/v1/ledger/cosignatures",
                            "",
                            JsonMapper.shared().writeValueAsString(body));
            assertThat(taken.status()).as(taken.text()).isEqualTo(200);
            var json = house.get("/api/v1/ledger/exports/client:acme", house.key).json();

            var trust =
                    new Trust(
                            FakeBooks.ORIGIN,
                            NoteKey.parse(json.get("key").asString()),
                            house.books.books().witnesses(),
                            1,
                            List.of(),
                            List.of());
            var verification =
                    ExportVerifier.verify(
                            json.get("export").asString(), trust, Ed25519.signatures());
            assertThat(verification.faults()).isEmpty();
            assertThat(verification.entries()).isEqualTo(5);
        }
    }

    @Test
    void aStrangersSignatureIsNotTaken() {
        try (var house = new House()) {
            var body = Map.of("note", house.get("/ledger/checkpoint", "").text());
            House.Got refused =
                    house.post(
                            "/api/v1/ledger/cosignatures",
                            "",
                            JsonMapper.shared().writeValueAsString(body));
            assertThat(refused.status()).isEqualTo(400);
            assertThat(refused.message()).contains("signature of a witness");
        }
    }

    @Test
    void tilesAndCheckpointAreServedAsTileLogsServeThem() {
        try (var house = new House()) {
            SignedNote note = SignedNote.parse(house.get("/ledger/checkpoint", "").text());
            Checkpoint checkpoint = Checkpoint.parse(note.text());
            assertThat(checkpoint.size()).isEqualTo(6);
            byte[] tile = house.get("/ledger/tile/0/000.p/6", "").response().body();
            assertThat(tile).hasSize(6 * Hash.LENGTH);
            assertThat(house.get("/ledger/tile/0/000.p/1", "").response().body())
                    .hasSize(Hash.LENGTH);
            for (String none : List.of("0/000", "0/000.p/7", "0/001.p/1", "1/000.p/1")) {
                assertThat(house.get("/ledger/tile/" + none, "").status()).as(none).isEqualTo(404);
            }
            for (String bad : List.of("0/0", "0/000.p/0", "0/x000/000", "a/000")) {
                assertThat(house.get("/ledger/tile/" + bad, "").status()).as(bad).isEqualTo(400);
            }
        }
    }

    @Test
    void consistencyIsProvenBetweenAnyTwoSizes() {
        try (var house = new House()) {
            var json = house.get("/api/v1/ledger/consistency?from=3&to=6", "").json();
            assertThat(json.get("proof").size()).isPositive();
            assertThat(house.get("/api/v1/ledger/consistency?from=3&to=7", "").message())
                    .contains("<= 6");
            assertThat(house.get("/api/v1/ledger/consistency?from=x&to=7", "").status())
                    .isEqualTo(400);
        }
    }
}
