package org.idlefleet.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A large job on a fleet of very different nodes, every tenth of which drives off. */
class MakespanTest {
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void finishesWithinFivePercentOfWhatTheFleetCanDo(long seed) {
        assertThat(Makespan.ratio(seed)).isBetween(0.9, 1.05);
    }
}
