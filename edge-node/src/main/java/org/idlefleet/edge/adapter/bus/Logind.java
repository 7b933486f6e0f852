package org.idlefleet.edge.adapter.bus;

import org.idlefleet.edge.gate.Quantity;
import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * systemd's logind: for how long nobody has touched the device, whether its lid is shut, whether it
 * is about to sleep or to be switched off ({@code org.freedesktop.login1(5)}).
 *
 * <p>A session counts while a person may sit at it: those of users, the screens where they log in
 * and unlock; not services, and not one that is closing. A graphical session says itself that it is
 * idle, and since when; of a terminal logind knows the last touch. Where nobody is logged in,
 * nobody has touched the device for as long as that has been seen to be so.
 */
final class Logind implements BusService {
    private static final String NAME = "org.freedesktop.login1";
    private static final String PATH = "/org/freedesktop/login1";
    private static final String MANAGER = "org.freedesktop.login1.Manager";
    private static final String SESSION = "org.freedesktop.login1.Session";

    /** More sessions are not looked at, and who uses the device is unknown. */
    private static final int SESSIONS_MAX = 64;

    private static final int SESSION_FIELDS = 5;

    /** In microseconds since 1970, later is nonsense; zero means never. */
    private static final long MICROS_MAX = 1L << 53;

    private @Nullable Instant nobodySince;

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String source() {
        return "logind";
    }

    @Override
    public Set<Quantity> provides() {
        return EnumSet.of(Quantity.USER_IDLE, Quantity.SLEEPING, Quantity.LID_CLOSED);
    }

    @Override
    public List<String> signals() {
        return List.of("type='signal',sender='" + NAME + "',path_namespace='" + PATH + "'");
    }

    @Override
    public Facts ask(Bus bus, Instant now) throws BusException {
        Map<?, ?> manager = bus.properties(NAME, PATH, MANAGER);
        Map<Quantity, Fact> values = new EnumMap<>(Quantity.class);
        if (manager.get("LidClosed") instanceof Boolean closed) {
            values.put(Quantity.LID_CLOSED, new Fact.Answer(closed));
        }
        if (manager.get("PreparingForSleep") instanceof Boolean sleep
                && manager.get("PreparingForShutdown") instanceof Boolean off) {
            values.put(Quantity.SLEEPING, new Fact.Answer(sleep || off));
        }
        List<Instant> touches = touches(bus, now, 1);
        if (!touches.isEmpty()) {
            nobodySince = null;
        } else if (nobodySince == null) {
            nobodySince = now;
        }
        Instant touched = touches.stream().max(Comparator.naturalOrder()).orElse(nobodySince);
        values.put(Quantity.USER_IDLE, new Fact.Since(touched == null ? now : touched));
        return new Facts(
                values,
                "logind: "
                        + (touches.isEmpty()
                                ? "nobody is logged in"
                                : touches.size()
                                        + (touches.size() == 1 ? " session" : " sessions")));
    }

    @Override
    public void forget() {
        nobodySince = null;
    }

    /**
     * When each session was touched last.
     *
     * @param again how often to begin anew if a session ends while it is looked at
     */
    private static List<Instant> touches(Bus bus, Instant now, int again) throws BusException {
        List<Object> answer = bus.call(NAME, PATH, MANAGER, "ListSessions");
        if (answer.size() != 1 || !(answer.getFirst() instanceof List<?> sessions)) {
            throw new BusException("logind lists its sessions as " + answer);
        }
        if (sessions.size() > SESSIONS_MAX) {
            throw new BusException(
                    "logind has " + sessions.size() + " sessions, at most " + SESSIONS_MAX);
        }
        var touches = new ArrayList<Instant>();
        for (Object session : sessions) {
            if (!(session instanceof List<?> fields)
                    || fields.size() != SESSION_FIELDS
                    || !(fields.getLast() instanceof String path)) {
                throw new BusException("logind describes a session as " + session);
            }
            Map<?, ?> properties;
            try {
                properties = bus.properties(NAME, path, SESSION);
            } catch (BusException e) {
                if (again > 0) {
                    return touches(bus, now, again - 1);
                }
                throw e;
            }
            if (counts(properties)) {
                touches.add(touched(properties, now));
            }
        }
        return touches;
    }

    private static boolean counts(Map<?, ?> session) throws BusException {
        if (session.get("Class") instanceof String type
                && session.get("State") instanceof String state) {
            boolean person =
                    type.startsWith("user") || type.equals("greeter") || type.equals("lock-screen");
            return person && !state.equals("closing");
        }
        throw new BusException("logind does not say of what class a session is");
    }

    private static Instant touched(Map<?, ?> session, Instant now) throws BusException {
        if (session.get("IdleHint") instanceof Boolean idle
                && session.get("IdleSinceHint") instanceof Long micros
                && session.get("Type") instanceof String type) {
            boolean told = micros > 0 && micros <= MICROS_MAX && (idle || type.equals("tty"));
            Instant since = told ? Instant.EPOCH.plus(micros, ChronoUnit.MICROS) : now;
            return since.isAfter(now) ? now : since;
        }
        throw new BusException("logind does not say whether a session is idle");
    }
}
