package org.idlefleet.edge.adapter.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.idlefleet.edge.adapter.bus.FakeSystem.Service;
import org.idlefleet.edge.adapter.bus.FakeSystem.Typed;
import org.idlefleet.edge.gate.Quantity;
import org.idlefleet.edge.gate.Reading;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;

/** Asks services that really are on a bus; needs dbus-daemon and libsystemd. */
class BusSourceTest {
    private static final String LOGIND = "org.freedesktop.login1";
    private static final String LOGIND_PATH = "/org/freedesktop/login1";
    private static final String MANAGER = LOGIND + ".Manager";
    private static final String NETWORK = "org.freedesktop.NetworkManager";
    private static final String NETWORK_PATH = "/org/freedesktop/NetworkManager";
    private static final OptionalDouble YES = OptionalDouble.of(1);
    private static final OptionalDouble NO = OptionalDouble.of(0);
    private static final OptionalDouble UNKNOWN = OptionalDouble.empty();
    private static final BusSource.Pace PACE =
            new BusSource.Pace(Duration.ofMillis(500), Duration.ofMillis(400));

    /** Nothing becomes known or unknown only because time goes by. */
    private static final BusSource.Pace HOURLY =
            new BusSource.Pace(Duration.ofHours(1), Duration.ofSeconds(2));

    @TempDir Path directory;

    private final List<AutoCloseable> open = new ArrayList<>();
    private final Map<String, Map<String, Typed>> sessions = new TreeMap<>();
    private FakeSystem system;

    @BeforeEach
    void startTheBus() throws Exception {
        var program = FakeSystem.installed();
        assumeTrue(program.isPresent(), "needs dbus-daemon and libsystemd.so.0");
        system = keep(new FakeSystem(program.get(), directory));
    }

    @AfterEach
    void stopAll() throws Exception {
        for (AutoCloseable one : open.reversed()) {
            one.close();
        }
    }

    private <T extends AutoCloseable> T keep(T one) {
        open.add(one);
        return one;
    }

    private Service logind() {
        Service logind = keep(new Service(LOGIND, system.address()));
        return manager(logind, false, false).answers(LOGIND_PATH, "ListSessions", listed());
    }

    private static Service manager(Service logind, boolean lid, boolean sleep) {
        return logind.has(
                LOGIND_PATH,
                MANAGER,
                Map.of(
                        "LidClosed", Typed.yes(lid),
                        "PreparingForSleep", Typed.yes(sleep),
                        "PreparingForShutdown", Typed.yes(false),
                        "IdleAction", Typed.text("ignore")));
    }

    private void session(
            Service logind, String id, String type, String kind, String state, Typed... idle) {
        Map<String, Typed> properties =
                Map.of(
                        "Type", Typed.text(type),
                        "Class", Typed.text(kind),
                        "State", Typed.text(state),
                        "IdleHint", idle[0],
                        "IdleSinceHint", idle[1]);
        sessions.put(id, properties);
        logind.has(LOGIND_PATH + "/session/" + id, LOGIND + ".Session", properties)
                .answers(LOGIND_PATH, "ListSessions", listed());
        logind.signals(LOGIND_PATH, MANAGER, "SessionNew");
    }

    private Typed listed() {
        return new Typed(
                "a(susso)",
                sessions.keySet().stream()
                        .map(id ->
                                List.of(id, 1000, "ann", "seat0", LOGIND_PATH + "/session/" + id))
                        .toList());
    }

    private Service network(long metered, String type) {
        return network(keep(new Service(NETWORK, system.address())), metered, type);
    }

    private static Service network(Service network, long metered, String type) {
        return network.has(
                NETWORK_PATH,
                NETWORK,
                Map.of(
                        "Metered", Typed.unsigned(metered),
                        "Connectivity", Typed.unsigned(4),
                        "PrimaryConnectionType", Typed.text(type)));
    }

    private BusSource source() {
        return source(PACE, InstantSource.system());
    }

    private BusSource source(BusSource.Pace pace, InstantSource clock) {
        return keep(
                BusSource.find(system.address(), pace, _ -> Duration.ofMillis(20), clock)
                        .orElseThrow());
    }

    private static OptionalDouble value(BusSource source, Quantity quantity) {
        return value(source, quantity, Instant.now());
    }

    private static OptionalDouble value(BusSource source, Quantity quantity, Instant now) {
        return source.read(now).stream()
                .filter(reading -> reading.quantity() == quantity)
                .map(Reading::value)
                .findFirst()
                .orElseThrow(() -> new AssertionError("no reading of " + quantity));
    }

    private static void becomes(BusSource source, Quantity quantity, OptionalDouble value) {
        await().pollInterval(Duration.ofMillis(5))
                .atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(value(source, quantity)).isEqualTo(value));
    }

    /** The idle time in minutes. */
    private static void idleFor(BusSource source, long minutes) {
        await().pollInterval(Duration.ofMillis(5))
                .atMost(Duration.ofSeconds(20))
                .untilAsserted(() ->
                        assertThat((long) value(source, Quantity.USER_IDLE).orElse(-60) / 60)
                                .isEqualTo(minutes));
    }

    private static Typed minutesAgo(long minutes) {
        return Typed.micros(Instant.now().minusSeconds(60 * minutes).toEpochMilli() * 1000);
    }

    @Test
    void tellsWhatBothServicesSay() throws Exception {
        manager(logind(), true, false);
        network(2, "802-3-ethernet");
        BusSource source = source();
        assertThat(source.provides())
                .containsExactlyInAnyOrder(
                        Quantity.USER_IDLE,
                        Quantity.SLEEPING,
                        Quantity.LID_CLOSED,
                        Quantity.METERED);
        becomes(source, Quantity.LID_CLOSED, YES);
        becomes(source, Quantity.METERED, NO);
        assertThat(value(source, Quantity.SLEEPING)).isEqualTo(NO);
        assertThat(source.state())
                .contains("nobody", "802-3-ethernet", "connectivity full", "metered no");
    }

    @Test
    void tellsNothingOfAServiceThatIsNotThere() throws Exception {
        logind();
        assertThat(source().provides()).doesNotContain(Quantity.METERED);
    }

    @Test
    void isNothingWhereNeitherServiceIs() {
        assertThat(
                        BusSource.find(
                                system.address(),
                                PACE,
                                _ -> Duration.ofMillis(20),
                                InstantSource.system()))
                .isEmpty();
    }

    @Test
    void wakesWhoWaitsAsSoonAsTheDeviceIsAboutToSleep() throws Exception {
        Service logind = logind();
        BusSource source = source(HOURLY, InstantSource.system());
        becomes(source, Quantity.SLEEPING, NO);
        var woken = new AtomicInteger();
        source.whenChanged(woken::incrementAndGet);
        manager(logind, false, true).signals(LOGIND_PATH, MANAGER, "PrepareForSleep");
        becomes(source, Quantity.SLEEPING, YES);
        await().until(() -> woken.get() > 0);
        manager(logind, false, false).signals(LOGIND_PATH, MANAGER, "PrepareForSleep");
        becomes(source, Quantity.SLEEPING, NO);
    }

    @Test
    void knowsForHowLongNobodyTouchedAnything() throws Exception {
        Service logind = logind();
        session(logind, "c1", "wayland", "user", "active", Typed.yes(true), minutesAgo(30));
        session(logind, "c2", "tty", "user", "online", Typed.yes(false), minutesAgo(50));
        BusSource source = source();
        idleFor(source, 30);
        session(logind, "c2", "tty", "user", "online", Typed.yes(false), minutesAgo(20));
        idleFor(source, 20);
        // A graphical session that is not idle says no more than that.
        session(logind, "c1", "x11", "user", "active", Typed.yes(false), minutesAgo(40));
        idleFor(source, 0);
        session(logind, "c1", "x11", "user", "active", Typed.yes(true), minutesAgo(25));
        idleFor(source, 20);
        session(logind, "c3", "wayland", "greeter", "active", Typed.yes(true), minutesAgo(10));
        idleFor(source, 10);
    }

    @Test
    void leavesOutSessionsAtWhichNobodySits() throws Exception {
        Service logind = logind();
        session(logind, "c1", "wayland", "user", "active", Typed.yes(true), minutesAgo(30));
        session(
                logind,
                "1",
                "unspecified",
                "background",
                "active",
                Typed.yes(false),
                minutesAgo(1));
        session(logind, "2", "unspecified", "manager", "active", Typed.yes(false), minutesAgo(1));
        session(logind, "3", "tty", "user", "closing", Typed.yes(false), minutesAgo(1));
        idleFor(source(), 30);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 802-3-ethernet, unknown",
        "1, 802-3-ethernet, yes",
        "2, gsm, no",
        "3, 802-11-wireless, yes",
        "4, 802-11-wireless, no",
        "4, gsm, yes",
        "4, bluetooth, yes",
        "5, 802-3-ethernet, unknown",
        "4294967295, 802-3-ethernet, unknown",
    })
    void judgesWhetherTheNetworkIsMetered(long told, String type, String expected)
            throws Exception {
        Service logind = logind();
        network(told, type);
        BusSource source = source();
        // Both are asked in one round.
        becomes(source, Quantity.SLEEPING, NO);
        assertThat(value(source, Quantity.METERED))
                .isEqualTo(
                        switch (expected) {
                            case "yes" -> YES;
                            case "no" -> NO;
                            default -> UNKNOWN;
                        });
        assertThat(logind).isNotNull();
    }

    @Test
    void knowsNothingOfAServiceThatVanished() throws Exception {
        logind();
        Service network = network(2, "802-3-ethernet");
        BusSource source = source();
        becomes(source, Quantity.METERED, NO);
        network.close();
        becomes(source, Quantity.METERED, UNKNOWN);
        assertThat(value(source, Quantity.SLEEPING)).isEqualTo(NO);
        assertThat(source.state()).contains("does not run");
        network(1, "gsm");
        becomes(source, Quantity.METERED, YES);
    }

    @Test
    void knowsNothingOfAServiceThatHangs() throws Exception {
        Service logind = logind();
        network(2, "802-3-ethernet");
        BusSource source = source();
        becomes(source, Quantity.SLEEPING, NO);
        logind.hangs(true);
        becomes(source, Quantity.SLEEPING, UNKNOWN);
        becomes(source, Quantity.USER_IDLE, UNKNOWN);
        assertThat(value(source, Quantity.METERED)).isEqualTo(NO);
        assertThat(source.state()).contains("no answer in time");
        logind.hangs(false);
        becomes(source, Quantity.SLEEPING, NO);
        // It may have been touched while it could not say so.
        idleFor(source, 0);
    }

    static List<Typed> nonsense() {
        Typed deep = Typed.yes(true);
        for (int i = 0; i < 30; i++) {
            deep = new Typed("v", deep);
        }
        return List.of(
                Typed.text("yes"),
                Typed.unsigned(1),
                new Typed("d", Double.NaN),
                new Typed("as", List.of("b")),
                new Typed("as", Collections.nCopies(30_000, "x")),
                new Typed("s", "x".repeat(Bus.TEXT_BYTES_MAX + 1)),
                new Typed("a{sv}", Map.of()),
                new Typed("(sb)", List.of("x", true)),
                new Typed("v", deep));
    }

    @ParameterizedTest
    @MethodSource("nonsense")
    void takesNonsenseForUnknownAndRecovers(Typed nonsense) throws Exception {
        Service logind = logind();
        session(logind, "c1", "tty", "user", "active", Typed.yes(false), minutesAgo(5));
        BusSource source = source();
        becomes(source, Quantity.SLEEPING, NO);
        logind.has(
                LOGIND_PATH,
                MANAGER,
                Map.of(
                        "LidClosed", nonsense,
                        "PreparingForSleep", nonsense,
                        "PreparingForShutdown", nonsense));
        becomes(source, Quantity.SLEEPING, UNKNOWN);
        becomes(source, Quantity.LID_CLOSED, UNKNOWN);
        logind.answers(LOGIND_PATH, "GetAll " + MANAGER, nonsense);
        logind.answers(LOGIND_PATH, "ListSessions", nonsense);
        logind.signals(LOGIND_PATH, MANAGER, "SessionNew");
        becomes(source, Quantity.USER_IDLE, UNKNOWN);
        logind.signals(LOGIND_PATH, MANAGER, "SessionNew");
        manager(logind, false, false).answers(LOGIND_PATH, "ListSessions", listed());
        becomes(source, Quantity.SLEEPING, NO);
        idleFor(source, 5);
    }

    @Test
    void doesNotKnowWhoIsThereIfASessionMakesNoSense() throws Exception {
        Service logind = logind();
        session(logind, "c1", "tty", "user", "active", Typed.yes(false), minutesAgo(5));
        BusSource source = source();
        idleFor(source, 5);
        session(logind, "c2", "tty", "user", "active", Typed.text("no"), minutesAgo(5));
        becomes(source, Quantity.USER_IDLE, UNKNOWN);
        sessions.remove("c2");
        logind.answers(LOGIND_PATH, "ListSessions", listed());
        idleFor(source, 5);
        for (long micros : new long[] {-1, Long.MAX_VALUE, 0, 1L << 60}) {
            session(logind, "c1", "tty", "user", "active", Typed.yes(true), Typed.micros(micros));
            idleFor(source, 0);
        }
        for (int i = 0; i < 70; i++) {
            session(logind, "s" + i, "tty", "user", "active", Typed.yes(false), minutesAgo(5));
        }
        becomes(source, Quantity.USER_IDLE, UNKNOWN);
    }

    @Test
    void connectsAgainToABusThatDied() throws Exception {
        logind();
        BusSource source = source(HOURLY, InstantSource.system());
        becomes(source, Quantity.SLEEPING, NO);
        system.kill();
        becomes(source, Quantity.SLEEPING, UNKNOWN);
        system.restart();
        logind();
        becomes(source, Quantity.SLEEPING, NO);
    }

    @Test
    void knowsNothingAnyMoreOfWhatWasSaidFourRoundsAgo() throws Exception {
        logind();
        Instant said = Instant.parse("2026-11-22T20:00:00Z");
        BusSource source = source(PACE, () -> said);
        await().until(() -> value(source, Quantity.SLEEPING, said).isPresent());
        Instant last = said.plus(PACE.every().multipliedBy(4));
        assertThat(value(source, Quantity.SLEEPING, last)).isEqualTo(NO);
        assertThat(value(source, Quantity.SLEEPING, last.plusNanos(1))).isEqualTo(UNKNOWN);
    }

    @Test
    void countsEverythingAsUnknownWhileThereIsNoBus() throws Exception {
        system.kill();
        BusSource source = source();
        assertThat(source.provides()).contains(Quantity.METERED, Quantity.SLEEPING);
        assertThat(value(source, Quantity.METERED)).isEqualTo(UNKNOWN);
        await().untilAsserted(() -> assertThat(source.state()).contains("nobody listens"));
        system.restart();
        network(2, "802-3-ethernet");
        becomes(source, Quantity.METERED, NO);
        assertThat(value(source, Quantity.SLEEPING)).isEqualTo(UNKNOWN);
    }

    /** What talks is a library in our own process: it must stand whatever listens there. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void survivesSomethingThatIsNoBus(long seed) throws Exception {
        var random = new Random(seed);
        Path socket = directory.resolve("noise");
        try (var server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(socket));
            Thread.ofPlatform().daemon().start(() -> noise(server, random));
            BusSource source =
                    keep(
                            BusSource.find(
                                            "unix:path=" + socket,
                                            PACE,
                                            _ -> Duration.ofMillis(5),
                                            InstantSource.system())
                                    .orElseThrow());
            await().until(() -> !source.state().equals("not connected yet"));
            assertThat(value(source, Quantity.METERED)).isEqualTo(UNKNOWN);
        }
    }

    /** Says nothing, noise, or noise after a proper greeting. */
    private static void noise(ServerSocketChannel server, Random random) {
        try {
            while (true) {
                var channel = server.accept();
                if (random.nextInt(4) > 0) {
                    if (random.nextBoolean()) {
                        byte[] greeting =
                                "OK 0123456789abcdef0123456789abcdef\r\nAGREE_UNIX_FD\r\n"
                                        .getBytes(StandardCharsets.US_ASCII);
                        channel.write(ByteBuffer.wrap(greeting));
                    }
                    var bytes = new byte[random.nextInt(2000)];
                    random.nextBytes(bytes);
                    if (random.nextBoolean() && bytes.length > 16) {
                        // The beginning of a message in its byte order, of a length that lies.
                        bytes[0] = 'l';
                        bytes[1] = 2;
                        bytes[3] = 1;
                    }
                    channel.write(ByteBuffer.wrap(bytes));
                    if (random.nextBoolean()) {
                        channel.close();
                    }
                }
            }
        } catch (IOException e) {
            // The test is over.
        }
    }

    static LongStream seeds() {
        return LongStream.range(0, 4);
    }

    /** Services come, go, hang and change their minds; when all is calm the truth is told. */
    @ParameterizedTest
    @MethodSource("seeds")
    void tellsTheTruthAfterEveryStorm(long seed) throws Exception {
        var random = new Random(seed);
        Service network = network(2, "802-3-ethernet");
        Service logind = logind();
        BusSource source = source();
        long metered = 2;
        boolean sleep = false;
        for (int i = 0; i < 40; i++) {
            switch (random.nextInt(6)) {
                case 0 -> {
                    network.close();
                    network = network(metered, "802-3-ethernet");
                }
                case 1 -> logind.hangs(random.nextBoolean());
                case 2 -> {
                    sleep = random.nextBoolean();
                    manager(logind, false, sleep).signals(LOGIND_PATH, MANAGER, "PrepareForSleep");
                }
                case 3 -> {
                    metered = random.nextBoolean() ? 1 : 2;
                    network(network, metered, "802-3-ethernet")
                            .signals(
                                    NETWORK_PATH,
                                    "org.freedesktop.DBus.Properties",
                                    "PropertiesChanged");
                }
                case 4 -> network.signals("/elsewhere", "org.example.Noise", "Noise");
                default -> Thread.sleep(random.nextInt(30));
            }
            assertThat(value(source, Quantity.METERED)).isIn(YES, NO, UNKNOWN);
        }
        logind.hangs(false);
        becomes(source, Quantity.METERED, metered == 1 ? YES : NO);
        becomes(source, Quantity.SLEEPING, sleep ? YES : NO);
    }
}
