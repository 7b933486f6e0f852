package org.idlefleet.coordinator.adapter.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.idlefleet.coordinator.Refusal;
import org.idlefleet.protocol.Digest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import tools.jackson.databind.JsonNode;

import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;

class OperatorsApiTest {
    private static final String OPERATORS = "/api/v1/operators";
    private static final String FUNDS = "/api/v1/funds";
    private static final String FUND = "{\"client\":\"acme\",\"amount\":\"1\",\"reference\":\"r\"}";

    @Test
    void everyOperatorMayLookAndOnlyHisRolesSayMore() {
        try (var house = new House()) {
            String reader = house.operator("rita", "read");
            String approver = house.operator("omar", "approve");
            String worker = house.operator("olga", "operate");
            for (String key : List.of(reader, approver, worker, House.ADMIN)) {
                assertThat(house.get("/api/v1/nodes", key).status()).isEqualTo(200);
                assertThat(house.get("/api/v1/ledger/balances", key).status()).isEqualTo(200);
            }
            for (String key : List.of(reader, approver)) {
                House.Got refused = house.post(FUNDS, key, FUND);
                assertThat(refused.status()).isEqualTo(403);
                assertThat(refused.message()).contains("lacks the role operate");
                byte[] none = {};
                assertThat(house.send("DELETE", "/api/v1/jobs/job-1", key, none).status())
                        .isEqualTo(403);
            }
            assertThat(house.core.commands())
                    .noneMatch(command -> command.toString().contains("Fund"));
            assertThat(house.post(FUNDS, worker, FUND).status()).isEqualTo(200);
            assertThat(house.get("/api/v1/account", worker).status())
                    .as("an operator is no client")
                    .isEqualTo(403);
        }
    }

    @Test
    void onlyTheFirstKeyMakesAndRevokesKeysAndARevokedOneIsOutAtOnce() {
        try (var house = new House()) {
            String worker = house.operator("olga", "operate\",\"approve");
            String more = "{\"name\":\"eve\",\"roles\":[\"approve\"]}";
            House.Got refused = house.post(OPERATORS, worker, more);
            assertThat(refused.status()).isEqualTo(403);
            assertThat(refused.message()).contains("admin.key");
            String secret = worker.substring(worker.indexOf('.') + 1);
            assertThat(house.get(OPERATORS, worker).text())
                    .contains("olga", "operate")
                    .doesNotContain(secret, "eve");

            String again = "{\"name\":\"olga\",\"roles\":[\"read\"]}";
            assertThat(house.post(OPERATORS, House.ADMIN, again).status()).isEqualTo(409);
            String revoke = OPERATORS + "/olga/revoke";
            assertThat(house.post(revoke, worker, "{}").status()).isEqualTo(403);
            assertThat(house.post("/api/v1/keys/op-olga/revoke", worker, "{}")).isNotNull();
            assertThat(house.get("/api/v1/nodes", worker).status()).isEqualTo(200);
            assertThat(house.post(revoke, House.ADMIN, "{}").status()).isEqualTo(200);
            assertThat(house.get("/api/v1/nodes", worker).status()).isEqualTo(401);
            assertThat(house.post(revoke, House.ADMIN, "{}").status()).isEqualTo(409);
            assertThat(house.post(OPERATORS, House.ADMIN, again).status()).isEqualTo(201);
            assertThat(house.get("/api/v1/nodes", worker).status()).isEqualTo(401);
        }
    }

    @Test
    void theAuditLogNamesWhoAskedForWhatAndWhatBecameOfIt() {
        try (var house = new House()) {
            String worker = house.operator("olga", "operate");
            String reader = house.operator("rita", "read");
            house.post(FUNDS, worker, FUND);
            house.post(FUNDS, reader, FUND);
            house.core.refusal = new Refusal.Conflict("not that way");
            house.post(FUNDS, House.ADMIN, FUND);
            house.get("/api/v1/nodes", reader);
            house.post(FUNDS, house.key, FUND);

            JsonNode log = house.get("/api/v1/audit-log?limit=3", reader).json().get("data");
            assertThat(log.size()).isEqualTo(3);
            line(log.get(0), "admin", "POST /api/v1/funds " + FUND, "not that way");
            line(log.get(1), "rita", "POST /api/v1/funds " + FUND, "lacks the role operate");
            line(log.get(2), "olga", "POST /api/v1/funds " + FUND, "done");
            assertThat(log.get(2).get("at").asString()).isEqualTo(FakeCore.NOW.toString());

            String older = "/api/v1/audit-log?before=" + log.get(2).get("id").asLong();
            JsonNode rest = house.get(older, reader).json().get("data");
            assertThat(rest.size()).isEqualTo(2);
            assertThat(rest.get(0).get("action").asString()).contains("rita");
            assertThat(rest.toString()).doesNotContain(worker.substring(worker.indexOf('.') + 1));
            assertThat(house.get("/api/v1/audit-log", house.key).status()).isEqualTo(403);
            for (String wrong : List.of("limit=0", "limit=1001", "limit=x", "before=-1")) {
                assertThat(house.get("/api/v1/audit-log?" + wrong, reader).status())
                        .as(wrong)
                        .isEqualTo(400);
            }
        }
    }

    @Test
    void longAndGarbledBodiesDoNotSpoilTheLog() {
        try (var house = new House()) {
            house.post(FUNDS, House.ADMIN, "x\n\u001b[2J" + "y".repeat(5_000));
            String action =
                    house.get("/api/v1/audit-log", House.ADMIN)
                            .json()
                            .at("/data/0/action")
                            .asString();
            assertThat(action).hasSizeLessThan(500).endsWith("of 5006 characters");
            assertThat(action).doesNotContain("\n", "\u001b");
        }
    }

    @Test
    void badNamesAndRolesAreRefused() {
        try (var house = new House()) {
            for (String wrong :
                    List.of(
                            "{\"name\":\"admin\",\"roles\":[\"read\"]}",
                            "{\"name\":\"a.b\",\"roles\":[\"read\"]}",
                            "{\"name\":\"../a\",\"roles\":[\"read\"]}",
                            "{\"name\":\"Olga\",\"roles\":[\"read\"]}",
                            "{\"name\":\"a\\n\",\"roles\":[\"read\"]}",
                            "{\"name\":\"\",\"roles\":[\"read\"]}",
                            "{\"name\":\"" + "a".repeat(41) + "\",\"roles\":[\"read\"]}",
                            "{\"name\":\"ann\",\"roles\":[]}",
                            "{\"name\":\"ann\",\"roles\":\"read\"}",
                            "{\"name\":\"ann\",\"roles\":[\"admin\"]}",
                            "{\"name\":\"ann\",\"roles\":[7]}",
                            "{\"name\":\"ann\"}")) {
                assertThat(house.post(OPERATORS, House.ADMIN, wrong).status())
                        .as(wrong)
                        .isEqualTo(400);
            }
            assertThat(house.get(OPERATORS, House.ADMIN).json().get("data")).isEmpty();
        }
    }

    @Test
    void theFileOutlivesTheProcessAndIsOnlyAddedTo(@TempDir Path directory) throws Exception {
        Path path = directory.resolve("operators.db");
        var key =
                new OperatorFile.Key(
                        "olga", Set.of(Role.READ), Digest.of(new byte[] {1}), FakeCore.NOW);
        try (var file = OperatorFile.open(path)) {
            file.add(key);
            file.add(new OperatorFile.Key("omar", key.roles(), key.secretHash(), FakeCore.NOW));
            file.revoke("omar", FakeCore.NOW);
            file.ended(file.asked(FakeCore.NOW, "olga", "one"), 200, "done");
            file.asked(FakeCore.NOW, "olga", "two");
        }
        try (var connection = DriverManager.getConnection("jdbc:sqlite:" + path);
                var statement = connection.createStatement()) {
            for (String table : List.of("operators", "revocations", "actions", "outcomes")) {
                assertThatThrownBy(() -> statement.execute("DELETE FROM " + table))
                        .isInstanceOf(SQLException.class)
                        .hasMessageContaining("only added to");
            }
            assertThatThrownBy(() -> statement.execute("UPDATE actions SET operator = 'eve'"))
                    .hasMessageContaining("only added to");
        }
        try (var file = OperatorFile.open(path)) {
            assertThat(file.keys()).containsExactly(key);
            assertThat(file.actions(Long.MAX_VALUE, 9))
                    .extracting(OperatorFile.Action::outcome)
                    .containsExactly("not known: it is under way, or was cut off", "done");
        }
    }

    private static void line(JsonNode line, String operator, String action, String outcome) {
        assertThat(line.get("operator").asString()).isEqualTo(operator);
        assertThat(line.get("action").asString()).isEqualTo(action);
        assertThat(line.get("outcome").asString()).contains(outcome);
    }
}
