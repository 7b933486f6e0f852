package org.idlefleet.coordinator.adapter.api;

import static org.assertj.core.api.Assertions.assertThat;

import org.idlefleet.coordinator.Command;
import org.idlefleet.coordinator.Refusal;
import org.junit.jupiter.api.Test;

import tools.jackson.databind.json.JsonMapper;

import java.util.List;
import java.util.Map;

class PayoutApiTest {
    private static final String RUNS = "/api/v1/ledger/payouts";

    @Test
    void aRunIsProposedByOneApprovedByAnotherSentAndConfirmedByTheBank() {
        try (var house = new House()) {
            house.books.mature();
            House.Got proposed = post(house, "", Map.of("run", "2026-11"));
            assertThat(proposed.json().at("/orders/0/owner").asString()).isEqualTo("ann");
            assertThat(proposed.json().at("/orders/0/amount").asString()).isEqualTo("1.05");
            assertThat(proposed.text()).doesNotContain("DE89370400440532013000");

            assertThat(post(house, "/2026-11/send", Map.of()).status()).isEqualTo(409);
            House.Got alone = post(house, "/2026-11/approve", Map.of());
            assertThat(alone.status()).isEqualTo(409);
            assertThat(alone.message()).contains("another person");
            String approve = RUNS + "/2026-11/approve";
            House.Got lacking = house.post(approve, house.operator("olga", "operate"), "{}");
            assertThat(lacking.status()).isEqualTo(403);
            House.Got approved = house.post(approve, house.operator("omar", "approve"), "{}");
            assertThat(approved.json().get("proposed_by").asString()).isEqualTo("admin");
            assertThat(approved.json().get("approved_by").asString()).isEqualTo("omar");

            House.Got sent = post(house, "/2026-11/send", Map.of());
            assertThat(sent.json().at("/orders/0/stage").asString()).isEqualTo("submitted");
            assertThat(booked(house)).containsExactly("payout/ann/2026-11");

            House.Got confirmed = post(house, "/2026-11/reports", Map.of("report", report("ACSC")));
            assertThat(confirmed.json().at("/orders/0/stage").asString()).isEqualTo("arrived");
            assertThat(confirmed.json().get("finished").asBoolean()).isTrue();
            assertThat(booked(house)).containsExactly("payout/ann/2026-11", "paid/ann/2026-11");
            assertThat(house.get(RUNS + "/2026-11", House.ADMIN).json())
                    .isEqualTo(confirmed.json());
            assertThat(house.get(RUNS, House.ADMIN).json().get("data").size()).isEqualTo(1);
        }
    }

    @Test
    void noKeyApprovesWhatItProposedWhateverItsRolesAndEvenIfMadeAnew() {
        try (var house = new House()) {
            house.books.mature();
            String first = house.operator("olga", "operate\",\"approve");
            assertThat(house.post(RUNS, first, "{\"run\":\"r\"}").status()).isEqualTo(200);
            assertThat(house.post(RUNS + "/r/approve", first, "{}").status()).isEqualTo(409);
            house.post("/api/v1/operators/olga/revoke", House.ADMIN, "{}");
            String second = house.operator("olga", "approve");
            assertThat(house.post(RUNS + "/r/approve", first, "{}").status()).isEqualTo(401);
            assertThat(house.post(RUNS + "/r/approve", second, "{}").status()).isEqualTo(409);
            assertThat(post(house, "/r/approve", Map.of()).status()).isEqualTo(200);
        }
    }

    @Test
    void whatTheBookRefusesIsNotSent() {
        try (var house = new House()) {
            house.books.mature();
            post(house, "", Map.of("run", "r"));
            house.post(RUNS + "/r/approve", house.operator("omar", "approve"), "{}");
            house.core.refusal = new Refusal.Conflict("ann has no money left");
            House.Got sent = post(house, "/r/send", Map.of());
            assertThat(sent.json().at("/orders/0/stage").asString()).isEqualTo("refused");
            assertThat(sent.json().at("/orders/0/reason").asString()).contains("no money left");
        }
    }

    @Test
    void aCorrectionIsTheOppositeAndWhatIsFinalIsMoved() {
        try (var house = new House()) {
            House.Got repaired =
                    house.post(
                            "/api/v1/ledger/repairs",
                            House.ADMIN,
                            "{\"transaction\":\"settle/job-1/2\"}");
            assertThat(repaired.json().get("reversal").asString())
                    .isEqualTo("reverse/job-1/settle/2");
            assertThat(booked(house)).containsExactly("reverse/job-1/settle/2");
            House.Got unknown =
                    house.post(
                            "/api/v1/ledger/repairs",
                            House.ADMIN,
                            "{\"transaction\":\"settle/job-1/9\"}");
            assertThat(unknown.status()).isEqualTo(409);
            assertThat(unknown.message()).contains("there is no transaction settle/job-1/9");

            House.Got matured = house.post("/api/v1/ledger/maturings", House.ADMIN, "{}");
            assertThat(matured.json().get("data")).as("earned just now").isEmpty();
        }
    }

    @Test
    void namesThatAreNoneAreRefused() {
        try (var house = new House()) {
            assertThat(post(house, "", Map.of("run", "../x")).status()).isEqualTo(400);
            assertThat(post(house, "", Map.of("run", "r", "by", "olga")).message())
                    .as("who asks is known by the key")
                    .contains("'by' is not known");
            assertThat(post(house, "/nope/approve", Map.of()).status()).isEqualTo(409);
            assertThat(house.get(RUNS + "/nope", House.ADMIN).status()).isEqualTo(404);
            assertThat(house.get(RUNS, house.key).status()).isEqualTo(403);
        }
    }

    private static House.Got post(House house, String path, Map<String, ?> body) {
        return house.post(RUNS + path, House.ADMIN, JsonMapper.shared().writeValueAsString(body));
    }

    private static List<String> booked(House house) {
        return house.core.commands().stream()
                .filter(Command.Book.class::isInstance)
                .map(command -> ((Command.Book) command).transaction().id().toString())
                .toList();
    }

    private static String report(String status) {
        return "<Document><CstmrPmtStsRpt><OrgnlPmtInfAndSts><TxInfAndSts><OrgnlEndToEndId>"
                + "2026-11.ann</OrgnlEndToEndId><TxSts>"
                + status
                + "</TxSts></TxInfAndSts></OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>";
    }
}
