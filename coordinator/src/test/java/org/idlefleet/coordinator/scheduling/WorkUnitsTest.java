package org.idlefleet.coordinator.scheduling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.Arrays;
import java.util.SplittableRandom;

/** Running sums against plain adding up. */
class WorkUnitsTest {
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void saysWhatAddingUpSays(long seed) {
        var random = new SplittableRandom(seed);
        for (int round = 0; round < 2_000; round++) {
            int[] units = random.ints(random.nextInt(1, 40), 1, 50).toArray();
            WorkUnits sums = WorkUnits.of(units);
            int from = random.nextInt(units.length);
            int to = random.nextInt(from + 1, units.length + 1);
            long wanted = random.nextLong(0, 400);

            assertThat(sums.items()).isEqualTo(units.length);
            assertThat(sums.total()).isEqualTo(Arrays.stream(units).asLongStream().sum());
            assertThat(sums.between(from, to)).isEqualTo(sum(units, from, to));
            assertThat(sums.endOf(from, to, wanted)).isEqualTo(naiveEnd(units, from, to, wanted));
        }
    }

    @Test
    void refusesAnItemWithoutWork() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> WorkUnits.of(3, 0))
                .withMessageContaining("found 0 at 1");
    }

    @Test
    void isEqualWhenTheUnitsAre() {
        assertThat(WorkUnits.even(3, 2)).isEqualTo(WorkUnits.of(2, 2, 2));
        assertThat(WorkUnits.even(3, 2)).hasSameHashCodeAs(WorkUnits.of(2, 2, 2));
        assertThat(WorkUnits.of(1, 2)).isNotEqualTo(WorkUnits.of(2, 1));
    }

    private static long sum(int[] units, int from, int to) {
        return Arrays.stream(units, from, to).asLongStream().sum();
    }

    private static int naiveEnd(int[] units, int from, int to, long wanted) {
        int end = from + 1;
        while (end < to && sum(units, from, end + 1) <= wanted) {
            end++;
        }
        return end;
    }
}
