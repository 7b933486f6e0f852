package org.idlefleet.coordinator.adapter.api;

import static org.assertj.core.api.Assertions.assertThat;

import org.awaitility.Awaitility;
import org.idlefleet.coordinator.Command;
import org.idlefleet.coordinator.Refusal;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Requests that come while no device is there, and how long they wait for one. */
class WaitTest {
    private static final String GOOD = "{\"model\":\"tiny\",\"input\":\"a\"}";
    private static final Refusal NOBODY =
            new Refusal.NoNodes(FakeModels.NAME, 0, 1, false, Duration.ofSeconds(2));

    private final House house =
            new House(House.LIMITS, ApiConfig.Rates.STANDARD, Duration.ofMinutes(5));

    @AfterEach
    void close() {
        house.close();
    }

    @Test
    void answersARequestWhoseDeviceComesAMomentLater() throws Exception {
        house.core.refusal = NOBODY;
        var answer = CompletableFuture.supplyAsync(() -> house.embed(GOOD));
        Awaitility.await().until(() -> asked() >= 3);
        assertThat(house.core.payloads.staged).hasSize(1);

        house.core.refusal = null;

        assertThat(answer.get(10, TimeUnit.SECONDS).status()).isEqualTo(200);
        assertThat(house.core.jobs()).isEqualTo(1);
        assertThat(house.core.desk.waiting()).isZero();
        assertThat(house.core.payloads.staged).isEmpty();
    }

    @Test
    void saysAtOnceWhateverElseIsWrongMeanwhile() throws Exception {
        house.core.refusal = NOBODY;
        var answer = CompletableFuture.supplyAsync(() -> house.embed(GOOD));
        Awaitility.await().until(() -> asked() >= 2);

        house.core.refusal = new Refusal.Full("openJobs", 5, Duration.ofSeconds(1));

        assertThat(answer.get(10, TimeUnit.SECONDS).code()).isEqualTo("server_is_overloaded");
        assertThat(house.core.payloads.staged).isEmpty();
    }

    @Test
    void waitsNoLongerThanTheRequestsOwnDeadline() {
        house.core.refusal = NOBODY;

        House.Got got =
                house.embed(
                        "{\"model\":\"tiny\",\"input\":\"a\","
                                + "\"idlefleet\":{\"deadline_seconds\":0.2}}");

        assertThat(got.code()).isEqualTo("no_idle_devices");
        assertThat(asked()).isGreaterThan(1);
        assertThat(house.core.payloads.staged).isEmpty();
    }

    @Test
    void forgetsTheRequestOfAClientThatHangsUp() {
        house.core.refusal = NOBODY;

        Raw.hangUpAfterAsking(house, GOOD, () -> asked() >= 4);

        Awaitility.await().until(() -> house.core.desk.waiting() == 0);
        house.core.refusal = null;
        assertThat(house.core.payloads.staged).isEmpty();
        assertThat(house.core.jobs()).isZero();
    }

    @Test
    void sendsWhoeverStillWaitsAwayWhenTheCoordinatorEnds() throws Exception {
        house.core.refusal = NOBODY;
        var answer = CompletableFuture.supplyAsync(() -> house.embed(GOOD));
        Awaitility.await().until(() -> asked() > 0);

        house.closeDoor();

        House.Got got = answer.get(10, TimeUnit.SECONDS);
        assertThat(got.status()).isEqualTo(503);
        assertThat(got.code()).isEqualTo("no_idle_devices");
        assertThat(got.header("retry-after")).isEqualTo("2");
    }

    private long asked() {
        return house.core.commands().stream().filter(Command.SubmitJob.class::isInstance).count();
    }
}
