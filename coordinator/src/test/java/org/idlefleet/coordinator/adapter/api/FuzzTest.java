package org.idlefleet.coordinator.adapter.api;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.LongStream;

class FuzzTest {
    private static final String GOOD =
            "{\"model\":\"tiny\",\"input\":[\"a car\",\"b\\u00e4\"],\"dimensions\":4,"
                + "\"encoding_format\":\"float\",\"idlefleet\":{\"quorum\":1,\"deadline_seconds\":2.5}}";
    private static final List<String> PIECES =
            List.of(
                    "{",
                    "}",
                    "[",
                    "]",
                    ",",
                    ":",
                    "\"",
                    "\"input\":",
                    "\"model\":\"tiny\"",
                    "null",
                    "1e400",
                    "-0",
                    "99999999999999999999",
                    "\\ud800",
                    "\u0000",
                    "[[[[[[[[",
                    "true",
                    "\"dimensions\":",
                    "\"idlefleet\":{",
                    "1.5",
                    "\"a\"",
                    "\ufeff");

    static LongStream seeds() {
        return LongStream.range(0, 4);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void answersDamagedBodiesWith4xxAndNever5xx(long seed) {
        var random = new Random(seed);
        Set<Integer> statuses = new HashSet<>();
        try (var house = new House()) {
            for (int i = 0; i < 400; i++) {
                byte[] body = body(random);
                String path = i % 4 == 0 ? "/api/v1/jobs" : "/v1/embeddings";
                House.Got got = house.send("POST", path, house.key, body);
                statuses.add(got.status());
                assertThat(got.status())
                        .as(
                                "seed %s, body %s, answer %s",
                                seed, new String(body, StandardCharsets.ISO_8859_1), got.text())
                        .isLessThan(500);
                if (got.status() >= 400) {
                    assertThat(got.error().get("message").asString()).isNotEmpty();
                }
            }
        }
        assertThat(statuses).contains(200, 400, 404);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void answersDamagedOperatorBodiesWith4xxAndNever5xx(long seed) {
        var random = new Random(seed);
        List<String> paths =
                List.of(
                        "/api/v1/keys",
                        "/api/v1/tokens",
                        "/api/v1/funds",
                        "/api/v1/nodes/ann-car/ban",
                        "/api/v1/keys/k1/revoke");
        String good =
                "{\"client\":\"acme\",\"amount\":\"1.5\",\"reference\":\"r\",\"owner\":\"ann\",\"reason\":\"x\"}";
        try (var house = new House()) {
            for (int i = 0; i < 200; i++) {
                byte[] body = damaged(good, random);
                House.Got got = house.send("POST", paths.get(i % paths.size()), House.ADMIN, body);
                assertThat(got.status())
                        .as("seed %s, body %s", seed, new String(body, StandardCharsets.ISO_8859_1))
                        .isLessThan(500);
            }
        }
    }

    @Test
    void survivesBytesThatAreNoHttp() {
        var random = new Random(7);
        try (var house = new House()) {
            for (int i = 0; i < 20; i++) {
                var bytes = new byte[1 + random.nextInt(2_000)];
                random.nextBytes(bytes);
                String answer = Raw.talk(house, bytes);
                assertThat(answer.startsWith("HTTP/1.1 5")).as(answer).isFalse();
            }
            String header = "x".repeat(20_000);
            assertThat(
                            Raw.talk(
                                    house,
                                    "GET /v1/models HTTP/1.1\r\nhost: x\r\nlong: "
                                            + header
                                            + "\r\n\r\n"))
                    .startsWith("HTTP/1.1 431");
            assertThat(house.embed(GOOD).status()).isEqualTo(200);
        }
    }

    private static byte[] body(Random random) {
        return switch (random.nextInt(4)) {
            case 0 -> {
                var noise = new byte[random.nextInt(200)];
                random.nextBytes(noise);
                yield noise;
            }
            case 1 -> pieces(random);
            case 2 ->
                    GOOD.replace("tiny", "t" + random.nextInt(9)).getBytes(StandardCharsets.UTF_8);
            default -> damaged(GOOD, random);
        };
    }

    private static byte[] pieces(Random random) {
        var text = new StringBuilder("{");
        for (int i = random.nextInt(12); i > 0; i--) {
            text.append(PIECES.get(random.nextInt(PIECES.size())));
        }
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] damaged(String good, Random random) {
        byte[] bytes = good.getBytes(StandardCharsets.UTF_8);
        for (int i = random.nextInt(3); i > 0; i--) {
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
        }
        return random.nextInt(4) == 0 ? Arrays.copyOf(bytes, random.nextInt(bytes.length)) : bytes;
    }
}
