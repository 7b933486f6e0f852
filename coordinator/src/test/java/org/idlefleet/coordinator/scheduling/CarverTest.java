package org.idlefleet.coordinator.scheduling;

import static org.assertj.core.api.Assertions.assertThat;

import org.idlefleet.protocol.ClientId;
import org.idlefleet.protocol.Digest;
import org.idlefleet.protocol.JobId;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.time.Duration;
import java.time.Instant;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** How large shards are, over random jobs, nodes and fleets. */
class CarverTest {
    private static final Duration SHORTEST = Duration.ofMillis(50);

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void staysWithinEveryBound(long seed) {
        var random = new SplittableRandom(seed);
        for (int round = 0; round < 20_000; round++) {
            int[] units = random.ints(random.nextInt(1, 200), 1, 60).toArray();
            OpenJob job = job(WorkUnits.of(units));
            int from = random.nextInt(units.length);
            int to = random.nextInt(from + 1, units.length + 1);
            int batch = random.nextInt(1, 9);
            int fit = random.nextInt(1, 300);
            int itemsMax = random.nextInt(1, 300);
            int unitsMax = random.nextInt(1, 5_000);
            long speed = 1 + (long) Math.pow(10, random.nextDouble(0, 12));
            Duration target = Duration.ofMillis(random.nextInt(50, 10_000));
            Duration stay = Duration.ofMillis(random.nextLong(-1_000, 3_600_000));
            long others = random.nextBoolean() ? 0 : random.nextLong(1_000_000);

            int end =
                    new Carver(SHORTEST, itemsMax, unitsMax)
                            .end(job, from, to, target, speed, 3 * speed, others, stay, batch, fit);

            int items = end - from;
            assertThat(end).isBetween(from + 1, to);
            assertThat(items).isLessThanOrEqualTo(Math.min(fit, itemsMax));
            boolean cutOff = end == to || items == Math.min(fit, itemsMax);
            assertThat(cutOff || items % batch == 0).isTrue();
            int whole = Math.max(0, (items - 1) / batch * batch);
            assertThat(whole == 0 || job.units().between(from, from + whole) <= unitsMax)
                    .as("at most one batch beyond the limit on units")
                    .isTrue();
            long longest = Math.max(SHORTEST.toMillis(), target.toMillis());
            assertThat(
                            whole == 0
                                    || job.units().between(from, from + whole) * 1_000_000
                                            <= longest * speed)
                    .as("at most one batch longer than asked")
                    .isTrue();
        }
    }

    /** 1,000 units of one item each, on four slots of 1,000 units a second. */
    @ParameterizedTest
    @CsvSource({
        // The job alone: the shares of its tail.
        "0, 2000, 250",
        // Others keep the slots busy for an eighth of the target, or for as long as they can.
        "100000, 2000, 250",
        "100000, 4000, 500",
        "1600, 4000, 400",
        "100000, 10000, 1000"
    })
    void theLastShardsAreLongerWhileOthersWait(long others, long targetMillis, int items) {
        OpenJob job = job(WorkUnits.of(IntStream.generate(() -> 1).limit(1_000).toArray()));

        int end =
                new Carver(SHORTEST, 10_000, 10_000)
                        .end(
                                job,
                                0,
                                1_000,
                                Duration.ofMillis(targetMillis),
                                1_000_000,
                                4_000_000,
                                others,
                                Duration.ofHours(1),
                                1,
                                10_000);

        assertThat(end).isEqualTo(items);
    }

    private static OpenJob job(WorkUnits units) {
        return new OpenJob(
                new JobId(1),
                new ClientId("ann"),
                Digest.of(new byte[0]),
                new OpenJob.Terms(false, Instant.EPOCH, 1, false, false),
                units);
    }
}
