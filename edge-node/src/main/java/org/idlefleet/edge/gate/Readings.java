package org.idlefleet.edge.gate;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The newest word of each source on each quantity. */
final class Readings {
    private final Map<Quantity, Map<String, Reading>> newest = new EnumMap<>(Quantity.class);

    void accept(Reading reading) {
        newest.computeIfAbsent(reading.quantity(), _ -> new TreeMap<>())
                .merge(
                        reading.source(),
                        reading,
                        (old, fresh) -> fresh.at().isBefore(old.at()) ? old : fresh);
    }

    /** What is known of one quantity, ordered by source. */
    List<Reading> of(Quantity quantity) {
        Map<String, Reading> bySource = newest.get(quantity);
        return bySource == null ? List.of() : List.copyOf(bySource.values());
    }

    List<Reading> all() {
        return newest.values().stream().flatMap(bySource -> bySource.values().stream()).toList();
    }
}
