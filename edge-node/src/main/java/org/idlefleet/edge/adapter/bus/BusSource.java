package org.idlefleet.edge.adapter.bus;

import org.idlefleet.edge.Backoff;
import org.idlefleet.edge.SignalSource;
import org.idlefleet.edge.adapter.Reconnection;
import org.idlefleet.edge.adapter.bus.BusService.Facts;
import org.idlefleet.edge.gate.Quantity;
import org.idlefleet.edge.gate.Reading;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

/**
 * What logind and NetworkManager tell over the system's message bus. One thread asks them every few
 * seconds and whenever one of them signals a change; {@link #read} gives what they said last. What
 * has not been said, or not lately, is unknown. Connects anew for ever. Thread-safe.
 */
public final class BusSource implements SignalSource {
    /** Where the system's bus listens. */
    public static final String SYSTEM = "unix:path=/run/dbus/system_bus_socket";

    private static final Logger LOG = LoggerFactory.getLogger(BusSource.class);

    private static final String BUS = "the message bus of logind and NetworkManager";

    /** Who signals all the time is not asked all the time. */
    private static final Duration ASK_PAUSE = Duration.ofMillis(50);

    /** A word that is older than so many rounds counts no more. */
    private static final int STALE_ROUNDS = 4;

    private final LibSystemd library;
    private final String address;
    private final List<BusService> services;
    private final Pace pace;
    private final InstantSource clock;
    private final Reconnection connection;
    private final Thread thread;
    private volatile Map<String, Known> known = Map.of();
    private volatile Runnable wake = () -> {};

    /** What a service said, and when. */
    private record Known(Facts facts, Instant at) {}

    /**
     * How long things take at most.
     *
     * @param every between two rounds of questions where nobody signals anything; so long a service
     *     that hangs is not noticed
     * @param answer one answer
     */
    record Pace(Duration every, Duration answer) {
        static final Pace USUAL = new Pace(Duration.ofSeconds(5), Duration.ofSeconds(2));
    }

    private BusSource(
            LibSystemd library,
            String address,
            List<BusService> services,
            Pace pace,
            Backoff backoff,
            InstantSource clock) {
        this.library = library;
        this.address = address;
        this.services = List.copyOf(services);
        this.pace = pace;
        this.clock = clock;
        this.connection = new Reconnection(BUS, backoff, clock);
        this.thread =
                Thread.ofPlatform()
                        .name("edge-bus")
                        .daemon()
                        .start(() -> connection.keep(this::follow, this::lost));
    }

    /**
     * Listens to those services that are on the bus now or may come; to all if the bus does not
     * answer. Empty, with a word to the log, if there are none of them or this machine has no
     * libsystemd.
     *
     * @param backoff waits between attempts to connect
     */
    public static Optional<BusSource> find(String address, Backoff backoff, InstantSource clock) {
        return find(address, Pace.USUAL, backoff, clock);
    }

    static Optional<BusSource> find(
            String address, Pace pace, Backoff backoff, InstantSource clock) {
        Optional<LibSystemd> library = LibSystemd.load();
        if (library.isEmpty()) {
            LOG.info("logind and NetworkManager are not asked: there is no libsystemd.so.0");
            return Optional.empty();
        }
        List<BusService> there = present(library.get(), address, pace.answer());
        return there.isEmpty()
                ? Optional.empty()
                : Optional.of(new BusSource(library.get(), address, there, pace, backoff, clock));
    }

    private static List<BusService> present(LibSystemd library, String address, Duration limit) {
        List<BusService> all = List.of(new Logind(), new NetworkManager());
        try (Bus bus = Bus.open(library, address, limit)) {
            String name = "org.freedesktop.DBus";
            var names = new ArrayList<>();
            for (String list : List.of("ListNames", "ListActivatableNames")) {
                bus.call(name, "/org/freedesktop/DBus", name, list).stream()
                        .filter(List.class::isInstance)
                        .forEach(found -> names.addAll((List<?>) found));
            }
            return all.stream().filter(service -> names.contains(service.name())).toList();
        } catch (BusException e) {
            LOG.warn(
                    "what logind and NetworkManager tell is unknown: {}; signals.bus=off does"
                            + " without them",
                    e.getMessage());
            return all;
        }
    }

    /** How it stands with the services, for people. */
    @Override
    public String state() {
        String problem = connection.state();
        return problem.isEmpty()
                ? known.values().stream()
                        .map(word -> word.facts().people())
                        .collect(Collectors.joining("; "))
                : BUS + ": " + problem;
    }

    @Override
    public Set<Quantity> provides() {
        Set<Quantity> provides = EnumSet.noneOf(Quantity.class);
        services.forEach(service -> provides.addAll(service.provides()));
        return provides;
    }

    @Override
    public List<Reading> read(Instant now) {
        var readings = new ArrayList<Reading>();
        for (BusService service : services) {
            Known word = known.get(service.name());
            boolean counts =
                    word != null
                            && !word.at()
                                    .plus(pace.every().multipliedBy(STALE_ROUNDS))
                                    .isBefore(now);
            Facts facts = counts && word != null ? word.facts() : Facts.NONE;
            service.provides()
                    .forEach(quantity ->
                            readings.add(
                                    new Reading(
                                            quantity,
                                            facts.value(quantity, now),
                                            now,
                                            service.source())));
        }
        return readings;
    }

    @Override
    public void whenChanged(Runnable wake) {
        this.wake = wake;
    }

    private String follow() throws BusException {
        try (Bus bus = Bus.open(library, address, pace.answer())) {
            for (BusService service : services) {
                for (String rule : service.signals()) {
                    bus.listen(rule);
                }
                bus.listen(comesOrGoes(service));
            }
            follow(bus);
        }
        return "it ended the connection";
    }

    private void lost() {
        services.forEach(BusService::forget);
        take(Map.of());
    }

    private static String comesOrGoes(BusService service) {
        return "type='signal',sender='org.freedesktop.DBus',member='NameOwnerChanged',arg0='"
                + service.name()
                + "'";
    }

    /** Asks and listens until the connection ends. */
    private void follow(Bus bus) throws BusException {
        while (!connection.closed() && bus.alive()) {
            var words = new TreeMap<String, Known>();
            for (BusService service : services) {
                words.put(service.name(), ask(bus, service));
            }
            if (bus.alive()) {
                take(words);
                connection.up("");
            }
            LockSupport.parkNanos(ASK_PAUSE.toNanos());
            long end = System.nanoTime() + pace.every().toNanos();
            while (!connection.closed() && !bus.heard() && System.nanoTime() < end) {
                bus.await(Duration.ofNanos(Math.max(1, end - System.nanoTime())));
            }
        }
    }

    private Known ask(Bus bus, BusService service) {
        Instant now = clock.instant();
        try {
            return new Known(service.ask(bus, now), now);
        } catch (BusException e) {
            service.forget();
            Known before = known.get(service.name());
            if (before == null || !before.facts().people().equals(e.getMessage())) {
                LOG.warn("what {} tells is unknown: {}", service.source(), e.getMessage());
            }
            return new Known(new Facts(Map.of(), String.valueOf(e.getMessage())), now);
        }
    }

    private void take(Map<String, Known> words) {
        Instant now = clock.instant();
        List<Reading> before = read(now);
        known = Map.copyOf(words);
        List<Reading> after = read(now);
        for (int i = 0; i < before.size(); i++) {
            if (differ(before.get(i).value(), after.get(i).value())) {
                wake.run();
                return;
            }
        }
    }

    /** A time that only went on is nothing new. */
    private boolean differ(OptionalDouble before, OptionalDouble after) {
        return before.isPresent() != after.isPresent()
                || before.isPresent()
                        && Math.abs(before.getAsDouble() - after.getAsDouble())
                                >= (before.getAsDouble() > 1 ? 2e-3 * pace.every().toMillis() : 1);
    }

    /** Ends within seconds: what is being waited for is not interrupted. */
    @Override
    public void close() {
        connection.close();
        LockSupport.unpark(thread);
    }
}
