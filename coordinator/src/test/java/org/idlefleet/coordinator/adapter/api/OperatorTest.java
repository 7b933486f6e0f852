package org.idlefleet.coordinator.adapter.api;

import static org.assertj.core.api.Assertions.assertThat;

import org.idlefleet.coordinator.Command;
import org.idlefleet.coordinator.JobEnd;
import org.idlefleet.ledger.Money;
import org.idlefleet.protocol.JobId;
import org.idlefleet.protocol.OwnerId;
import org.idlefleet.protocol.adapter.EnrolmentToken;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

class OperatorTest {
    private static final String BATCH = "{\"model\":\"tiny\",\"input\":[\"a\",\"b\",\"c\"]}";

    private final House house = new House();

    @AfterEach
    void close() {
        house.close();
    }

    @Test
    void keepsClientsAndOperatorApart() {
        assertThat(house.get("/api/v1/nodes", "").status()).isEqualTo(401);
        assertThat(house.get("/api/v1/nodes", "nonsense").code()).isEqualTo("invalid_api_key");
        assertThat(house.get("/api/v1/nodes", house.key).status()).isEqualTo(403);
        assertThat(house.get("/api/v1/nodes", House.ADMIN).status()).isEqualTo(200);
        assertThat(house.post("/v1/embeddings", House.ADMIN, BATCH).status()).isEqualTo(403);
        assertThat(house.post("/v1/embeddings", "", BATCH).code()).isEqualTo("invalid_api_key");
        assertThat(house.get("/v1/models", house.key).status()).isEqualTo(200);
    }

    @Test
    void refusesAKeyWhoseSecretIsWrongInOneCharacter() {
        char last = house.key.charAt(house.key.length() - 3);
        String wrong =
                house.key.substring(0, house.key.length() - 3)
                        + (last == 'A' ? 'B' : 'A')
                        + house.key.substring(house.key.length() - 2);

        assertThat(house.get("/v1/models", wrong).status()).isEqualTo(401);
        assertThat(house.get("/v1/models", house.key.replace('.', '_')).status()).isEqualTo(401);
    }

    @Test
    void makesAKeyThatOpensAndIsWorthNothingOnceRevoked() {
        House.Got made = house.post("/api/v1/keys", House.ADMIN, "{\"client\":\"new-one\"}");
        String id = made.json().get("id").asString();
        String key = made.json().get("key").asString();

        assertThat(made.status()).isEqualTo(201);
        assertThat(house.get("/api/v1/account", key).json().get("client").asString())
                .isEqualTo("new-one");
        assertThat(house.get("/api/v1/keys", House.ADMIN).text())
                .contains(id)
                .doesNotContain(key.substring(key.indexOf('.') + 1));
        assertThat(house.post("/api/v1/keys/" + id + "/revoke", House.ADMIN, "{}").status())
                .isEqualTo(200);
        assertThat(house.get("/api/v1/account", key).status()).isEqualTo(401);
        assertThat(house.post("/api/v1/keys/" + id + "/revoke", House.ADMIN, "{}").status())
                .isEqualTo(409);
    }

    @Test
    void issuesATokenOfWhichTheCoreOnlyLearnsTheHash() {
        House.Got got =
                house.post(
                        "/api/v1/tokens", House.ADMIN, "{\"owner\":\"ann\",\"valid_seconds\":60}");

        var issued = (Command.IssueToken) house.core.commands().getLast();
        assertThat(got.status()).isEqualTo(201);
        EnrolmentToken token = EnrolmentToken.parse(got.json().get("token").asString());
        assertThat(issued.tokenHash()).isEqualTo(token.hash());
        assertThat(token.owner()).isEqualTo(new OwnerId("ann"));
        assertThat(issued.expires()).isEqualTo(FakeCore.NOW.plusSeconds(60));
    }

    @Test
    void fundsAClientExactly() {
        House.Got got =
                house.post(
                        "/api/v1/funds",
                        House.ADMIN,
                        "{\"client\":\"acme\",\"amount\":\"12.345678\",\"reference\":\"bank-17\"}");

        assertThat(got.status()).isEqualTo(200);
        assertThat(((Command.FundClient) house.core.commands().getLast()).amount())
                .isEqualTo(Money.ofMillionths(12_345_678));
    }

    @Test
    void keepsFromTheCoreWhatItCouldNotTake() {
        int before = house.core.commands().size();
        for (String body :
                new String[] {
                    "{\"client\":\"acme\",\"amount\":\"0\",\"reference\":\"a\"}",
                    "{\"client\":\"acme\",\"amount\":\"-1\",\"reference\":\"a\"}",
                    "{\"client\":\"acme\",\"amount\":1.5,\"reference\":\"a\"}",
                    "{\"client\":\"acme\",\"amount\":\"1e999999999\",\"reference\":\"a\"}",
                    "{\"client\":\"acme\",\"amount\":\"0.0000001\",\"reference\":\"a\"}",
                    "{\"client\":\"acme\",\"amount\":\"99999999999\",\"reference\":\"a\"}",
                    "{\"client\":\"acme\",\"amount\":\"1\",\"reference\":\"no spaces please\"}",
                    "{\"client\":\"Acme!\",\"amount\":\"1\",\"reference\":\"a\"}",
                    "{\"client\":\"acme\",\"amount\":\"1\"}",
                    "{\"client\":\"acme\",\"amount\":\"1\",\"reference\":\"a\",\"extra\":1}"
                }) {
            assertThat(house.post("/api/v1/funds", House.ADMIN, body).status())
                    .as(body)
                    .isEqualTo(400);
        }
        assertThat(house.core.commands()).hasSize(before);
    }

    @Test
    void keepsABatchJobUntilItsOutputIsFetched() {
        house.core.hold = true;
        House.Got sent = house.post("/api/v1/jobs", house.key, BATCH);
        House.Got early = house.get("/api/v1/jobs/job-1/output", house.key);
        house.core.finish(new JobId(1));
        House.Got job = house.get("/api/v1/jobs/job-1", house.key);
        House.Got lines = house.get("/api/v1/jobs/job-1/output", house.key);
        House.Got whole =
                house.get(
                        "/api/v1/jobs/job-1/output?format=json&encoding_format=base64", house.key);

        var request = ((Command.SubmitJob) house.core.commands().get(1)).job();
        assertThat(sent.status()).isEqualTo(202);
        assertThat(sent.json().get("id").asString()).isEqualTo("job-1");
        assertThat(request.durable()).isTrue();
        assertThat(request.deadline()).isEqualTo(FakeCore.NOW.plus(Duration.ofHours(24)));
        assertThat(early.status()).isEqualTo(409);
        assertThat(early.header("retry-after")).isEqualTo("5");
        assertThat(job.json().get("status").asString()).isEqualTo("done");
        assertThat(lines.header("content-type")).startsWith("application/x-ndjson");
        assertThat(lines.text().lines())
                .hasSize(3)
                .allSatisfy(line ->
                        assertThat(JsonMapper.shared().readTree(line).get("embedding").size())
                                .isEqualTo(FakeCore.DIMENSIONS));
        JsonNode data = whole.json().get("data");
        assertThat(data.size()).isEqualTo(3);
        assertThat(data.get(2).get("index").asInt()).isEqualTo(2);
        assertThat(data.get(2).get("embedding").isString()).isTrue();
    }

    @Test
    void showsAJobsShardsWithVotesHistoryAndPayments() {
        house.embed("{\"model\":\"tiny\",\"input\":[\"a\",\"b\"]}");

        JsonNode shards = house.get("/api/v1/jobs/job-1", house.key).json().get("shards");

        assertThat(shards.size()).isEqualTo(2);
        assertThat(shards.get(0).get("votes").get(0).get("fate").asString()).isEqualTo("agreeing");
        assertThat(shards.get(0).get("history").get(0).get("owner").asString()).isEqualTo("bob");
        assertThat(shards.get(0).get("payment").get(0).get("account").asString())
                .isEqualTo("owner:ann:escrow");
        assertThat(shards.get(0).get("payment").get(0).get("amount").asString())
                .isEqualTo("0.000070");
    }

    @Test
    void hidesAClientsJobsFromOtherClients() {
        house.embed("{\"model\":\"tiny\",\"input\":\"a\"}");

        for (String path : new String[] {"/api/v1/jobs/job-1", "/api/v1/jobs/job-1/output"}) {
            House.Got theirs = house.get(path, house.otherKey);
            assertThat(theirs.status()).isEqualTo(404);
            assertThat(theirs.message())
                    .isEqualTo(
                            house.get("/api/v1/jobs/job-99", house.otherKey)
                                    .message()
                                    .replace("job-99", "job-1"));
        }
        assertThat(house.send("DELETE", "/api/v1/jobs/job-1", house.otherKey, new byte[0]).status())
                .isEqualTo(404);
        assertThat(house.get("/api/v1/jobs/job-1", House.ADMIN).status()).isEqualTo(200);
    }

    @Test
    void cancelsAnOpenJobOnceAndNotAnEndedOne() {
        house.core.hold = true;
        house.post("/api/v1/jobs", house.key, BATCH);

        House.Got first = house.send("DELETE", "/api/v1/jobs/job-1", house.key, new byte[0]);
        House.Got second = house.send("DELETE", "/api/v1/jobs/job-1", house.key, new byte[0]);

        assertThat(first.status()).isEqualTo(200);
        assertThat(first.json().get("status").asString()).isEqualTo("cancelled");
        assertThat(second.status()).isEqualTo(409);
        assertThat(house.get("/api/v1/jobs/job-1/output", house.key).code())
                .isEqualTo("job_failed");
    }

    @Test
    void findsJobsThatTheCoreHasForgotten() {
        for (int i = 0; i < 5; i++) {
            house.embed("{\"model\":\"tiny\",\"input\":\"a\"}");
        }
        for (long n = 1; n <= 3; n++) {
            var id = new JobId(n);
            house.history.put(id, Objects.requireNonNull(house.core.job(id)));
        }
        house.core.forgetJobs();
        house.embed("{\"model\":\"tiny\",\"input\":\"a\"}");

        JsonNode first = house.get("/api/v1/jobs?limit=2", House.ADMIN).json();
        String next = first.get("next_before").asString();
        JsonNode second = house.get("/api/v1/jobs?limit=2&before=" + next, House.ADMIN).json();

        assertThat(house.get("/api/v1/jobs/job-2", house.key).status()).isEqualTo(200);
        assertThat(house.get("/api/v1/jobs/job-5", house.key).status()).isEqualTo(404);
        assertThat(first.get("data").findValuesAsString("id")).containsExactly("job-6", "job-3");
        assertThat(second.get("data").findValuesAsString("id")).containsExactly("job-2", "job-1");
    }

    @Test
    void saysThatAnAnsweredRequestsOutputIsGone() {
        house.embed("{\"model\":\"tiny\",\"input\":\"a\"}");

        House.Got got = house.get("/api/v1/jobs/job-1/output", house.key);

        assertThat(got.status()).isEqualTo(410);
        assertThat(got.code()).isEqualTo("output_gone");
    }

    @Test
    void isReadyOnlyWhenTheHouseSaysSo() {
        assertThat(house.get("/health/live", "").status()).isEqualTo(200);
        assertThat(house.get("/health/ready", "").status()).isEqualTo(200);
        house.unready = Optional.of("draining");
        assertThat(house.get("/health/ready", "").status()).isEqualTo(503);
        assertThat(house.get("/health/ready", "").text()).contains("draining");
        assertThat(house.get("/health/live", "").status()).isEqualTo(200);
    }

    @Test
    void countsRequestsByRouteAndNeverByPath() {
        house.embed("{\"model\":\"tiny\",\"input\":[\"a\",\"b\"]}");
        house.get("/api/v1/jobs/job-1", house.key);
        house.get("/secret-path-4711", house.key);
        house.core.end = JobEnd.DONE;

        String text = house.get("/metrics", "").text();

        assertThat(text)
                .contains("idlefleet_api_inputs_total 2.0")
                .contains("route=\"/api/v1/jobs/{job}\"")
                .contains("idlefleet_nodes 3.0")
                .contains("idlefleet_slots{held=\"true\"} 2.0")
                .contains("idlefleet_jobs_ended_total{end=\"no_quorum\"} 0.0")
                .doesNotContain("4711")
                .doesNotContain("job-1");
    }
}
