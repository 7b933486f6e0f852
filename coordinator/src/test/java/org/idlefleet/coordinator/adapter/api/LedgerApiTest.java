package org.idlefleet.coordinator.adapter.api;

import static org.assertj.core.api.Assertions.assertThat;

import org.idlefleet.ledger.adapter.policy.PolicyFile;
import org.idlefleet.ledger.proof.Checkpoint;
import org.idlefleet.ledger.proof.ExportVerifier;
import org.idlefleet.ledger.proof.Hash;
import org.idlefleet.ledger.proof.NoteKey;
import org.idlefleet.ledger.proof.SignedNote;
import org.idlefleet.ledger.proof.Trust;
import org.idlefleet.ledger.proof.adapter.Ed25519;
import org.junit.jupiter.api.Test;

import tools.jackson.databind.json.JsonMapper;

import java.time.Instant;
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
    void usageAndCostsComeInBucketsOfOpenAisShape() {
        try (var house = new House()) {
            long day = Instant.parse("2026-11-22T00:00:00Z").getEpochSecond();
            String time = "?start_time=" + (day - 86_400) + "&end_time=" + (day + 86_400);
            var usage = house.get("/v1/organization/usage/embeddings" + time, house.key).json();
            assertThat(usage.get("object").asString()).isEqualTo("page");
            assertThat(usage.get("has_more").asBoolean()).isFalse();
            assertThat(usage.get("data").size()).isEqualTo(2);
            assertThat(usage.get("data").get(0).get("results")).isEmpty();
            var result = usage.at("/data/1/results/0");
            assertThat(result.get("object").asString())
                    .isEqualTo("organization.usage.embeddings.result");
            assertThat(result.get("input_tokens").asInt()).isEqualTo(21);
            assertThat(result.get("num_model_requests").asInt()).isEqualTo(1);
            assertThat(result.get("model").isNull()).isTrue();

            House.Got got =
                    house.get(
                            "/v1/organization/costs" + time + "&group_by=line_item,project_id",
                            House.ADMIN);
            assertThat(got.text()).contains("{\"value\":3.000000,\"currency\":\"credit\"}");
            var costs = got.json().at("/data/1/results/0");
            assertThat(costs.get("line_item").asString()).isEqualTo("tiny");
            assertThat(costs.get("project_id").asString()).isEqualTo("acme");

            assertThat(
                            house.get("/v1/organization/costs" + time, house.otherKey)
                                    .json()
                                    .at("/data/1/results"))
                    .as("a client sees itself alone")
                    .isEmpty();
        }
    }

    @Test
    void usageAndCostsAreToldApartByTheKeyThatAsked() {
        try (var house = new House()) {
            long day = Instant.parse("2026-11-22T00:00:00Z").getEpochSecond();
            String time = "?start_time=" + day + "&end_time=" + (day + 86_400);
            for (String path : List.of("usage/embeddings", "costs")) {
                String of = "/v1/organization/" + path + time;
                assertThat(
                                house.get(of + "&group_by=api_key_id", house.key)
                                        .json()
                                        .at("/data/0/results/0/api_key_id")
                                        .asString())
                        .isEqualTo("k1");
                assertThat(
                                house.get(of, house.key)
                                        .json()
                                        .at("/data/0/results/0/api_key_id")
                                        .isNull())
                        .as("only where it was asked for")
                        .isTrue();
                assertThat(
                                house.get(of + "&api_key_ids=k2", house.key)
                                        .json()
                                        .at("/data/0/results"))
                        .as("of another key")
                        .isEmpty();
                for (String both :
                        List.of(
                                "&api_key_ids=k2&api_key_ids=k1&group_by=project_id&group_by=api_key_id",
                                "&api_key_ids[]=k2&api_key_ids[]=k1&group_by[]=project_id"
                                        + "&group_by[]=api_key_id",
                                "&api_key_ids=k2,k1&group_by=project_id,api_key_id")) {
                    var result = house.get(of + both, house.key).json().at("/data/0/results/0");
                    assertThat(result.get("api_key_id").asString()).as(both).isEqualTo("k1");
                    assertThat(result.get("project_id").asString()).as(both).isEqualTo("acme");
                }
                assertThat(
                                house.get(of + "&project_ids=other", House.ADMIN)
                                        .json()
                                        .at("/data/0/results"))
                        .as("of another client")
                        .isEmpty();
                assertThat(house.get(of + "&group_by=key", house.key).message())
                        .contains("'group_by' is of api_key_id");
            }
        }
    }

    @Test
    void thePolicyInForceIsShownAndSetAsItIsWritten() {
        try (var house = new House()) {
            String path = "/api/v1/ledger/policy";
            assertThat(house.get(path, House.ADMIN).json().get("version").asInt()).isEqualTo(1);
            String yaml = "{version: 3, shares: {owner: 900000, platform: 100000}}";
            House.Got set = house.post(path, House.ADMIN, "{\"policy\":\"" + yaml + "\"}");
            assertThat(set.status()).as(set.text()).isEqualTo(200);
            String shown = house.get(path, House.ADMIN).json().get("policy").asString();
            assertThat(PolicyFile.parse(shown)).isEqualTo(PolicyFile.parse(yaml));
            assertThat(house.post(path, House.ADMIN, "{\"policy\":\"version: 4\"}").message())
                    .contains("the policy file: expected version and shares");
            assertThat(house.get(path, house.key).status()).isEqualTo(403);
        }
    }

    @Test
    void anOwnersTermsAreSetWholeAndShown() {
        try (var house = new House()) {
            String path = "/api/v1/owners/ann/terms";
            String terms =
                    "{\"region\":\"eu-de\",\"fleet\":\"taxis\",\"electricity\":[{\"from\":22,\"to\":6,"
                        + "\"micros_per_kwh\":200000},{\"days\":[\"sunday\"],"
                        + "\"micros_per_kwh\":1}]}";
            assertThat(house.post(path, House.ADMIN, terms).status()).isEqualTo(200);
            var shown = house.get(path, House.ADMIN).json();
            assertThat(shown.get("fleet").asString()).isEqualTo("taxis");
            assertThat(shown.get("referrer").asString()).isEmpty();
            assertThat(shown.at("/electricity/0/micros_per_kwh").asInt()).isEqualTo(200_000);
            assertThat(shown.at("/electricity/1/days/0").asString()).isEqualTo("sunday");
            for (String wrong :
                    List.of(
                            "{\"fleet\":\"not a name\"}",
                            "{\"electricity\":7}",
                            "{\"electricity\":[{\"micros_per_kwh\":-1}]}",
                            "{\"electricity\":[{\"price\":1}]}",
                            "{\"electricity\":[{\"from\":25,\"micros_per_kwh\":1}]}",
                            "{\"electricity\":[{\"days\":[\"someday\"],\"micros_per_kwh\":1}]}",
                            "{\"tariff\":1}")) {
                assertThat(house.post(path, House.ADMIN, wrong).status()).as(wrong).isEqualTo(400);
            }
        }
    }

    @Test
    void usageIsPagedByItsLimit() {
        try (var house = new House()) {
            long day = Instant.parse("2026-11-22T00:00:00Z").getEpochSecond();
            String path =
                    "/v1/organization/usage/embeddings?bucket_width=1h&limit=12&models=tiny&start_time="
                            + day
                            + "&end_time="
                            + (day + 86_400);
            var first = house.get(path, House.ADMIN).json();
            assertThat(first.get("has_more").asBoolean()).isTrue();
            assertThat(first.get("data").size()).isEqualTo(12);
            var second =
                    house.get(path + "&page=" + first.get("next_page").asString(), House.ADMIN)
                            .json();
            assertThat(second.get("has_more").asBoolean()).isFalse();
            assertThat(second.at("/data/0/results/0/input_tokens").asInt()).isEqualTo(21);
            assertThat(
                            house.get(path.replace("models=tiny", "models=big"), House.ADMIN)
                                    .json()
                                    .toString())
                    .doesNotContain("input_tokens");
            for (String bad :
                    List.of(
                            "?start_time=x",
                            "",
                            "?start_time=1&bucket_width=1y",
                            "?start_time=1&limit=0")) {
                assertThat(
                                house.get("/v1/organization/usage/embeddings" + bad, House.ADMIN)
                                        .status())
                        .as(bad)
                        .isEqualTo(400);
            }
        }
    }

    @Test
    void aDryRunShowsEveryAccountsChangeAndSaysWhatIsWrongWithAPolicy() {
        try (var house = new House()) {
            String body =
                    "{\"policy\":\"POLICY\",\"from\":\"2026-11-01T00:00:00Z\","
                            + "\"to\":\"2026-12-01T00:00:00Z\"}";
            String policy =
                    "{version: 2, prices: {tiny: 100000}, shares: {owner: 800000, platform:"
                            + " 200000}}";
            var run =
                    house.post(
                                    "/api/v1/ledger/dry-runs",
                                    House.ADMIN,
                                    body.replace("POLICY", policy))
                            .json();
            assertThat(run.get("priced").asInt()).isEqualTo(3);
            assertThat(run.get("was").asString()).isEqualTo("3.000000");
            assertThat(run.get("charged").asString()).isEqualTo("4.200000");
            House.Got wrong =
                    house.post(
                            "/api/v1/ledger/dry-runs",
                            House.ADMIN,
                            body.replace("POLICY", policy.replace("800000", "900000")));
            assertThat(wrong.status()).isEqualTo(400);
            assertThat(wrong.message()).contains("expected a sum of 1000000");
        }
    }

    @Test
    void anInvoiceIsTheClientsAndTheSellersReportTheOperators() {
        try (var house = new House()) {
            String invoice = "/api/v1/ledger/invoices/acme?" + MONTH;
            assertThat(house.get(invoice, house.key).json().get("total").asString())
                    .isEqualTo("3.000000");
            assertThat(house.get(invoice + "&format=csv", house.key).text())
                    .contains("k1,tiny,1,21");
            assertThat(house.get(invoice + "&format=pdf", house.key).text()).startsWith("%PDF-");
            assertThat(house.get(invoice, house.otherKey).status()).isEqualTo(403);
            assertThat(house.get("/api/v1/ledger/sellers/2026?format=csv", House.ADMIN).text())
                    .contains("2026,4,ann,1.050000,3,");
            assertThat(house.get("/api/v1/ledger/sellers/2026", house.key).status()).isEqualTo(403);
            assertThat(house.get("/api/v1/ledger/sellers/26", House.ADMIN).status()).isEqualTo(400);
        }
    }

    @Test
    void costsAreWhatTheInvoiceSaysWithAllThatWasGivenBack() {
        try (var house = new House()) {
            house.books.giveBack();
            long day = Instant.parse("2026-11-22T00:00:00Z").getEpochSecond();
            assertThat(
                            house.get(
                                            "/v1/organization/costs?group_by=api_key_id&start_time="
                                                    + day,
                                            house.key)
                                    .text())
                    .contains("\"value\":1.600000", "\"api_key_id\":\"k1\"");
            var invoice = house.get("/api/v1/ledger/invoices/acme?" + MONTH, house.key).json();
            assertThat(invoice.get("total").asString()).isEqualTo("1.600000");
            assertThat(invoice.get("closing").asString()).isEqualTo("8.400000");
            assertThat(invoice.get("missing").asString()).isEqualTo("0.000000");
            assertThat(invoice.at("/keys/0/api_key_id").asString()).isEqualTo("k1");
            assertThat(invoice.at("/keys/0/lines/0/refunded").asString()).isEqualTo("1.400000");
        }
    }

    @Test
    void balancesAreToldForTwoTimes() {
        try (var house = new House()) {
            String path = "/api/v1/ledger/balances?";
            String before = FakeCore.NOW.minusSeconds(1).toString();
            String then = FakeCore.NOW.toString();
            for (String time : List.of("as_of=", "booked_by=")) {
                assertThat(house.get(path + time + before, House.ADMIN).json().get("data"))
                        .isEmpty();
                assertThat(house.get(path + time + then, house.key).json())
                        .isEqualTo(house.get("/api/v1/ledger/balances", house.key).json());
                assertThat(house.get(path + time + "soon", House.ADMIN).message())
                        .contains("is a time such as 2026-11-01T00:00:00Z");
            }
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
