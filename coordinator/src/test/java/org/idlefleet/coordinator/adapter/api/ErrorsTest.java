package org.idlefleet.coordinator.adapter.api;

import static org.assertj.core.api.Assertions.assertThat;

import org.awaitility.Awaitility;
import org.idlefleet.coordinator.Command;
import org.idlefleet.coordinator.JobEnd;
import org.idlefleet.coordinator.Refusal;
import org.idlefleet.ledger.Money;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

class ErrorsTest {
    private static final String GOOD = "{\"model\":\"tiny\",\"input\":\"a\"}";

    private final House house = new House();

    @AfterEach
    void close() {
        house.close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
                    ``                                                    |      | JSON
                    nonsense                                              |      | JSON
                    {"model":"tiny","input":"a"                           |      | JSON
                    {"model":"tiny","input":"a"} x                        |      | JSON
                    {"model":"tiny","input":"a"}{}                        |      | follows
                    []                                                    |      | object
                    {"input":"a"}                                         | model | 'model' is missing
                    {"model":"tiny"}                                      | input | 'input' is missing
                    {"model":7,"input":"a"}                               | model | text
                    {"model":"tiny","input":""}                           | input | input[0] is an empty text
                    {"model":"tiny","input":[]}                           | input | empty
                    {"model":"tiny","input":["a",""]}                     | input | input[1] is an empty text
                    {"model":"tiny","input":["a",1]}                      | input | input[1]
                    {"model":"tiny","input":[1,"a"]}                      | input | input[0]
                    {"model":"tiny","input":[[1],2]}                      | input | input[1]
                    {"model":"tiny","input":[[1],[]]}                     | input | input[1] is an empty list
                    {"model":"tiny","input":[[1],[-1]]}                   | input | input[1]
                    {"model":"tiny","input":[1.5]}                        | input | input[0]
                    {"model":"tiny","input":[3000000000]}                 | input | input[0]
                    {"model":"tiny","input":null}                         | input | input
                    {"model":"tiny","input":{"a":1}}                      | input | input
                    {"model":"tiny","input":"\\ud800"}                    | input | Unicode
                    {"model":"tiny","input":"a","encoding_format":"int8"} | encoding_format | base64
                    {"model":"tiny","input":"a","dimensions":0}           | dimensions | at least 1
                    {"model":"tiny","input":"a","dimensions":25}          | dimensions | 24 dimensions
                    {"model":"tiny","input":"a","idlefleet":{"qorum":2}}  | idlefleet.qorum | quorum
                    {"model":"tiny","input":"a","idlefleet":{"quorum":0}} | idlefleet.quorum | at least 1
                    {"model":"tiny","input":"a","idlefleet":{"deadline_seconds":1e9}} | idlefleet.deadline_seconds | number of seconds
                    {"model":"tiny","input":"a","idlefleet":{"deadline_seconds":601}} | idlefleet.deadline_seconds | 600
                    {"model":"tiny","input":"a","idlefleet":{"deadline_seconds":"5"}} | idlefleet.deadline_seconds | number of seconds
                    """)
    void namesWhatIsWrongWithABody(String body, String param, String says) {
        House.Got got = house.embed(body == null ? "" : body);

        assertThat(got.status()).as(got.text()).isEqualTo(400);
        assertThat(got.error().get("type").asString()).isEqualTo("invalid_request_error");
        assertThat(got.error().propertyNames())
                .containsExactlyInAnyOrder("message", "type", "param", "code");
        assertThat(got.message()).contains(says);
        if (param == null) {
            assertThat(got.error().get("param").isNull()).isTrue();
        } else {
            assertThat(got.error().get("param").asString()).isEqualTo(param);
        }
        assertThat(got.header("x-request-id")).isNotEmpty();
    }

    @Test
    void namesTheItemThatIsTooLong() {
        String tokens = "1,".repeat(FakeModels.TOKENS_MAX) + "1";
        House.Got many = house.embed("{\"model\":\"tiny\",\"input\":[[1],[" + tokens + "]]}");
        House.Got text =
                house.embed("{\"model\":\"tiny\",\"input\":[\"a\",\"" + "x".repeat(513) + "\"]}");

        assertThat(many.status()).isEqualTo(400);
        assertThat(many.code()).isEqualTo("context_length_exceeded");
        assertThat(many.message()).contains("input[1] has 17 tokens", "takes 16 tokens");
        assertThat(text.status()).isEqualTo(400);
        assertThat(text.message()).contains("input[1] has 513 bytes", "at most 512");
    }

    @Test
    void refusesMoreInputsThanTheLimit() {
        House.Got got =
                house.embed("{\"model\":\"tiny\",\"input\":[" + "\"a\",".repeat(2_048) + "\"a\"]}");

        assertThat(got.status()).isEqualTo(400);
        assertThat(got.message()).contains("limit of 2048");
    }

    @Test
    void namesTheLimitThatABodyExceedsWhetherItsLengthIsToldOrNot() {
        byte[] large = "x".repeat(House.LIMITS.requestBytes() + 1).getBytes(StandardCharsets.UTF_8);

        House.Got told = house.send("POST", "/v1/embeddings", house.key, large);

        assertThat(told.status()).isEqualTo(413);
        assertThat(told.code()).isEqualTo("request_too_large");
        assertThat(told.message()).contains("requestBytes of 65536 bytes");
        assertThat(Raw.chunked(house, large.length))
                .startsWith("HTTP/1.1 413")
                .contains("requestBytes of 65536 bytes");
    }

    @Test
    void saysWhichModelsThereAreIfOneIsUnknown() {
        House.Got got = house.embed("{\"model\":\"gpt-9\",\"input\":\"a\"}");
        House.Got odd = house.embed("{\"model\":\"../etc/passwd\\n\",\"input\":\"a\"}");
        House.Got looked = house.get("/v1/models/gpt-9", house.key);

        for (House.Got each : new House.Got[] {got, odd, looked}) {
            assertThat(each.status()).isEqualTo(404);
            assertThat(each.code()).isEqualTo("model_not_found");
            assertThat(each.message()).contains("GET /v1/models");
        }
    }

    static Stream<Arguments> refusals() {
        Duration after = Duration.ofMillis(1_500);
        return Stream.of(
                Arguments.of(
                        new Refusal.UnknownModel(FakeModels.NAME), 404, "model_not_found", "", ""),
                Arguments.of(new Refusal.BadSize(0, 9), 400, "invalid_value", "", ""),
                Arguments.of(new Refusal.BadQuorum(9, 7), 400, "invalid_value", "", ""),
                Arguments.of(
                        new Refusal.NoFunds(Money.ofUnits(2), Money.ofUnits(1)),
                        429,
                        "insufficient_quota",
                        "",
                        "false"),
                Arguments.of(
                        new Refusal.NoNodes(FakeModels.NAME, 0, 1, true, after),
                        503,
                        "no_idle_devices",
                        "1500",
                        ""),
                Arguments.of(
                        new Refusal.Full("openJobsPerClient", 5, after),
                        429,
                        "rate_limit_exceeded",
                        "1500",
                        ""),
                Arguments.of(
                        new Refusal.Full("openJobs", 5, after),
                        503,
                        "server_is_overloaded",
                        "1500",
                        ""));
    }

    @ParameterizedTest
    @MethodSource("refusals")
    void tellsTheCoresRefusalsInOpenAisWords(
            Refusal refusal, int status, String code, String retryMillis, String shouldRetry) {
        house.core.refusal = refusal;

        House.Got got = house.embed(GOOD);

        assertThat(got.status()).isEqualTo(status);
        assertThat(got.code()).isEqualTo(code);
        assertThat(got.message()).isEqualTo(refusal.text());
        assertThat(got.header("retry-after-ms")).isEqualTo(retryMillis);
        assertThat(got.header("retry-after")).isEqualTo(retryMillis.isEmpty() ? "" : "2");
        assertThat(got.header("x-should-retry")).isEqualTo(shouldRetry);
        assertThat(house.core.payloads.staged).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "DEADLINE, 504, deadline_exceeded, ''",
        "NO_QUORUM, 503, no_quorum, ''",
        "RESTART, 503, restarted, ''",
        "ATTEMPTS, 503, attempts_exhausted, false",
        "INPUT, 400, invalid_value, ''",
        "CANCELLED, 409, job_cancelled, false"
    })
    void tellsHowAJobEndedThatHasNoAnswer(JobEnd end, int status, String code, String shouldRetry) {
        house.core.end = end;
        house.core.detail = "item 3 has 300 tokens";

        House.Got got = house.embed(GOOD);

        assertThat(got.status()).isEqualTo(status);
        assertThat(got.code()).isEqualTo(code);
        assertThat(got.message()).contains("job-1", end.text(), "item 3 has 300 tokens");
        assertThat(got.header("idlefleet-job")).isEqualTo("job-1");
        assertThat(got.header("x-should-retry")).isEqualTo(shouldRetry);
        assertThat(house.core.payloads.admitted).isEmpty();
    }

    @Test
    void pushesBackWhenTheInboxOrTheMemoryForInputsIsFull() {
        house.core.full = true;
        House.Got inbox = house.embed(GOOD);
        house.core.full = false;
        house.core.payloads.full = true;
        House.Got memory = house.embed(GOOD);

        assertThat(inbox.status()).isEqualTo(503);
        assertThat(inbox.code()).isEqualTo("server_is_overloaded");
        assertThat(inbox.header("retry-after")).isEqualTo("1");
        assertThat(inbox.message()).contains("inbox is full");
        assertThat(memory.status()).isEqualTo(503);
        assertThat(memory.message()).contains("memory for inputs is full");
        assertThat(house.core.payloads.staged).isEmpty();
        assertThat(house.core.desk.waiting()).isZero();
    }

    @Test
    void tellsWrongPathsAndWrongMethodsApart() {
        House.Got path = house.get("/v1/nonsense", house.key);
        House.Got method = house.get("/v1/embeddings", house.key);
        House.Got delete = house.send("DELETE", "/v1/models", house.key, new byte[0]);

        assertThat(path.status()).isEqualTo(404);
        assertThat(path.code()).isEqualTo("unknown_url");
        assertThat(method.status()).isEqualTo(405);
        assertThat(method.header("allow")).isEqualTo("POST");
        assertThat(delete.status()).isEqualTo(405);
        assertThat(delete.header("allow")).isEqualTo("GET");
    }

    @Test
    void tellsWhoStillWaitsWhenTheCoordinatorEndsToComeAgain() throws Exception {
        house.core.hold = true;
        var answer = CompletableFuture.supplyAsync(() -> house.embed(GOOD));
        Awaitility.await().until(() -> !house.core.payloads.admitted.isEmpty());

        house.closeDoor();

        House.Got got = answer.get(10, TimeUnit.SECONDS);
        assertThat(got.status()).isEqualTo(503);
        assertThat(got.code()).isEqualTo("restarted");
        assertThat(got.header("retry-after")).isNotEmpty();
        assertThat(got.message()).contains("shuts down");
    }

    @Test
    void cancelsTheJobOfAClientThatHangsUp() {
        house.core.hold = true;

        Raw.hangUpAfterAsking(house, GOOD);

        Awaitility.await()
                .until(() ->
                        house.core.commands().stream()
                                .anyMatch(Command.CancelJob.class::isInstance));
        Awaitility.await()
                .until(() ->
                        house.core.desk.waiting() == 0 && house.core.payloads.admitted.isEmpty());
    }

    @Test
    void doesNotCancelAJobThatWasAnswered() {
        house.embed(GOOD);
        house.embed(GOOD);

        assertThat(house.core.commands()).noneMatch(Command.CancelJob.class::isInstance);
    }
}
