package org.idlefleet.coordinator.adapter.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import org.idlefleet.coordinator.JobEnd;
import org.idlefleet.coordinator.Refusal;
import org.idlefleet.ledger.Money;
import org.idlefleet.protocol.JobId;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.concurrent.CompletableFuture;

/** Requests that come twice, at a real door. */
class IdempotencyTest {
    private static final String NAME = "Idempotency-Key";
    private static final String ONE = "{\"model\":\"tiny\",\"input\":\"one\"}";
    private static final String TWO = "{\"model\":\"tiny\",\"input\":\"two\"}";

    private final House house = new House();

    @AfterEach
    void shut() {
        house.close();
    }

    @Test
    void theSameRequestGetsTheFirstAnswerAndNoSecondJob() {
        House.Got first = house.embed(ONE, NAME, "a");
        assertThat(first.status()).isEqualTo(200);
        assertThat(first.header("idempotent-replayed")).isEmpty();
        House.Got again = house.embed(ONE, NAME, "a");
        assertThat(again.text()).isEqualTo(first.text());
        assertThat(again.header("idlefleet-job")).isEqualTo("job-1");
        assertThat(again.header("idempotent-replayed")).isEqualTo("true");
        assertThat(house.core.jobs()).isEqualTo(1);

        assertThat(house.embed(ONE).header("idlefleet-job")).as("unnamed").isEqualTo("job-2");
        assertThat(house.embed(TWO, NAME, "b").header("idlefleet-job")).isEqualTo("job-3");
        assertThat(house.post("/v1/embeddings", house.otherKey, ONE, NAME, "a").text())
                .as("another client's names are its own")
                .isEqualTo(first.text());
        assertThat(house.core.jobs()).isEqualTo(4);
    }

    @Test
    void aNameThatWasUsedForSomethingElseIsRefused() {
        house.embed(ONE, NAME, "a");
        for (House.Got other :
                new House.Got[] {
                    house.embed(TWO, NAME, "a"),
                    house.embed(ONE, NAME, "a", "idlefleet-quorum", "2"),
                }) {
            assertThat(other.status()).isEqualTo(422);
            assertThat(other.code()).isEqualTo("idempotency_key_reused");
            assertThat(other.error().get("type").asString()).isEqualTo("invalid_request_error");
            assertThat(other.message()).contains("give every request its own key");
        }
        assertThat(house.core.jobs()).isEqualTo(1);
        assertThat(house.embed(ONE, NAME, "a").status()).isEqualTo(200);
        for (String bad : new String[] {"x".repeat(256), "two words"}) {
            House.Got refused = house.embed(ONE, NAME, bad);
            assertThat(refused.status()).isEqualTo(400);
            assertThat(refused.message()).contains("1 to 255 visible ASCII characters");
        }
    }

    @Test
    void aRepeatWaitsForTheFirstThatStillRuns() {
        house.core.hold = true;
        var first = CompletableFuture.supplyAsync(() -> house.embed(ONE, NAME, "a"));
        await().until(() -> house.core.jobs() == 1);
        var again = CompletableFuture.supplyAsync(() -> house.embed(ONE, NAME, "a"));
        assertThat(house.embed(TWO, NAME, "a").status()).isEqualTo(422);
        assertThat(again).isNotDone();
        house.core.finish(new JobId(1));
        assertThat(again.join().text()).isEqualTo(first.join().text());
        assertThat(house.core.jobs()).isEqualTo(1);
    }

    @Test
    void aRequestThatFailedIsCarriedOutAgain() {
        house.core.refusal = new Refusal.NoFunds(Money.ofUnits(1), Money.ZERO);
        assertThat(house.embed(ONE, NAME, "a").status()).isEqualTo(429);
        house.core.refusal = null;
        house.core.end = JobEnd.RESTART;
        assertThat(house.embed(ONE, NAME, "a").code()).isEqualTo("restarted");
        house.core.end = JobEnd.DONE;
        assertThat(house.embed(ONE, NAME, "a").header("idlefleet-job")).isEqualTo("job-2");
        assertThat(house.embed(ONE, NAME, "a").header("idlefleet-job")).isEqualTo("job-2");
    }

    @Test
    void whoWaitedForOneThatFailedCarriesItOutItself() {
        house.core.hold = true;
        var first = CompletableFuture.supplyAsync(() -> house.embed(ONE, NAME, "a"));
        await().until(() -> house.core.jobs() == 1);
        var again = CompletableFuture.supplyAsync(() -> house.embed(ONE, NAME, "a"));
        house.core.end = JobEnd.RESTART;
        // Whether it waits already or not yet, it is answered by a second job.
        house.core.finish(new JobId(1));
        assertThat(first.join().code()).isEqualTo("restarted");
        await().until(() -> house.core.jobs() == 2);
        house.core.end = JobEnd.DONE;
        house.core.finish(new JobId(2));
        assertThat(again.join().header("idlefleet-job")).isEqualTo("job-2");
    }

    @Test
    void aBatchJobIsAdmittedOnce() {
        House.Got first = house.post("/api/v1/jobs", house.key, ONE, NAME, "a");
        assertThat(first.status()).isEqualTo(202);
        House.Got again = house.post("/api/v1/jobs", house.key, ONE, NAME, "a");
        assertThat(again.status()).isEqualTo(202);
        assertThat(again.text()).isEqualTo(first.text());
        assertThat(again.header("idempotent-replayed")).isEqualTo("true");
        assertThat(house.core.jobs()).isEqualTo(1);
        assertThat(house.embed(ONE, NAME, "a").header("idempotent-replayed"))
                .as("an answer that is waited for is another request")
                .isEmpty();
    }
}
