package org.idlefleet.edge.adapter.mqtt;

import org.idlefleet.edge.adapter.mqtt.MqttSignal.Meaning;
import org.idlefleet.edge.gate.Geofence;
import org.idlefleet.edge.gate.Quantity;
import org.idlefleet.edge.gate.Reading;
import org.idlefleet.protocol.adapter.Json;

import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonPointer;
import tools.jackson.databind.JsonNode;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * What topics have told, and what that makes of each quantity. What is missing, too old, only kept
 * from before, of a wrong type or out of bounds is unknown. Not thread-safe.
 */
final class MqttView {
    static final String NAME = "mqtt";

    /** Longer words are no numbers, and no words that anybody listed. */
    private static final int WORD_MAX = 256;

    private final List<MqttSignal> signals;
    private final Map<Quantity, Told> told = new EnumMap<>(Quantity.class);
    private final Set<MqttSignal.Alive> there = new HashSet<>();

    /**
     * The last message about a quantity.
     *
     * @param value empty if it makes no sense
     * @param retained whether it was kept from before
     */
    private record Told(OptionalDouble value, Instant at, boolean retained) {}

    /**
     * @param signals no two of the same quantity
     */
    MqttView(List<MqttSignal> signals) {
        this.signals = List.copyOf(signals);
    }

    /** All values are unknown again, as after a break: they must be told anew. */
    void forget() {
        told.clear();
        there.clear();
    }

    /**
     * Takes a message.
     *
     * @param retained whether the broker kept it from before
     */
    void accept(String topic, byte[] payload, boolean retained, Instant now) {
        String text = new String(payload, StandardCharsets.UTF_8).strip();
        for (MqttSignal signal : signals) {
            if (signal.topic().equals(topic)) {
                OptionalDouble value = value(signal, text, now);
                told.put(signal.quantity(), new Told(value, now, retained));
            }
            signal.alive()
                    .filter(alive -> alive.topic().equals(topic))
                    .ifPresent(alive -> alive(signal, alive, text.equals(alive.word())));
        }
    }

    private void alive(MqttSignal signal, MqttSignal.Alive alive, boolean isThere) {
        if (isThere) {
            there.add(alive);
        } else {
            there.remove(alive);
            told.remove(signal.quantity());
        }
    }

    /** What is known of everything now; only while the broker is known to be there. */
    List<Reading> readings(Instant now) {
        return signals.stream()
                .map(signal -> new Reading(signal.quantity(), known(signal, now), now, NAME))
                .toList();
    }

    private OptionalDouble known(MqttSignal signal, Instant now) {
        Told word = told.get(signal.quantity());
        boolean counts =
                word != null
                        && (!word.retained() || signal.retained() || signal.alive().isPresent())
                        && signal.alive().map(there::contains).orElse(true)
                        && signal.stale()
                                .map(limit -> !word.at().plus(limit).isBefore(now))
                                .orElse(true);
        return counts && word != null ? word.value() : OptionalDouble.empty();
    }

    private OptionalDouble value(MqttSignal signal, String text, Instant now) {
        return switch (signal.meaning()) {
            case Meaning.YesNo words -> word(words, text);
            case Meaning.Scaled number -> number(signal.quantity(), number, text);
            case Meaning.Position position ->
                    home(position, known(signal, now).orElse(0) != 0, text);
        };
    }

    private static OptionalDouble word(Meaning.YesNo words, String text) {
        String word = at(words.at(), text).orElse("").toLowerCase(Locale.ROOT);
        boolean yes = words.yes().contains(word);
        return yes || words.no().contains(word)
                ? OptionalDouble.of(yes ? 1 : 0)
                : OptionalDouble.empty();
    }

    private static OptionalDouble number(Quantity quantity, Meaning.Scaled how, String text) {
        OptionalDouble told = number(how.at(), text);
        if (told.isEmpty()) {
            return told;
        }
        double value = told.getAsDouble() * how.scale() + how.offset();
        boolean whole =
                switch (quantity.unit()) {
                    case PERCENT -> value >= 0 && value <= 100;
                    case SECONDS, VOLTS, TURNS_PER_MINUTE -> value >= 0;
                    case YES_NO,
                            CELSIUS,
                            HOURS,
                            KILOWATT_HOURS,
                            MEBIBYTES,
                            PER_KILOWATT_HOUR,
                            KILOMETRES_PER_HOUR ->
                            true;
                };
        return whole && Double.isFinite(value) ? OptionalDouble.of(value) : OptionalDouble.empty();
    }

    private static OptionalDouble home(Meaning.Position position, boolean before, String text) {
        OptionalDouble latitude = number(position.latitude(), text);
        OptionalDouble longitude = number(position.longitude(), text);
        OptionalDouble accuracy =
                position.accuracy().map(at -> number(at, text)).orElse(OptionalDouble.of(0));
        boolean known =
                latitude.isPresent()
                        && longitude.isPresent()
                        && accuracy.isPresent()
                        && accuracy.getAsDouble() >= 0
                        && Geofence.onEarth(latitude.getAsDouble(), longitude.getAsDouble());
        if (!known) {
            return OptionalDouble.empty();
        }
        boolean home =
                position.home()
                        .home(
                                before,
                                latitude.getAsDouble(),
                                longitude.getAsDouble(),
                                accuracy.getAsDouble());
        return OptionalDouble.of(home ? 1 : 0);
    }

    private static OptionalDouble number(JsonPointer at, String text) {
        String word = at(at, text).orElse("");
        // Not the hexadecimal numbers and suffixes that Java would take.
        if (!word.matches("[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d{1,3})?")) {
            return OptionalDouble.empty();
        }
        double value = Double.parseDouble(word);
        return Double.isFinite(value) ? OptionalDouble.of(value) : OptionalDouble.empty();
    }

    /** The word at a place of a message; all of it at the empty one. */
    private static Optional<String> at(JsonPointer at, String text) {
        if (at.matches()) {
            return text.length() > WORD_MAX ? Optional.empty() : Optional.of(text);
        }
        try {
            JsonNode node = Json.read(text).at(at);
            return node.isValueNode() && !node.isNull() && !node.isMissingNode()
                    ? Optional.of(node.asString()).filter(word -> word.length() <= WORD_MAX)
                    : Optional.empty();
        } catch (JacksonException e) {
            return Optional.empty();
        }
    }
}
