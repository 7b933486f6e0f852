package org.idlefleet.coordinator.adapter.api;

import static org.assertj.core.api.Assertions.assertThat;

import org.assertj.core.data.Offset;
import org.idlefleet.coordinator.Command;
import org.idlefleet.coordinator.Tier;
import org.idlefleet.protocol.ItemKind;
import org.idlefleet.protocol.JobId;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import tools.jackson.databind.JsonNode;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

class EmbeddingsTest {
    private final House house = new House();

    @AfterEach
    void close() {
        house.close();
    }

    @Test
    void answersOneTextInOpenAisShapeAndNamesTheJob() {
        House.Got got = house.embed("{\"model\":\"tiny\",\"input\":\"a car\"}");

        assertThat(got.status()).as(got.text()).isEqualTo(200);
        assertThat(got.header("idlefleet-job")).isEqualTo("job-1");
        assertThat(got.header("x-request-id")).startsWith("req-");
        assertThat(got.header("openai-processing-ms")).matches("[0-9]+");
        JsonNode json = got.json();
        assertThat(json.get("object").asString()).isEqualTo("list");
        assertThat(json.get("model").asString()).isEqualTo("tiny");
        assertThat(json.get("usage").get("prompt_tokens").asInt())
                .isEqualTo(FakeCore.TOKENS_PER_ITEM);
        assertThat(json.get("usage").get("total_tokens").asInt())
                .isEqualTo(FakeCore.TOKENS_PER_ITEM);
        assertThat(json.get("data").size()).isEqualTo(1);
        assertThat(floats(json.get("data").get(0).get("embedding")))
                .containsExactly(FakeCore.vector("a car".getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void keepsTheOrderOfManyTextsOverSeveralShards() {
        String input =
                IntStream.range(0, 101)
                        .mapToObj(i -> "\"text " + i + "\"")
                        .collect(Collectors.joining(","));

        JsonNode data =
                house.embed("{\"input\":[" + input + "],\"model\":\"tiny\"}").json().get("data");

        assertThat(data.size()).isEqualTo(101);
        for (int i = 0; i < 101; i++) {
            assertThat(data.get(i).get("index").asInt()).isEqualTo(i);
            assertThat(floats(data.get(i).get("embedding")))
                    .containsExactly(
                            FakeCore.vector(("text " + i).getBytes(StandardCharsets.UTF_8)));
        }
    }

    @Test
    void takesOneListOfTokensAsOneItemAndManyAsMany() {
        JsonNode one = house.embed("{\"model\":\"tiny\",\"input\":[101,7,102]}").json();
        JsonNode two = house.embed("{\"model\":\"tiny\",\"input\":[[101,7,102],[5]]}").json();

        assertThat(floats(one.get("data").get(0).get("embedding")))
                .containsExactly(FakeCore.vector(tokens(101, 7, 102)))
                .containsExactly(floats(two.get("data").get(0).get("embedding")));
        assertThat(floats(two.get("data").get(1).get("embedding")))
                .containsExactly(FakeCore.vector(tokens(5)));
        assertThat(((Command.SubmitJob) house.core.commands().getLast()).job().kind())
                .isEqualTo(ItemKind.TOKENS);
    }

    @Test
    void writesLittleEndianFloatsInBase64() {
        JsonNode json =
                house.embed("{\"model\":\"tiny\",\"input\":\"ä😀\",\"encoding_format\":\"base64\"}")
                        .json();

        var vector = new float[FakeCore.DIMENSIONS];
        ByteBuffer.wrap(
                        Base64.getDecoder()
                                .decode(json.get("data").get(0).get("embedding").asString()))
                .order(ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer()
                .get(vector);
        assertThat(vector).containsExactly(FakeCore.vector("ä😀".getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void cutsVectorsToTheDimensionsWantedAndScalesThemToLengthOne() {
        JsonNode json = house.embed("{\"model\":\"tiny\",\"input\":\"x\",\"dimensions\":5}").json();

        float[] cut = floats(json.get("data").get(0).get("embedding"));
        float[] whole = FakeCore.vector("x".getBytes(StandardCharsets.UTF_8));
        double length = 0;
        for (float f : cut) {
            length += (double) f * f;
        }
        assertThat(cut).hasSize(5);
        assertThat(Math.sqrt(length)).isCloseTo(1, Offset.offset(1e-6));
        assertThat(cut[4] / cut[0]).isCloseTo(whole[4] / whole[0], Offset.offset(1e-4f));
    }

    @Test
    void takesTermsFromTheBodyBeforeTheHeadersBeforeTheDefaults() {
        house.embed("{\"model\":\"tiny\",\"input\":\"a\"}");
        house.embed(
                "{\"model\":\"tiny\",\"input\":\"a\"}", Terms.QUORUM, "2", Terms.DEADLINE, "7.5");
        house.embed(
                "{\"model\":\"tiny\",\"input\":\"a\",\"idlefleet\":{\"quorum\":3,\"deadline_seconds\":9}}",
                Terms.QUORUM,
                "2");

        var jobs =
                house.core.commands().stream()
                        .filter(Command.SubmitJob.class::isInstance)
                        .map(command -> ((Command.SubmitJob) command).job())
                        .toList();
        assertThat(jobs).extracting(job -> job.quorum()).containsExactly(1, 2, 3);
        assertThat(jobs)
                .extracting(job -> Duration.between(FakeCore.NOW, job.deadline()))
                .containsExactly(
                        Duration.ofSeconds(60), Duration.ofMillis(7_500), Duration.ofSeconds(9));
        assertThat(jobs).allMatch(job -> job.tier() == Tier.INTERACTIVE && !job.durable());
    }

    @Test
    void ignoresKeysItDoesNotKnow() {
        House.Got got =
                house.embed(
                        "{\"future\":{\"a\":[1,{\"b\":null}]},\"model\":\"tiny\",\"user\":7,"
                                + "\"input\":\"a\",\"dimensions\":null,\"encoding_format\":null}");

        assertThat(got.status()).isEqualTo(200);
    }

    @Test
    void forgetsAJobsBytesWhenItIsAnswered() {
        house.embed("{\"model\":\"tiny\",\"input\":\"a\"}");

        assertThat(house.core.payloads.admitted).isEmpty();
        assertThat(house.core.payloads.kept).isEmpty();
        assertThat(house.core.payloads.staged).isEmpty();
        assertThat(house.core.desk.waiting()).isZero();
    }

    @Test
    void answersTheLargestRequestThatTheLimitAllows() {
        String input =
                IntStream.range(0, 2_048)
                        .mapToObj(i -> "\"t" + i + "\"")
                        .collect(Collectors.joining(","));

        House.Got got = house.embed("{\"model\":\"tiny\",\"input\":[" + input + "]}");

        assertThat(got.status()).isEqualTo(200);
        assertThat(got.json().get("data").size()).isEqualTo(2_048);
        assertThat(house.core.job(new JobId(1))).isNotNull();
    }

    private static float[] floats(JsonNode array) {
        var floats = new float[array.size()];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = Float.parseFloat(array.get(i).asString());
        }
        return floats;
    }

    private static byte[] tokens(int... ids) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * ids.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asIntBuffer().put(ids);
        return bytes.array();
    }
}
