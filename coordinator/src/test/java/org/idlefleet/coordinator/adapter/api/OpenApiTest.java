package org.idlefleet.coordinator.adapter.api;

import static org.assertj.core.api.Assertions.assertThat;

import static java.util.Map.entry;

import org.idlefleet.protocol.JobId;
import org.junit.jupiter.api.Test;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

class OpenApiTest {
    private static final String BATCH = "{\"model\":\"tiny\",\"input\":[\"a\",\"b\"]}";

    /** A body for each operation that takes one. */
    private static final Map<String, String> BODIES =
            Map.ofEntries(
                    entry("post /api/v1/jobs", BATCH),
                    entry("post /api/v1/nodes/{node}/ban", "{\"reason\":\"broken\"}"),
                    entry("post /api/v1/owners/{owner}/trust", "{\"trusted\":true}"),
                    entry(
                            "post /api/v1/clients/{client}/terms",
                            "{\"usual_assurance\":\"standard\"}"),
                    entry(
                            "post /api/v1/owners/{owner}/reinstate",
                            "{\"reason\":\"an error of ours\"}"),
                    entry("post /api/v1/operators", "{\"name\":\"olga\",\"roles\":[\"operate\"]}"),
                    entry("post /api/v1/operators/{operator}/revoke", "{}"),
                    entry("post /api/v1/keys", "{\"client\":\"acme\"}"),
                    entry("post /api/v1/keys/{key}/revoke", "{}"),
                    entry("post /api/v1/tokens", "{\"owner\":\"ann\"}"),
                    entry(
                            "post /api/v1/models",
                            "{\"manifest\":\"" + FakeModels.DIGEST.hex() + "\"}"),
                    entry(
                            "post /api/v1/owners/{owner}/terms",
                            "{\"region\":\"eu-de\",\"fleet\":\"taxis\",\"electricity\":[{\"from\":22,"
                                + "\"to\":6,\"days\":[\"monday\"],\"micros_per_kwh\":200000}]}"),
                    entry(
                            "post /api/v1/ledger/policy",
                            "{\"policy\":\"{version: 2, shares: {owner: 1000000}, remainder:"
                                    + " owner}\"}"),
                    entry(
                            "post /api/v1/ledger/dry-runs",
                            "{\"policy\":\"{version: 2, prices: {default: 9}, shares: {owner:"
                                    + " 1000000}, remainder: owner}\",\"from\":"
                                    + "\"2026-11-01T00:00:00Z\",\"to\":\"2026-12-01T00:00:00Z\"}"),
                    entry("post /api/v1/ledger/payouts", "{\"run\":\"r1\"}"),
                    entry("post /api/v1/ledger/payouts/{run}/approve", "{}"),
                    entry("post /api/v1/ledger/payouts/{run}/send", "{}"),
                    entry(
                            "post /api/v1/ledger/payouts/{run}/reports",
                            "{\"report\":\"<Document><CstmrPmtStsRpt/></Document>\"}"),
                    entry("post /api/v1/ledger/maturings", "{}"),
                    entry("post /api/v1/ledger/repairs", "{\"transaction\":\"settle/job-1/2\"}"),
                    entry(
                            "post /api/v1/chargebacks",
                            "{\"client\":\"acme\",\"amount\":\"1\",\"reference\":\"r\"}"),
                    entry(
                            "post /api/v1/funds",
                            "{\"client\":\"acme\",\"amount\":\"1\",\"reference\":\"r\"}"));

    /** What stands behind the path of each operation that asks for it. */
    private static final Map<String, String> QUERIES =
            Map.of(
                    "/api/v1/jobs/{job}/output", "?format=json",
                    "/api/v1/ledger/transactions", "?id=settle/job-1/2",
                    "/api/v1/ledger/statements/{holder}", "?month=2026-11",
                    "/api/v1/ledger/invoices/{client}", "?month=2026-11",
                    "/api/v1/ledger/consistency", "?from=2&to=5");

    @Test
    void describesEveryRouteOfOurOwnSurfaceAndNoOther() {
        try (var house = new House()) {
            Set<String> described = new TreeSet<>();
            JsonNode document = house.get("/api/v1/openapi.json", "").json();
            document.get("paths")
                    .properties()
                    .forEach(path ->
                            path.getValue()
                                    .propertyNames()
                                    .forEach(
                                            method -> described.add(method + " " + path.getKey())));

            Set<String> served = new TreeSet<>();
            var keys = new KeyRing(House.ADMIN, ApiConfig.Rates.STANDARD, new SecureRandom());
            ApiDoor.routes(
                            ApiConfig.standard("127.0.0.1", 0),
                            house.ports(),
                            keys,
                            InstantSource.system(),
                            new SecureRandom())
                    .stream()
                    .filter(route -> route.path().startsWith("/api/v1/"))
                    .forEach(route ->
                            served.add(
                                    route.method().name().toLowerCase(Locale.ROOT)
                                            + " "
                                            + route.path()));

            assertThat(described).isEqualTo(served);
        }
    }

    @Test
    void isKeptByTheAnswerOfEveryOperation() {
        var rates = new ApiConfig.Rates(10_000, 10_000_000, 1_000);
        try (var house = new House(House.LIMITS, rates)) {
            JsonNode document = house.get("/api/v1/openapi.json", "").json();
            for (var path : document.get("paths").properties()) {
                for (var operation : path.getValue().properties()) {
                    keep(house, document, operation.getKey(), path.getKey(), operation.getValue());
                }
            }
        }
    }

    /** A run is approved by another operator than it was proposed by. */
    private static String operator(House house, String path) {
        return path.endsWith("/approve") ? house.operator("omar", "approve") : House.ADMIN;
    }

    private static void keep(
            House house, JsonNode document, String method, String path, JsonNode operation) {
        house.core.hold = method.equals("delete");
        house.post("/api/v1/jobs", house.key, BATCH);
        long last = house.core.jobs();
        String real =
                path.replace("{job}", new JobId(last).toString())
                        .replace("{day}", "2026-11-28")
                        .replace("{node}", "ann-car")
                        .replace("{client}", "acme")
                        .replace("{run}", "r1")
                        .replace("{year}", "2026")
                        .replace("{operator}", "olga")
                        .replace("{owner}", "ann")
                        .replace("{holder}", "client:acme")
                        .replace("{account}", "client:acme:prepaid")
                        .replace("{key}", house.otherKey.substring(0, house.otherKey.indexOf('.')));
        boolean client = operation.get("security").toString().contains("clientKey");
        String name = method + " " + path;
        String body =
                path.endsWith("/cosignatures")
                        ? JsonMapper.shared()
                                .writeValueAsString(
                                        Map.of("note", house.books.cosigned().toString()))
                        : BODIES.getOrDefault(name, "");
        House.Got got =
                house.send(
                        method.toUpperCase(Locale.ROOT),
                        real + QUERIES.getOrDefault(path, ""),
                        client ? house.key : operator(house, path),
                        body.getBytes(StandardCharsets.UTF_8));

        JsonNode answer = operation.get("responses").get(Integer.toString(got.status()));
        assertThat(answer).as("%s answered %s: %s", name, got.status(), got.text()).isNotNull();
        Schema.check(
                document,
                answer.get("content").get("application/json").get("schema"),
                got.json(),
                name);
        if (!operation.get("security").isEmpty()) {
            House.Got stranger = house.send(method.toUpperCase(Locale.ROOT), real, "", new byte[0]);
            assertThat(stranger.status()).as(name).isEqualTo(401);
            Schema.check(
                    document,
                    operation
                            .get("responses")
                            .get("default")
                            .get("content")
                            .get("application/json")
                            .get("schema"),
                    stranger.json(),
                    name);
        }
    }
}
