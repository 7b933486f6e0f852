package org.idlefleet.coordinator.verification;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;

/** Distances by pair. */
class ComparisonTest {
    @Test
    void findsEachPairInEitherOrder() {
        var distances = new ArrayList<Double>();
        for (int i = 1; i < 7; i++) {
            for (int j = 0; j < i; j++) {
                distances.add(10.0 * i + j);
            }
        }
        var comparison = new Comparison(7, distances);
        for (int i = 0; i < 7; i++) {
            for (int j = 0; j < 7; j++) {
                double expected = i == j ? 0 : 10.0 * Math.max(i, j) + Math.min(i, j);
                assertThat(comparison.between(i, j)).isEqualTo(expected);
            }
        }
    }

    @Test
    void refusesPairsThatAreMissing() {
        assertThatThrownBy(() -> new Comparison(3, List.of(0.1, 0.2)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("3 ballots have 3 pairs, found 2");
    }
}
