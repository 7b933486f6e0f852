package org.idlefleet.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/** Every promise, after every step, in a few hundred worlds. */
class SimulationTest {
    private static final int SEEDS = 300;

    private static final Corners CORNERS = new Corners();
    private static final AtomicInteger RUNS = new AtomicInteger();

    /** A restart from a snapshot forgot that a part of an audit had refuted its claim. */
    private static final List<Long> HALF_REFUTED = List.of(1079L, 1646L);

    /** A conviction after a restart finds what its owner had left unchecked before it. */
    private static final List<Long> UNCHECKED_BEFORE_RESTART = List.of(729L, 1771L);

    static LongStream seeds() {
        return LongStream.concat(
                LongStream.rangeClosed(1, SEEDS),
                Stream.of(HALF_REFUTED, UNCHECKED_BEFORE_RESTART)
                        .flatMap(List::stream)
                        .mapToLong(Long::longValue));
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void keepsEveryPromiseInStormAndCalm(long seed) {
        Simulation run = Seeds.run(seed);

        assertThat(run.openJobs()).isZero();
        CORNERS.add(run.corners());
        RUNS.incrementAndGet();
    }

    @Test
    void replaysTheSameRunFromTheSameSeed() {
        for (long seed = 1; seed <= 5; seed++) {
            assertThat(Seeds.run(seed).trace())
                    .as("seed %d", seed)
                    .isEqualTo(Seeds.run(seed).trace());
        }
    }

    @AfterAll
    static void metEveryCorner() {
        if (RUNS.get() < SEEDS) {
            return; // A single seed, or one that failed and says so itself.
        }
        EnumSet<Corner> unmet = EnumSet.allOf(Corner.class);
        unmet.removeIf(corner -> CORNERS.of(corner) > 0);
        assertThat(unmet).as("corners that %d seeds never met", SEEDS).isEmpty();
    }
}
