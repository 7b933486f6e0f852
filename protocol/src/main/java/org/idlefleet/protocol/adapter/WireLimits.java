package org.idlefleet.protocol.adapter;

import java.time.Duration;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;

/** A value for each {@link WireLimit}. Immutable. */
public final class WireLimits {
    /** Every limit at its default. */
    public static final WireLimits DEFAULT = new WireLimits(Map.of());

    private final Map<WireLimit, Long> values = new EnumMap<>(WireLimit.class);

    private WireLimits(Map<WireLimit, Long> changed) {
        for (WireLimit limit : WireLimit.values()) {
            values.put(limit, changed.getOrDefault(limit, limit.byDefault()));
        }
    }

    /** The same limits but for one. */
    public WireLimits with(WireLimit limit, long value) {
        if (value < 1) {
            throw new IllegalArgumentException(
                    "limit "
                            + limit.label()
                            + " is at least 1 "
                            + limit.unit()
                            + ", found "
                            + value);
        }
        Map<WireLimit, Long> changed = new EnumMap<>(values);
        changed.put(limit, value);
        return new WireLimits(changed);
    }

    /**
     * The same limits but for the one with this {@link WireLimit#label}; an unknown label is an
     * {@link IllegalArgumentException} that lists the known ones.
     */
    public WireLimits with(String label, long value) {
        for (WireLimit limit : WireLimit.values()) {
            if (limit.label().equals(label)) {
                return with(limit, value);
            }
        }
        var known = new StringBuilder();
        for (WireLimit limit : WireLimit.values()) {
            known.append(' ').append(limit.label());
        }
        throw new IllegalArgumentException(
                "no wire limit is called '" + label + "'; there are" + known);
    }

    public long get(WireLimit limit) {
        return values.getOrDefault(limit, limit.byDefault());
    }

    /** The value as an int, at most {@link Integer#MAX_VALUE}. */
    public int count(WireLimit limit) {
        return (int) Math.min(Integer.MAX_VALUE, get(limit));
    }

    /** The value of a limit in milliseconds. */
    public Duration time(WireLimit limit) {
        return Duration.ofMillis(get(limit));
    }

    /** The sentence for whoever met the limit. */
    public String met(WireLimit limit) {
        return limit.met(get(limit));
    }

    /** All of them. */
    public Map<WireLimit, Long> all() {
        return Collections.unmodifiableMap(values);
    }
}
