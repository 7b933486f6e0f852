package org.idlefleet.simulator;

import java.util.EnumMap;
import java.util.Map;

/** How often each corner was met. */
public final class Corners {
    private final EnumMap<Corner, Long> counts = new EnumMap<>(Corner.class);

    void met(Corner corner) {
        counts.merge(corner, 1L, Long::sum);
    }

    /** Adds what another run met. */
    public void add(Corners other) {
        other.counts.forEach((corner, count) -> counts.merge(corner, count, Long::sum));
    }

    public long of(Corner corner) {
        return counts.getOrDefault(corner, 0L);
    }

    public Map<Corner, Long> counts() {
        return counts;
    }
}
