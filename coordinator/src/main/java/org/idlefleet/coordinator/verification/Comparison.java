package org.idlefleet.coordinator.verification;

import java.util.Collections;
import java.util.List;

/**
 * How far apart a shard's results are: the largest chord distance over all items, for each pair of
 * ballots, in the order (0,1), (0,2), (1,2), (0,3) and so on.
 *
 * @param ballots how many results were compared, the oldest ones
 */
public record Comparison(int ballots, List<Double> distances) {
    public Comparison {
        distances = List.copyOf(distances);
        if (distances.size() != ballots * (ballots - 1) / 2) {
            throw new IllegalArgumentException(
                    ballots
                            + " ballots have "
                            + ballots * (ballots - 1) / 2
                            + " pairs, found "
                            + distances.size());
        }
    }

    /** Results that are all the same bytes. */
    public static Comparison equal(int ballots) {
        return new Comparison(ballots, Collections.nCopies(ballots * (ballots - 1) / 2, 0.0));
    }

    /** Distance of two ballots; 0 of one with itself. */
    public double between(int i, int j) {
        if (i == j) {
            return 0;
        }
        int high = Math.max(i, j);
        return distances.get(high * (high - 1) / 2 + Math.min(i, j));
    }
}
