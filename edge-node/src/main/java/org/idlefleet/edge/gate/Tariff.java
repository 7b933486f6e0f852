package org.idlefleet.edge.gate;

import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What a kilowatt-hour costs the owner, by spans of local time; of several spans the last counts.
 */
public final class Tariff {
    /** Whose word a price of the tariff is. */
    public static final String SOURCE = "tariff";

    private final List<Priced> spans;

    /** A span and its price per kilowatt-hour, in the owner's currency. */
    public record Span(Rule.Window window, double price) {}

    private record Priced(Schedule schedule, double price) {}

    public Tariff(ZoneId zone, List<Span> spans) {
        this.spans =
                spans.stream()
                        .map(span ->
                                new Priced(
                                        new Schedule(zone, List.of(span.window())), span.price()))
                        .toList();
    }

    /** No span at all. */
    public boolean isEmpty() {
        return spans.isEmpty();
    }

    /** The price of a kilowatt-hour at {@code now}; empty where no span says one. */
    public OptionalDouble priceAt(Instant now) {
        for (Priced span : spans.reversed()) {
            if (span.schedule().inside(now)) {
                return OptionalDouble.of(span.price());
            }
        }
        return OptionalDouble.empty();
    }

    /** When some span begins or ends next; {@link Instant#MAX} if none does. */
    Instant nextChange(Instant now) {
        return spans.stream()
                .flatMap(span -> span.schedule().nextChange(now).stream())
                .min(Instant::compareTo)
                .orElse(Instant.MAX);
    }

    /** The least of all prices; empty without spans. */
    Optional<Double> cheapest() {
        return spans.stream().map(Priced::price).min(Double::compare);
    }
}
