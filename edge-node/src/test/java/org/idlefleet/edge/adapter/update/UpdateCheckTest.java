package org.idlefleet.edge.adapter.update;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Random;
import java.util.stream.LongStream;

/** When the node looks for newer software, and what it says of it; the clock is the test's. */
class UpdateCheckTest {
    private static final Instant START = Instant.parse("2026-11-28T20:00:00Z");

    @TempDir private Path directory = Path.of("");
    private Optional<String> published = Optional.empty();
    private String broken = "";
    private int looks;

    static LongStream seeds() {
        return LongStream.range(0, 50);
    }

    private UpdateCheck check(String own, long seed) {
        return new UpdateCheck(
                directory.resolve("software.json"), own, this::newest, new Random(seed));
    }

    private Optional<byte[]> newest() throws IOException {
        looks++;
        if (!broken.isEmpty()) {
            throw new IOException(broken);
        }
        return published.map(text -> text.getBytes(StandardCharsets.UTF_8));
    }

    private static String release(String version) {
        return """
        {"version": "%s", "notes": "https://fleet.example/new", "packages": {"linux-%s":
         {"file": "edge.deb", "sha256": "%s"}}}\
        """
                .formatted(version, System.getProperty("os.arch"), "ab".repeat(32));
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void looksAboutOnceADayAndOnlyInGoodMoments(long seed) {
        var random = new Random(seed);
        published = Optional.of(release("0.1.0"));
        UpdateCheck check = check("0.1.0", seed);
        Instant last = Instant.MIN;
        Instant now = START;
        for (int minute = 0; minute < 20 * 24 * 60; minute++) {
            now = now.plusSeconds(60);
            boolean may = random.nextInt(3) > 0;
            boolean restart = random.nextInt(1000) == 0;
            check = restart ? check("0.1.0", seed + minute) : check;
            if (check.due(now, may)) {
                assertThat(may).isTrue();
                assertThat(check.due(now, true)).as("once a look").isFalse();
                if (last.isAfter(Instant.MIN)) {
                    assertThat(Duration.between(last, now)).isGreaterThan(Duration.ofHours(17));
                }
                last = now;
                check.look(now);
            }
        }
        assertThat(looks).as("in twenty days").isBetween(15, 27);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void triesAgainSoonAfterAFailureAndKeepsWhatItKnew(long seed) {
        published = Optional.of(release("0.2.0"));
        UpdateCheck check = check("0.1.0", seed);
        check.look(START);
        broken = "no route to host";
        check.look(START.plus(Duration.ofDays(1)));
        assertThat(check.notice().problem()).contains("no route to host");
        assertThat(check.notice().looked()).contains(START);
        assertThat(check.notice().sentence("0.1.0")).startsWith("version 0.2.0 is there");
        UpdateCheck next = check("0.1.0", seed);
        assertThat(next.notice()).isEqualTo(check.notice());
        Instant now = START.plus(Duration.ofDays(2));
        next.due(now, true);
        now = now.plus(UpdateCheck.FIRST_MAX);
        assertThat(next.due(now, true)).isTrue();
        next.look(now);
        assertThat(next.due(now.plus(Duration.ofMinutes(44)), true)).isFalse();
        assertThat(next.due(now.plus(Duration.ofMinutes(76)), true)).isTrue();
    }

    @Test
    void saysWhatToDoOnlyIfThereIsANewerVersion() {
        published = Optional.of(release("0.10.0"));
        UpdateCheck check = check("0.9.9", 1);
        assertThat(check.notice()).isEqualTo(UpdateNotice.NONE);
        check.look(START);
        assertThat(check.notice().sentence("0.9.9"))
                .isEqualTo(
                        "version 0.10.0 is there, this is 0.9.9; install it with your package"
                                + " manager (https://fleet.example/new)");
        assertThat(check.notice().json("0.9.9").path("sha256").asString())
                .isEqualTo("ab".repeat(32));
        for (String same : new String[] {"0.10.0", "0.10", "0.10.0.0", "0.11", "1"}) {
            assertThat(check.notice().sentence(same)).as(same).isEmpty();
        }
        published = Optional.of(release("0.9.8"));
        check.look(START);
        assertThat(check.notice().sentence("0.9.9")).as("an older one").isEmpty();
        published = Optional.empty();
        check.look(START);
        assertThat(check.notice().release()).as("withdrawn").isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "[]",
                "{\"version\": \"1.x\", \"notes\": \"https://a\"}",
                "{\"version\": \"1.0\", \"notes\": \"http://a\"}",
                "{\"version\": \"1.0\", \"notes\": \"https://a\\u001b[2J\"}",
                "{\"version\": \"9999999999\", \"notes\": \"https://a\"}",
                "{\"version\":\"1\",\"notes\":\"https://a\",\"packages\":{\"x\":{\"file\":\"../x\"}}}",
                "{\"version\":\"1\",\"notes\":\"https://a\",\"packages\":{\"x\":{\"file\":\"x\"}}}",
            })
    void takesNothingThatIsNoRelease(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        assertThatThrownBy(() -> Release.read(bytes)).isInstanceOf(IllegalArgumentException.class);
        published = Optional.of(text);
        UpdateCheck check = check("0.1.0", 1);
        check.look(START);
        assertThat(check.notice().problem()).startsWith("the newest version can't be told: ");
        assertThat(check.notice().release()).isEmpty();
    }

    @Test
    void aDamagedFileOfItsOwnIsAsGoodAsNone() throws IOException {
        Files.writeString(directory.resolve("software.json"), "{\"version\": 3");
        assertThat(check("0.1.0", 1).notice()).isEqualTo(UpdateNotice.NONE);
    }
}
