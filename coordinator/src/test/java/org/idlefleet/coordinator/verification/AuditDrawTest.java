package org.idlefleet.coordinator.verification;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.idlefleet.coordinator.verification.AuditDraw.Draw;
import org.idlefleet.protocol.Digest;
import org.idlefleet.protocol.JobId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Which results are audited: not before they are committed to, and not foreseeable. */
class AuditDrawTest {
    private static final byte[] SECRET = "sixteen bytes and more".getBytes(StandardCharsets.UTF_8);
    private static final Instant NOON = Instant.parse("2026-11-22T12:00:00Z");
    private static final int DRAWS = 100_000;
    private static final JobId JOB = new JobId(7);

    private final AuditDraw draw = new AuditDraw(SECRET);

    @ParameterizedTest
    @CsvSource({"50000", "20000", "85000", "500000"})
    void drawsTheShareAskedForAndSendsATenthOfItToTrustedOwners(int ppm) {
        int audited = 0;
        int trusted = 0;
        int reviewed = 0;
        for (int i = 0; i < DRAWS; i++) {
            Draw drawn = draw.draw(JOB, 0, commit(i), ppm, NOON);
            audited += drawn.audited() ? 1 : 0;
            trusted += drawn.audited() && drawn.trusted() ? 1 : 0;
            reviewed += drawn.reviewed() ? 1 : 0;
        }
        double expected = DRAWS * (ppm / 1e6);
        assertThat((double) audited).isCloseTo(expected, within(4 * Math.sqrt(expected)));
        assertThat((double) trusted).isCloseTo(audited / 10.0, within(1.2 * Math.sqrt(audited)));
        assertThat((double) reviewed)
                .isCloseTo(DRAWS / 100.0, within(4 * Math.sqrt(DRAWS / 100.0)));
    }

    @Test
    void drawsNoneOrAllWhenAskedTo() {
        for (int i = 0; i < 1_000; i++) {
            assertThat(draw.draw(JOB, i, commit(i), 0, NOON)).isEqualTo(Draw.NONE);
            assertThat(draw.draw(JOB, i, commit(i), AuditDraw.ALL, NOON).audited()).isTrue();
        }
    }

    @Test
    void dependsOnTheCommitTheJobTheShardAndTheDay() {
        List<Draw> usual = draws(0, 0, 0, NOON);
        assertThat(draws(0, 0, 0, NOON)).isEqualTo(usual);
        assertThat(draws(1, 0, 0, NOON)).isNotEqualTo(usual);
        assertThat(draws(0, 1, 0, NOON)).isNotEqualTo(usual);
        assertThat(draws(0, 0, 1, NOON)).isNotEqualTo(usual);
        assertThat(draws(0, 0, 0, NOON.plus(Duration.ofDays(1)))).isNotEqualTo(usual);
    }

    /** One job, many shards with the same output: the commit's nonce alone keeps them apart. */
    private List<Draw> draws(int job, int shard, int salt, Instant at) {
        var draws = new ArrayList<Draw>();
        for (int i = 0; i < 64; i++) {
            draws.add(draw.draw(new JobId(1 + job), shard, commit(i + 1_000 * salt), 500_000, at));
        }
        return draws;
    }

    @Test
    void keepsOneKeyADayFromMidnightToMidnight() {
        Instant midnight = Instant.parse("2026-11-22T00:00:00Z");
        byte[] today = draw.dayKey(NOON);
        assertThat(draw.dayKey(midnight)).isEqualTo(today);
        assertThat(draw.dayKey(midnight.plus(Duration.ofDays(1)).minusNanos(1))).isEqualTo(today);
        assertThat(draw.dayKey(midnight.minusNanos(1))).isNotEqualTo(today);
        assertThat(draw.dayKey(midnight.plus(Duration.ofDays(1)))).isNotEqualTo(today);
        assertThat(
                        new AuditDraw("another sixteen bytes".getBytes(StandardCharsets.UTF_8))
                                .dayKey(NOON))
                .isNotEqualTo(today);
    }

    @Test
    void drawsTheSameWhateverWasAskedBefore() {
        Instant tomorrow = NOON.plus(Duration.ofDays(1));
        List<Draw> fresh = draws(0, 0, 0, tomorrow);
        var used = new AuditDraw(SECRET);
        used.draw(JOB, 0, commit(0), 500_000, NOON);
        for (int i = 0; i < 64; i++) {
            used.dayKey(NOON.minus(Duration.ofDays(i)));
            assertThat(used.draw(new JobId(1), 0, commit(i), 500_000, tomorrow))
                    .isEqualTo(fresh.get(i));
        }
    }

    /** What a third party does who was shown the key of a day that is over. */
    @Test
    void canBeDrawnAgainFromTheDaysKeyAlone() throws Exception {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(draw.dayKey(NOON), "HmacSHA256"));
        for (int i = 0; i < 1_000; i++) {
            byte[] hash =
                    mac.doFinal(
                            ByteBuffer.allocate(44)
                                    .putLong(JOB.number())
                                    .putInt(i)
                                    .put(commit(i).raw())
                                    .array());
            var numbers = ByteBuffer.wrap(hash);
            boolean audited = share(numbers.getLong()) < 0.3;
            boolean trusted = share(numbers.getLong()) < 0.1;
            boolean reviewed = share(numbers.getLong()) < 0.01 / 0.3;
            assertThat(draw.draw(JOB, i, commit(i), 300_000, NOON))
                    .isEqualTo(new Draw(audited, trusted, audited && reviewed));
        }
    }

    private static double share(long unsigned) {
        return (unsigned >>> 11) / (double) (1L << 53);
    }

    @Test
    void refusesASecretThatCanBeGuessed() {
        assertThatThrownBy(() -> new AuditDraw(new byte[15]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("at least 16 bytes, found 15");
        assertThat(new AuditDraw(new byte[16]).dayKey(NOON)).hasSize(32);
    }

    @Test
    void doesNotChangeWithTheCallersCopyOfTheSecret() {
        byte[] secret = SECRET.clone();
        var own = new AuditDraw(secret);
        secret[0]++;
        assertThat(own.dayKey(NOON)).isEqualTo(draw.dayKey(NOON));
    }

    private static Digest commit(int number) {
        return Digest.of(ByteBuffer.allocate(4).putInt(number).array());
    }
}
