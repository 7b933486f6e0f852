package org.idlefleet.edge.adapter.config;

import org.idlefleet.edge.adapter.mqtt.MqttOptions;
import org.idlefleet.edge.adapter.mqtt.MqttSignal;
import org.idlefleet.edge.adapter.mqtt.MqttSignal.Meaning;
import org.idlefleet.edge.gate.Geofence;
import org.idlefleet.edge.gate.Quantity;
import org.idlefleet.protocol.adapter.Endpoint;

import tools.jackson.core.JsonPointer;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** The section {@code signals.mqtt} and what it means. */
final class MqttConfig {
    private static final String KEY = "signals.mqtt.topics";
    private static final List<String> LOOPBACK = List.of("localhost", "127.0.0.1", "::1");
    private static final List<String> YES = List.of("true", "on", "yes", "1");
    private static final List<String> NO = List.of("false", "off", "no", "0");

    /** Of a message whose sender does not say otherwise that he is there. */
    private static final Duration STALE = Duration.ofMinutes(5);

    private static final int TOPICS_MAX = 100;
    private static final int TOPIC_MAX = 256;
    private static final double FACTOR_MAX = 1e9;

    private MqttConfig() {}

    static EdgeFile.Mqtt defaults() {
        return new EdgeFile.Mqtt("", "", "", "", "", false, List.of());
    }

    /** Empty if no broker is named. */
    static Optional<MqttOptions> of(EdgeFile.Mqtt text, Optional<Geofence> home) {
        if (text.address().isBlank()) {
            return Optional.empty();
        }
        boolean tls = !text.ca().isBlank();
        Endpoint address = address(text.address(), tls);
        if (text.user().isBlank() && !text.password().isBlank()) {
            throw Values.wrong("signals.mqtt.user", "set with signals.mqtt.password", "nothing");
        }
        if (!text.user().isBlank() && !tls && !text.plain() && !LOOPBACK.contains(address.host())) {
            throw Values.wrong(
                    "signals.mqtt.ca",
                    "set where signals.mqtt.user goes over a network, or signals.mqtt.plain be true"
                            + " if everybody there may read the password",
                    "nothing");
        }
        return Optional.of(
                new MqttOptions(
                        address.host(),
                        address.port(),
                        text(text.ca()).map(Path::of),
                        text(text.serverName()),
                        text(text.user()),
                        text(text.password()).map(Path::of),
                        signals(text.topics(), home)));
    }

    private static Optional<String> text(String text) {
        return text.isBlank() ? Optional.empty() : Optional.of(text);
    }

    private static Endpoint address(String text, boolean tls) {
        try {
            boolean port = text.matches(".*:\\d+");
            int usual = tls ? MqttOptions.DEFAULT_TLS_PORT : MqttOptions.DEFAULT_PORT;
            return Endpoint.parse(port ? text : text + ":" + usual);
        } catch (IllegalArgumentException e) {
            throw Values.wrong("signals.mqtt.address", "HOST or HOST:PORT", "'" + text + "'");
        }
    }

    private static List<MqttSignal> signals(List<EdgeFile.Topic> topics, Optional<Geofence> home) {
        if (topics.isEmpty() || topics.size() > TOPICS_MAX) {
            throw Values.wrong(
                    KEY, "a list of 1 to " + TOPICS_MAX + " topics", String.valueOf(topics.size()));
        }
        Set<Quantity> told = EnumSet.noneOf(Quantity.class);
        var signals = new ArrayList<MqttSignal>();
        for (EdgeFile.Topic topic : topics) {
            MqttSignal signal = signal(topic, home);
            if (!told.add(signal.quantity())) {
                throw Values.wrong(
                        KEY, "a list that names each signal once", "two of " + topic.signal());
            }
            signals.add(signal);
        }
        return signals;
    }

    private static MqttSignal signal(EdgeFile.Topic text, Optional<Geofence> home) {
        Quantity quantity =
                Quantity.ofKey(text.signal())
                        .orElseThrow(() ->
                                Values.wrong(
                                        KEY + ".signal",
                                        "a quantity such as power.mains",
                                        "'" + text.signal() + "'"));
        if (quantity.safety()) {
            throw Values.wrong(
                    KEY + ".signal",
                    "nothing about driving or people: a message does not say how old it is;"
                            + " signals.kuksa tells that",
                    text.signal());
        }
        if (quantity.derived() || quantity == Quantity.PAUSED) {
            throw Values.wrong(
                    KEY + ".signal", "something that the node does not know itself", text.signal());
        }
        Optional<MqttSignal.Alive> alive =
                text(text.alive())
                        .map(topic ->
                                new MqttSignal.Alive(
                                        topic(key(text, "alive"), topic), text.aliveWord()));
        Optional<Duration> usual = alive.isPresent() ? Optional.empty() : Optional.of(STALE);
        return new MqttSignal(
                quantity,
                topic(key(text, "topic"), text.topic()),
                meaning(quantity, text, home),
                alive,
                text.stale().isEmpty()
                        ? usual
                        : Optional.of(Values.positive(key(text, "stale"), text.stale())),
                Values.word(key(text, "retained"), text.retained(), List.of("true", "false"))
                        .equals("true"));
    }

    /** How a key of a topic is called in errors. */
    private static String key(EdgeFile.Topic topic, String key) {
        return KEY + "[" + topic.signal() + "]." + key;
    }

    private static String topic(String key, String text) {
        if (text.isBlank() || text.length() > TOPIC_MAX || text.matches(".*[+#\\x00].*")) {
            throw Values.wrong(
                    key,
                    "a topic without + and #, of " + TOPIC_MAX + " characters at most",
                    "'" + text + "'");
        }
        return text;
    }

    private static Meaning meaning(
            Quantity quantity, EdgeFile.Topic text, Optional<Geofence> home) {
        boolean place = !text.latitude().isEmpty() || !text.longitude().isEmpty();
        boolean words = !text.yes().isEmpty() || !text.no().isEmpty();
        boolean yesNo = quantity.unit() == Quantity.Unit.YES_NO;
        boolean factors = !text.scale().equals("1") || !text.offset().equals("0");
        if (place && quantity != Quantity.HOME || !place && !text.accuracy().isEmpty()) {
            throw Values.wrong(
                    key(text, place ? "latitude" : "accuracy"),
                    "set for a place.home with latitude and longitude only",
                    text.signal());
        }
        if (words && (!yesNo || place) || factors && (yesNo || place)) {
            throw Values.wrong(
                    key(text, words ? "yes" : "scale"),
                    words ? "set for a signal that is yes or no" : "set for a number",
                    text.signal());
        }
        if (place) {
            return new Meaning.Position(
                    pointer(text, "latitude", text.latitude()),
                    pointer(text, "longitude", text.longitude()),
                    text(text.accuracy()).map(at -> pointer(text, "accuracy", at)),
                    home.orElseThrow(() ->
                            Values.wrong(
                                    "signals.home.latitude",
                                    "set where " + KEY + " names a position",
                                    "nothing")));
        }
        JsonPointer at = pointer(text, "pointer", text.pointer());
        return yesNo
                ? yesNo(text, at)
                : new Meaning.Scaled(
                        at,
                        factor(key(text, "scale"), text.scale()),
                        factor(key(text, "offset"), text.offset()));
    }

    private static Meaning yesNo(EdgeFile.Topic text, JsonPointer at) {
        Set<String> yes = lower(text.yes().isEmpty() ? YES : text.yes());
        Set<String> no = lower(text.no().isEmpty() ? NO : text.no());
        var both = new TreeSet<>(yes);
        both.retainAll(no);
        if (!both.isEmpty()) {
            throw Values.wrong(
                    key(text, "yes"),
                    "other words than in no",
                    "'" + both.getFirst() + "' in both");
        }
        return new Meaning.YesNo(at, yes, no);
    }

    private static Set<String> lower(List<String> words) {
        var lower = new TreeSet<String>();
        words.forEach(word -> lower.add(word.toLowerCase(Locale.ROOT)));
        return lower;
    }

    private static JsonPointer pointer(EdgeFile.Topic topic, String key, String text) {
        try {
            return JsonPointer.compile(text);
        } catch (IllegalArgumentException e) {
            throw Values.wrong(
                    key(topic, key), "a JSON pointer such as /charger/plugged", "'" + text + "'");
        }
    }

    private static double factor(String key, String text) {
        try {
            return Values.between(key, Double.parseDouble(text), -FACTOR_MAX, FACTOR_MAX);
        } catch (NumberFormatException e) {
            throw Values.wrong(key, "a number", "'" + text + "'");
        }
    }
}
