package org.idlefleet.coordinator.adapter.api;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.net.InetAddress;
import java.time.Duration;

class PaceTest {
    private static final String GOOD = "{\"model\":\"tiny\",\"input\":\"a\"}";

    @Test
    void tellsHowMuchIsLeftAndStopsAKeyThatAsksTooOften() {
        try (var house = new House(House.LIMITS, new ApiConfig.Rates(2, 1_000, 10))) {
            House.Got first = house.embed(GOOD);
            house.embed(GOOD);
            House.Got third = house.embed(GOOD);

            assertThat(first.header("x-ratelimit-limit-requests")).isEqualTo("2");
            assertThat(first.header("x-ratelimit-remaining-requests")).isEqualTo("1");
            assertThat(first.header("x-ratelimit-limit-tokens")).isEqualTo("1000");
            assertThat(first.header("x-ratelimit-remaining-tokens")).isEqualTo("996");
            assertThat(first.header("x-ratelimit-reset-requests")).matches("(30|29\\.[0-9]+)s");
            assertThat(third.status()).isEqualTo(429);
            assertThat(third.code()).isEqualTo("rate_limit_exceeded");
            assertThat(Integer.parseInt(third.header("retry-after"))).isBetween(1, 30);
            assertThat(third.header("x-should-retry")).isEmpty();
            assertThat(house.get("/v1/models", house.otherKey).status()).isEqualTo(200);
        }
    }

    @Test
    void stopsAKeyThatWantsTooMuchWorkAndSaysIfItNeverFits() {
        try (var house = new House(House.LIMITS, new ApiConfig.Rates(100, 10, 10))) {
            House.Got never = house.embed("{\"model\":\"tiny\",\"input\":[\"a\",\"b\",\"c\"]}");
            House.Got first = house.embed("{\"model\":\"tiny\",\"input\":[\"a\",\"b\"]}");
            House.Got later = house.embed("{\"model\":\"tiny\",\"input\":[\"a\",\"b\"]}");

            assertThat(never.status()).isEqualTo(429);
            assertThat(never.header("x-should-retry")).isEqualTo("false");
            assertThat(first.status()).isEqualTo(200);
            assertThat(later.status()).isEqualTo(429);
            assertThat(later.header("retry-after")).isNotEmpty();
        }
    }

    @Test
    void slowsStrangersAndNotTheClientBesideThem() {
        try (var house = new House(House.LIMITS, new ApiConfig.Rates(100, 1_000, 3))) {
            for (int i = 0; i < 3; i++) {
                assertThat(house.get("/v1/models", "k.wrong").status()).isEqualTo(401);
            }
            House.Got slowed = house.get("/v1/models", "k.wrong");

            assertThat(slowed.status()).isEqualTo(429);
            assertThat(slowed.code()).isEqualTo("too_many_failures");
            assertThat(house.get("/v1/models", house.key).status()).isEqualTo(200);
        }
    }

    @Test
    void refillsSteadilyAndNeverBeyondAMinutesWorth() {
        long minute = Duration.ofMinutes(1).toNanos();
        var allowance = new Allowance(60, 0);

        assertThat(allowance.take(60, 0)).isTrue();
        assertThat(allowance.take(1, 0)).isFalse();
        assertThat(allowance.until(1, 0)).isEqualTo(Duration.ofSeconds(1));
        assertThat(allowance.take(1, minute / 60)).isTrue();
        assertThat(allowance.left(10 * minute)).isEqualTo(60);
    }

    @Test
    void forgetsTheAddressThatFailedLongestAgo() throws Exception {
        var strangers = new Strangers(1);
        InetAddress first = InetAddress.getByAddress(new byte[] {10, 0, 0, 0});
        assertThat(strangers.failed(first, 0)).isEmpty();
        assertThat(strangers.failed(first, 0)).isPresent();
        for (int i = 1; i <= Strangers.ADDRESSES_MAX; i++) {
            byte[] address = {10, (byte) (i >> 16), (byte) (i >> 8), (byte) i};
            assertThat(strangers.failed(InetAddress.getByAddress(address), 0)).isEmpty();
        }
        assertThat(strangers.failed(first, 0)).isEmpty();
    }

    @Test
    void writesDurationsAsGoDoes() {
        assertThat(Pace.goDuration(Duration.ZERO)).isEqualTo("0s");
        assertThat(Pace.goDuration(Duration.ofMillis(12))).isEqualTo("12ms");
        assertThat(Pace.goDuration(Duration.ofMillis(1_500))).isEqualTo("1.5s");
        assertThat(Pace.goDuration(Duration.ofMinutes(6))).isEqualTo("6m0s");
    }
}
