package org.idlefleet.coordinator.adapter.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.errors.BadRequestException;
import com.openai.errors.InternalServerException;
import com.openai.errors.NotFoundException;
import com.openai.errors.RateLimitException;
import com.openai.errors.UnauthorizedException;
import com.openai.models.embeddings.CreateEmbeddingResponse;
import com.openai.models.embeddings.EmbeddingCreateParams;

import org.idlefleet.coordinator.Command;
import org.idlefleet.coordinator.Refusal;
import org.idlefleet.ledger.Money;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

class OpenAiClientTest {
    private final House house = new House();
    private final OpenAIClient client = client(house.key);

    @AfterEach
    void close() {
        client.close();
        house.close();
    }

    @Test
    void getsTheSameVectorsWhateverEncodingItAsksFor() {
        EmbeddingCreateParams.Builder texts =
                EmbeddingCreateParams.builder()
                        .model("tiny")
                        .inputOfArrayOfStrings(List.of("a car", "a bike"));

        CreateEmbeddingResponse byDefault = client.embeddings().create(texts.build());
        CreateEmbeddingResponse floats =
                client.embeddings()
                        .create(
                                texts.encodingFormat(EmbeddingCreateParams.EncodingFormat.FLOAT)
                                        .build());

        for (CreateEmbeddingResponse each : List.of(byDefault, floats)) {
            assertThat(each.usage().promptTokens()).isEqualTo(2 * FakeCore.TOKENS_PER_ITEM);
            assertThat(each.data()).hasSize(2);
            assertThat(each.data().get(1).index()).isEqualTo(1);
            assertThat(each.data().get(1).embedding())
                    .containsExactly(
                            boxed(FakeCore.vector("a bike".getBytes(StandardCharsets.UTF_8))));
        }
    }

    @Test
    void sendsTokensAndDimensions() {
        CreateEmbeddingResponse got =
                client.embeddings()
                        .create(
                                EmbeddingCreateParams.builder()
                                        .model("tiny")
                                        .inputOfArrayOfTokenArrays(
                                                List.of(List.of(1L, 2L), List.of(3L)))
                                        .dimensions(4)
                                        .build());

        assertThat(got.data()).hasSize(2).allMatch(each -> each.embedding().size() == 4);
    }

    @Test
    void listsModels() {
        assertThat(client.models().list().data())
                .singleElement()
                .satisfies(model -> {
                    assertThat(model.id()).isEqualTo("tiny");
                    assertThat(model.created()).isEqualTo(1_700_000_000);
                    assertThat(model.ownedBy()).isEqualTo("idlefleet");
                });
        assertThat(client.models().retrieve("tiny").id()).isEqualTo("tiny");
        assertThatThrownBy(() -> client.models().retrieve("nothing"))
                .isInstanceOf(NotFoundException.class);
    }

    @Test
    void understandsOurErrors() {
        assertThatThrownBy(() -> embed(client, "nothing", "a"))
                .isInstanceOfSatisfying(
                        NotFoundException.class,
                        e -> assertThat(e.code()).contains("model_not_found"));
        assertThatThrownBy(() -> embed(client, "tiny", ""))
                .isInstanceOfSatisfying(
                        BadRequestException.class, e -> assertThat(e.param()).contains("input"));
        OpenAIClient stranger = client("k1.nonsense");
        assertThatThrownBy(() -> embed(stranger, "tiny", "a"))
                .isInstanceOf(UnauthorizedException.class);
        stranger.close();
    }

    @Test
    void retriesWhatMayWorkLaterAndNotWhatNeverWill() {
        house.core.refusal = new Refusal.Full("openJobs", 5, Duration.ofMillis(20));
        assertThatThrownBy(() -> embed(client, "tiny", "a"))
                .isInstanceOf(InternalServerException.class);
        long tries = submitted();
        house.core.refusal = new Refusal.NoFunds(Money.ofUnits(2), Money.ofUnits(1));
        assertThatThrownBy(() -> embed(client, "tiny", "a"))
                .isInstanceOfSatisfying(
                        RateLimitException.class,
                        e -> assertThat(e.code()).contains("insufficient_quota"));

        assertThat(tries).isEqualTo(3);
        assertThat(submitted()).isEqualTo(tries + 1);
    }

    private long submitted() {
        return house.core.commands().stream().filter(Command.SubmitJob.class::isInstance).count();
    }

    private static void embed(OpenAIClient client, String model, String input) {
        var _ =
                client.embeddings()
                        .create(EmbeddingCreateParams.builder().model(model).input(input).build());
    }

    private OpenAIClient client(String key) {
        return OpenAIOkHttpClient.builder()
                .baseUrl("http://127.0.0.1:" + house.port() + "/v1")
                .apiKey(key)
                .build();
    }

    private static Float[] boxed(float[] vector) {
        var boxed = new Float[vector.length];
        for (int i = 0; i < vector.length; i++) {
            boxed[i] = vector[i];
        }
        return boxed;
    }
}
