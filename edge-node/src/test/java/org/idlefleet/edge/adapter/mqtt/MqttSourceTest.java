package org.idlefleet.edge.adapter.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.handler.ssl.SslContextBuilder;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;

import org.idlefleet.edge.adapter.mqtt.FakeMqttBroker.Device;
import org.idlefleet.edge.adapter.mqtt.MqttSignal.Alive;
import org.idlefleet.edge.adapter.mqtt.MqttSignal.Meaning;
import org.idlefleet.edge.gate.Geofence;
import org.idlefleet.edge.gate.Quantity;
import org.idlefleet.edge.gate.Reading;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import tools.jackson.core.JsonPointer;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.LongStream;

/** The source against a broker over real sockets; time stands still but where a test moves it. */
class MqttSourceTest {
    private static final Instant START = Instant.parse("2026-11-22T20:00:00Z");
    private static final OptionalDouble YES = OptionalDouble.of(1);
    private static final OptionalDouble NO = OptionalDouble.of(0);
    private static final OptionalDouble UNKNOWN = OptionalDouble.empty();
    private static final String PLUG = "wallbox/1/status";
    private static final String ALIVE = "wallbox/1/lwt";
    private static final String PRICE = "energy/price";
    private static final String PLACE = "owntracks/ann/car";
    private static final Duration STALE = Duration.ofMinutes(5);

    private static final MqttSignal MAINS =
            new MqttSignal(
                    Quantity.MAINS,
                    PLUG,
                    new Meaning.YesNo(
                            JsonPointer.compile("/plugged"), Set.of("true"), Set.of("false")),
                    Optional.empty(),
                    Optional.of(STALE),
                    false);
    private static final MqttSignal CHARGER =
            new MqttSignal(
                    Quantity.MAINS,
                    PLUG,
                    MAINS.meaning(),
                    Optional.of(new Alive(ALIVE, "online")),
                    Optional.empty(),
                    false);
    private static final MqttSignal CENTS =
            new MqttSignal(
                    Quantity.PRICE,
                    PRICE,
                    new Meaning.Scaled(JsonPointer.empty(), 0.01, 0),
                    Optional.empty(),
                    Optional.of(STALE),
                    false);
    private static final MqttSignal HOME =
            new MqttSignal(
                    Quantity.HOME,
                    PLACE,
                    new Meaning.Position(
                            JsonPointer.compile("/lat"),
                            JsonPointer.compile("/lon"),
                            Optional.of(JsonPointer.compile("/acc")),
                            new Geofence(52.5, 13.4, 100, 200)),
                    Optional.empty(),
                    Optional.of(STALE),
                    false);

    @TempDir private Path directory;

    private final AtomicReference<Instant> now = new AtomicReference<>(START);
    private final List<AutoCloseable> open = new ArrayList<>();

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

    private FakeMqttBroker broker() {
        return keep(new FakeMqttBroker());
    }

    private MqttSource source(MqttOptions options) {
        return keep(new MqttSource(options, _ -> Duration.ofMillis(20), now::get));
    }

    private MqttSource source(FakeMqttBroker broker, MqttSignal... signals) {
        MqttSource source = source(options(broker.port(), "", signals));
        await().until(() -> broker.subscriptions() > 0);
        return source;
    }

    private static MqttOptions options(int port, String user, MqttSignal... signals) {
        return new MqttOptions(
                "127.0.0.1",
                port,
                Optional.empty(),
                Optional.empty(),
                Optional.of(user).filter(name -> !name.isEmpty()),
                Optional.empty(),
                List.of(signals));
    }

    private OptionalDouble value(MqttSource source, Quantity quantity) {
        return source.read(now.get()).stream()
                .filter(reading -> reading.quantity() == quantity)
                .map(Reading::value)
                .findFirst()
                .orElseThrow(() -> new AssertionError("no reading of " + quantity));
    }

    private void becomes(MqttSource source, Quantity quantity, OptionalDouble value) {
        await().pollInterval(Duration.ofMillis(2))
                .untilAsserted(() -> assertThat(value(source, quantity)).isEqualTo(value));
    }

    private static String plugged(boolean yes) {
        return "{\"plugged\": " + yes + ", \"power\": 7.4}";
    }

    @Test
    void tellsWhatTopicsTellAndWakesWhoWaits() {
        FakeMqttBroker broker = broker();
        MqttSource source = source(broker, MAINS, CENTS);
        assertThat(source.provides()).containsExactlyInAnyOrder(Quantity.MAINS, Quantity.PRICE);
        assertThat(value(source, Quantity.MAINS)).isEqualTo(UNKNOWN);
        var woken = new AtomicInteger();
        source.whenChanged(woken::incrementAndGet);
        broker.publish(PLUG, plugged(true));
        becomes(source, Quantity.MAINS, YES);
        broker.publish(PRICE, " 27.5\n");
        becomes(source, Quantity.PRICE, OptionalDouble.of(0.275));
        broker.publish(PLUG, plugged(false));
        becomes(source, Quantity.MAINS, NO);
        await().until(() -> woken.get() == 3);
        broker.publish(PLUG, plugged(false));
        await().until(() -> broker.acknowledged() == 4);
        assertThat(woken).hasValue(3);
        assertThat(source.state()).contains("connected; 2 topics");
    }

    @Test
    void doesNotBelieveAMessageForLongerThanItWasTold() {
        FakeMqttBroker broker = broker();
        MqttSource source = source(broker, MAINS);
        broker.publish(PLUG, plugged(true));
        becomes(source, Quantity.MAINS, YES);
        now.set(START.plus(STALE));
        assertThat(value(source, Quantity.MAINS)).isEqualTo(YES);
        now.set(START.plus(STALE).plusMillis(1));
        assertThat(value(source, Quantity.MAINS)).isEqualTo(UNKNOWN);
        broker.publish(PLUG, plugged(true));
        becomes(source, Quantity.MAINS, YES);
    }

    @Test
    void doesNotBelieveWhatTheBrokerKeptFromBefore() {
        FakeMqttBroker broker = broker();
        broker.keep(PLUG, plugged(true));
        broker.keep(PRICE, "20");
        var asked =
                new MqttSignal(
                        Quantity.PRICE,
                        PRICE,
                        CENTS.meaning(),
                        Optional.empty(),
                        Optional.of(STALE),
                        true);
        MqttSource source = source(broker, MAINS, asked);
        becomes(source, Quantity.PRICE, OptionalDouble.of(0.2));
        await().until(() -> broker.acknowledged() == 2);
        assertThat(value(source, Quantity.MAINS)).isEqualTo(UNKNOWN);
        broker.publish(PLUG, plugged(true));
        becomes(source, Quantity.MAINS, YES);
    }

    @Test
    void believesAChargerAsLongAsItIsThere() {
        FakeMqttBroker broker = broker();
        var charger = keep(new Device(broker.port(), "wallbox", ALIVE));
        charger.says(PLUG, plugged(true));
        MqttSource source = source(broker, CHARGER);
        becomes(source, Quantity.MAINS, YES);
        // It speaks only when something changes.
        now.set(START.plus(Duration.ofDays(1)));
        assertThat(value(source, Quantity.MAINS)).isEqualTo(YES);
        charger.close();
        becomes(source, Quantity.MAINS, UNKNOWN);
        var again = keep(new Device(broker.port(), "wallbox", ALIVE));
        again.says(PLUG, plugged(false));
        becomes(source, Quantity.MAINS, NO);
    }

    /** Back after a power cut it may have lost its car; what it said before is no news. */
    @Test
    void forgetsWhatAChargerSaidBeforeItWasGone() {
        FakeMqttBroker broker = broker();
        MqttSource source = source(broker, CHARGER);
        broker.publish(ALIVE, "online");
        broker.publish(PLUG, plugged(true));
        becomes(source, Quantity.MAINS, YES);
        broker.publish(ALIVE, "offline");
        broker.publish(ALIVE, "online");
        becomes(source, Quantity.MAINS, UNKNOWN);
        await().until(() -> broker.acknowledged() == 4);
        assertThat(value(source, Quantity.MAINS)).isEqualTo(UNKNOWN);
        broker.publish(PLUG, plugged(true));
        becomes(source, Quantity.MAINS, YES);
    }

    @Test
    void doesNotBelieveWhatWasKeptOfAChargerThatIsGone() {
        FakeMqttBroker broker = broker();
        broker.keep(PLUG, plugged(true));
        broker.keep(ALIVE, "offline");
        MqttSource source = source(broker, CHARGER);
        await().until(() -> broker.acknowledged() == 2);
        assertThat(value(source, Quantity.MAINS)).isEqualTo(UNKNOWN);
    }

    @Test
    void knowsNothingWithoutABrokerAndConnectsAgain() throws Exception {
        FakeMqttBroker broker = broker();
        MqttSource source = source(broker, MAINS);
        broker.publish(PLUG, plugged(true));
        becomes(source, Quantity.MAINS, YES);
        broker.stop();
        becomes(source, Quantity.MAINS, UNKNOWN);
        await().until(() -> source.state().contains("can't be reached"));
        int before = broker.subscriptions();
        broker.restart();
        await().until(() -> broker.subscriptions() > before);
        assertThat(value(source, Quantity.MAINS)).isEqualTo(UNKNOWN);
        broker.publish(PLUG, plugged(false));
        becomes(source, Quantity.MAINS, NO);
    }

    @Test
    void saysWhatIsWrongWithUserAndPassword() throws Exception {
        FakeMqttBroker broker = broker();
        broker.wants("node:secret");
        Path password = directory.resolve("password");
        var options =
                new MqttOptions(
                        "127.0.0.1",
                        broker.port(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.of("node"),
                        Optional.of(password),
                        List.of(MAINS));
        MqttSource source = source(options);
        await().until(() -> source.state().contains("NoSuchFileException"));
        Files.writeString(password, "old\n");
        await().until(() -> source.state().contains("check signals.mqtt.user"));
        assertThat(value(source, Quantity.MAINS)).isEqualTo(UNKNOWN);
        Files.writeString(password, "secret\n");
        await().until(() -> broker.subscriptions() > 0);
        await().until(() -> source.state().contains("connected;"));
        assertThat(source.state()).doesNotContain("secret");
    }

    @Test
    void namesTopicsThatItMayNotRead() {
        FakeMqttBroker broker = broker();
        broker.forbids(PRICE);
        MqttSource source = source(broker, MAINS, CENTS);
        await().until(() -> source.state().contains("does not let this user read " + PRICE));
        broker.publish(PLUG, plugged(true));
        becomes(source, Quantity.MAINS, YES);
    }

    @Test
    void trustsOnlyItsOwnAuthorityAndTheRightName() throws Exception {
        X509Bundle authority = authority("CN=home");
        X509Bundle server =
                new CertificateBuilder()
                        .subject("CN=broker")
                        .addSanDnsName("broker.home")
                        .buildIssuedBy(authority);
        FakeMqttBroker broker =
                keep(
                        new FakeMqttBroker(
                                Optional.of(
                                        SslContextBuilder.forServer(
                                                        server.getKeyPair().getPrivate(),
                                                        server.getCertificatePath())
                                                .build())));
        Path right = pem("right", authority);
        MqttSource stranger =
                source(tls(broker, pem("wrong", authority("CN=other")), "broker.home"));
        MqttSource wrongName = source(tls(broker, right, "other.home"));
        await().until(() ->
                stranger.state().contains("PKIX") || stranger.state().contains("ertif"));
        await().until(() -> wrongName.state().contains("other.home"));
        assertThat(broker.subscriptions()).isZero();
        MqttSource source = source(tls(broker, right, "broker.home"));
        await().until(() -> source.state().contains("connected;"));
        broker.publish(PLUG, plugged(true));
        becomes(source, Quantity.MAINS, YES);
    }

    private static X509Bundle authority(String name) throws Exception {
        return new CertificateBuilder()
                .subject(name)
                .setIsCertificateAuthority(true)
                .buildSelfSigned();
    }

    private Path pem(String name, X509Bundle authority) throws Exception {
        return Files.writeString(directory.resolve(name), authority.getCertificatePEM());
    }

    private static MqttOptions tls(FakeMqttBroker broker, Path ca, String name) {
        return new MqttOptions(
                "127.0.0.1",
                broker.port(),
                Optional.of(ca),
                Optional.of(name),
                Optional.empty(),
                Optional.empty(),
                List.of(MAINS));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "true",
                "{}",
                "{\"plugged\": null}",
                "{\"plugged\": 1}",
                "{\"plugged\": \"perhaps\"}",
                "{\"plugged\": [true]}",
                "{\"plugged\": {\"plugged\": true}}",
                "{\"plugged\": true",
                "[{\"plugged\": true}]",
                "\u0000\uFFFF"
            })
    void takesAWordThatMakesNoSenseForUnknown(String nonsense) {
        FakeMqttBroker broker = broker();
        MqttSource source = source(broker, MAINS);
        broker.publish(PLUG, plugged(true));
        becomes(source, Quantity.MAINS, YES);
        broker.publish(PLUG, nonsense);
        becomes(source, Quantity.MAINS, UNKNOWN);
        broker.publish(PLUG, plugged(true));
        becomes(source, Quantity.MAINS, YES);
    }

    @ParameterizedTest
    @CsvSource({
        "'12', 0.12",
        "'-3.5', -0.035",
        "'1e2', 1",
        "'NaN', unknown",
        "'Infinity', unknown",
        "'1e999', unknown",
        "'0x10', unknown",
        "'12d', unknown",
        "'12 ct', unknown",
        "'1,5', unknown",
        "'', unknown",
        "'true', unknown",
    })
    void readsNumbersAndNothingElse(String told, String expected) {
        var view = new MqttView(List.of(CENTS));
        view.accept(PRICE, told.getBytes(StandardCharsets.UTF_8), false, START);
        assertThat(view.readings(START).getFirst().value())
                .isEqualTo(
                        expected.equals("unknown")
                                ? UNKNOWN
                                : OptionalDouble.of(Double.parseDouble(expected)));
    }

    @Test
    void doesNotBelieveABatteryOfMoreThanAllOfIt() {
        var charge =
                new MqttSignal(
                        Quantity.BATTERY,
                        "car/soc",
                        new Meaning.Scaled(JsonPointer.empty(), 1, 0),
                        Optional.empty(),
                        Optional.of(STALE),
                        false);
        FakeMqttBroker broker = broker();
        MqttSource source = source(broker, charge);
        broker.publish("car/soc", "80");
        becomes(source, Quantity.BATTERY, OptionalDouble.of(80));
        broker.publish("car/soc", "101");
        becomes(source, Quantity.BATTERY, UNKNOWN);
    }

    @Test
    void tellsOnlyWhetherAPositionIsHome() {
        FakeMqttBroker broker = broker();
        MqttSource source = source(broker, HOME);
        broker.publish(PLACE, "{\"lat\": 52.5, \"lon\": 13.4, \"acc\": 20}");
        becomes(source, Quantity.HOME, YES);
        // 150 m to the north, between the circles.
        broker.publish(PLACE, "{\"lat\": 52.501349, \"lon\": 13.4, \"acc\": 20}");
        broker.publish(PLACE, "{\"lat\": 52.501349, \"lon\": 13.4, \"acc\": 60}");
        becomes(source, Quantity.HOME, NO);
        broker.publish(PLACE, "{\"lat\": 52.501349, \"lon\": 13.4, \"acc\": 20}");
        await().until(() -> broker.acknowledged() == 4);
        assertThat(value(source, Quantity.HOME)).isEqualTo(NO);
        broker.publish(PLACE, "{\"lat\": 52.5, \"lon\": 13.4}");
        becomes(source, Quantity.HOME, UNKNOWN);
        assertThat(source.state()).doesNotContain("52.5");
    }

    @Test
    void givesUpABrokerThatSendsTooMuchAndConnectsAgain() {
        FakeMqttBroker broker = broker();
        MqttSource source = source(broker, MAINS);
        broker.publish(PLUG, "x".repeat(MqttLink.MESSAGE_BYTES_MAX + 1));
        await().until(() -> broker.subscriptions() > 1);
        broker.publish(PLUG, plugged(true));
        becomes(source, Quantity.MAINS, YES);
    }

    static LongStream seeds() {
        return LongStream.range(0, 30);
    }

    /** Whatever comes over the wire, it is unknown or true in the end, and the source goes on. */
    @ParameterizedTest
    @MethodSource("seeds")
    void survivesNoiseAndTellsTheTruthAfterwards(long seed) throws Exception {
        var random = new Random(seed);
        FakeMqttBroker broker = broker();
        MqttSource source = source(broker, CHARGER, CENTS);
        for (int i = 0; i < 12; i++) {
            switch (random.nextInt(6)) {
                case 0 -> {
                    var bytes = new byte[1 + random.nextInt(40)];
                    random.nextBytes(bytes);
                    broker.noise(bytes);
                }
                case 1 -> {
                    broker.stop();
                    broker.restart();
                }
                case 2 -> broker.publish(ALIVE, random.nextBoolean() ? "online" : "offline");
                case 3 -> broker.publish(PLUG, plugged(random.nextBoolean()));
                case 4 -> {
                    var bytes = new byte[random.nextInt(300)];
                    random.nextBytes(bytes);
                    broker.publish(PLUG, bytes, random.nextBoolean());
                }
                default -> Thread.sleep(random.nextInt(10));
            }
            assertThat(value(source, Quantity.MAINS)).isIn(YES, NO, UNKNOWN);
        }
        boolean truth = random.nextBoolean();
        // A connection that noise has ended may be on its way out: say it until it is heard.
        await().pollInterval(Duration.ofMillis(20))
                .untilAsserted(() -> {
                    broker.publish(ALIVE, "online");
                    broker.publish(PLUG, plugged(truth));
                    broker.publish(PRICE, "30");
                    assertThat(value(source, Quantity.MAINS)).isEqualTo(truth ? YES : NO);
                    assertThat(value(source, Quantity.PRICE)).isEqualTo(OptionalDouble.of(0.3));
                });
    }
}
