package org.idlefleet.edge.gate;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;

/**
 * Whether what else is known speaks against a charger that is said to be there: {@link Rule.Fed}.
 */
final class Doubt {
    private final Map<String, Level> levels = new TreeMap<>();
    private String why = "";

    /**
     * A charge as one source tells it, since the charger is said to be there.
     *
     * @param mark the highest of the last hour; in doubt, the lowest since then
     * @param at when it was so
     */
    private record Level(double mark, Instant at) {}

    boolean stands() {
        return !why.isEmpty();
    }

    /** Behind what the charger says, in words; empty without doubt. */
    String text() {
        return why.isEmpty()
                ? ""
                : ", but " + why + ": not believed until it was unplugged or the charge rises";
    }

    /**
     * @param charger what is believed of the charger's word, and how old it may be
     * @param settled whether the charger has been there for its dwell
     */
    void look(Readings readings, Rule.Threshold charger, boolean settled, Instant now) {
        boolean gone =
                readings.of(charger.quantity()).stream()
                        .anyMatch(one -> one.value().isPresent() && one.value().getAsDouble() == 0);
        if (gone) {
            why = "";
            levels.clear();
            return;
        }
        for (Reading charge : readings.of(Quantity.BATTERY)) {
            charge.value().ifPresent(value -> level(charge.source(), value, now));
        }
        if (settled && tells(readings, Quantity.DISCHARGING, 0, charger.maxAge(), now)) {
            doubt("the battery is drained");
        }
        if (tells(readings, Quantity.SPEED, Rule.Fed.DRIVES, charger.maxAge(), now)) {
            doubt("the vehicle drives");
        }
    }

    private static boolean tells(
            Readings readings, Quantity quantity, double more, Duration maxAge, Instant now) {
        return readings.of(quantity).stream()
                .anyMatch(one ->
                        one.value().isPresent()
                                && one.value().getAsDouble() > more
                                && !now.isAfter(one.at().plus(maxAge)));
    }

    private void level(String source, double value, Instant now) {
        Level last = levels.computeIfAbsent(source, _ -> new Level(value, now));
        if (stands()) {
            if (value >= Rule.Fed.FULL || value >= last.mark() + Rule.Fed.RISE) {
                why = "";
                levels.clear();
            } else if (value < last.mark()) {
                levels.put(source, new Level(value, now));
            }
        } else if (value >= last.mark() || now.isAfter(last.at().plus(Rule.Fed.WITHIN))) {
            levels.put(source, new Level(value, now));
        } else if (value <= last.mark() - Rule.Fed.FALL) {
            doubt("the charge falls");
            levels.put(source, new Level(value, now));
        }
    }

    /** Each charge has to rise from where it stands now. */
    private void doubt(String reason) {
        if (!stands()) {
            why = reason;
            levels.clear();
        }
    }
}
