package org.idlefleet.edge.adapter.bus;

import org.idlefleet.edge.gate.Quantity;
import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * NetworkManager: whether the network in use is paid for by volume. It says so itself (its owner's
 * word or its own guess; {@code NMMetered}); where it guesses that it is not, a connection by
 * mobile radio or through a phone is still taken for one that is.
 */
final class NetworkManager implements BusService {
    private static final String NAME = "org.freedesktop.NetworkManager";
    private static final String PATH = "/org/freedesktop/NetworkManager";

    // NMMetered: 0 unknown, 1 yes, 2 no, 3 guessed yes, 4 guessed no.
    private static final long YES = 1;
    private static final long NO = 2;
    private static final long GUESSED_YES = 3;
    private static final long GUESSED_NO = 4;

    /** Types of connections that go through a mobile network. */
    private static final Set<String> MOBILE = Set.of("gsm", "cdma", "bluetooth", "wimax");

    /** NMConnectivityState, by number. */
    private static final List<String> CONNECTIVITY =
            List.of("unknown", "none", "behind a portal", "limited", "full");

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String source() {
        return "networkmanager";
    }

    @Override
    public Set<Quantity> provides() {
        return Set.of(Quantity.METERED);
    }

    @Override
    public List<String> signals() {
        return List.of(
                "type='signal',sender='"
                        + NAME
                        + "',path='"
                        + PATH
                        + "',interface='org.freedesktop.DBus.Properties'");
    }

    @Override
    public Facts ask(Bus bus, Instant now) throws BusException {
        Map<?, ?> properties = bus.properties(NAME, PATH, NAME);
        String type =
                properties.get("PrimaryConnectionType") instanceof String text && !text.isEmpty()
                        ? text
                        : "";
        Map<Quantity, Fact> values = new EnumMap<>(Quantity.class);
        String metered = "unknown";
        if (properties.get("Metered") instanceof Long told) {
            boolean yes =
                    told == YES
                            || told == GUESSED_YES
                            || told == GUESSED_NO && MOBILE.contains(type);
            if (yes || told == NO || told == GUESSED_NO) {
                values.put(Quantity.METERED, new Fact.Answer(yes));
                metered = (yes ? "yes" : "no") + (told > NO ? " (a guess)" : "");
            }
        }
        return new Facts(
                values,
                "NetworkManager: "
                        + (type.isEmpty() ? "no connection of its own" : "connected by " + type)
                        + ", connectivity "
                        + connectivity(properties.get("Connectivity"))
                        + ", metered "
                        + metered);
    }

    @Override
    public void forget() {}

    private static String connectivity(@Nullable Object told) {
        return told instanceof Long number && number >= 0 && number < CONNECTIVITY.size()
                ? CONNECTIVITY.get(number.intValue())
                : "unknown";
    }
}
