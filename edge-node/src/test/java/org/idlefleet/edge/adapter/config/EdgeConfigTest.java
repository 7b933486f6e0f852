package org.idlefleet.edge.adapter.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.idlefleet.edge.adapter.kuksa.KuksaOptions;
import org.idlefleet.edge.adapter.kuksa.VssProfile;
import org.idlefleet.edge.adapter.mqtt.MqttOptions;
import org.idlefleet.edge.adapter.mqtt.MqttSignal;
import org.idlefleet.edge.gate.Quantity;
import org.idlefleet.edge.gate.Rule;
import org.idlefleet.protocol.adapter.ConfigException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import tools.jackson.core.JsonPointer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DayOfWeek;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

class EdgeConfigTest {
    private static final String NODE = "node: {data: /var/lib/x, coordinator: fleet.example}\n";

    @TempDir Path directory;
    private Path file;

    @BeforeEach
    void name() {
        file = directory.resolve("edge.yaml");
    }

    private EdgeConfig load(String yaml, String... sets) throws IOException {
        Files.writeString(file, yaml);
        return EdgeConfig.load(file, Map.of(), List.of(sets));
    }

    private static List<String> ruleNames(EdgeConfig config, Quantity... provided) {
        Set<Quantity> set = EnumSet.noneOf(Quantity.class);
        set.addAll(List.of(provided));
        return config.rules().rules(set).stream().map(Rule::name).toList();
    }

    @Test
    void needsOnlyADirectoryAndACoordinator() throws IOException {
        EdgeConfig config = load(NODE);
        assertThat(config.coordinator().toString()).isEqualTo("fleet.example:7443");
        assertThat(config.engine().slots()).isEqualTo(2);
        assertThat(config.faults().any()).isFalse();
        assertThatThrownBy(() -> load("node: {data: x}"))
                .hasMessage(
                        "'node.coordinator' is not set: name the coordinator as HOST or HOST:PORT");
    }

    @Test
    void letsCommandLineWinOverEnvironmentOverFile() throws IOException {
        Files.writeString(file, NODE + "engine: {threads: 2, lanes: 2, memory: 1GiB}\n");
        EdgeConfig config =
                EdgeConfig.load(
                        file,
                        Map.of(
                                "IDLEFLEET_EDGE_ENGINE__THREADS", "3",
                                "IDLEFLEET_EDGE_ENGINE__LANES", "3",
                                "PATH", "/bin"),
                        List.of("engine.threads=4"));
        assertThat(config.engine().threads()).isEqualTo(4);
        assertThat(config.engine().lanes()).isEqualTo(3);
        assertThat(config.engine().memoryBytes()).isEqualTo(1L << 30);
    }

    @Test
    void namesLineAndNearestKeyWhenOneIsUnknown() {
        assertThatThrownBy(() -> load(NODE + "engine:\n  thread: 2\n"))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("edge.yaml:3: unknown key 'engine.thread'")
                .hasMessageContaining("did you mean 'threads'");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "engine.lanes=0 | 'engine.lanes' must be from 1 to 2048, found 0",
                "engine.slots=1 | ok",
                "engine.provider=gpu | 'engine.provider' must be one of auto, cpu",
                "engine.memory=2G | 'engine.memory' must be a size such as 512MiB",
                "node.drainLimit=5 | 'node.drainLimit' must be a time such as 500ms",
                "node.coordinator=ftp://x | 'node.coordinator' must be HOST or HOST:PORT",
                "uplink.retryMax=10ms | 'uplink.retryMax' must be at least uplink.retryMin, 1s",
                "signals.every=0s | 'signals.every' must be more than nothing",
                "signals.bus=dbus | 'signals.bus' must be auto, off or an address such as unix:",
                "signals.home.latitude=north | 'signals.home.latitude' must be degrees",
                "signals.home.latitude=52 | 'signals.home.longitude' must be degrees",
                "rules.power=maybe | 'rules.power' must be one of on, off, auto",
                "rules.batteryResume=10 | 'rules.batteryResume' must be at least"
                        + " rules.batteryFloor",
                "rules.temperatureResume=99 | 'rules.temperatureResume' must be at most",
                "rules.hours=25:00-26:00 | 'rules.hours' must be a list of spans",
                "rules.hours=Foo 22:00-06:00 | 'rules.hours' must be a list of spans",
                "rules.tariff=22:00-06:00 | 'rules.tariff' must be a list of spans with a price",
                "rules.onBattery=perhaps | 'rules.onBattery' must be true or false",
                "rules.batteryFloor=1e1 | 'rules.batteryFloor' must be from 0 to 100, found '1e1'",
                "rules.priceSettle=1 | 'rules.priceSettle' must be a time such as 500ms",
                "rules.staleSafety=0ms | 'rules.staleSafety' must be more than nothing",
                "rules.powre=on | unknown key 'rules.powre'; did you mean 'power'?",
                "rules.zone=Mars | 'rules.zone' must be a time zone",
                "faults.lie=2 | 'faults.lie' must be from 0 to 1, found 2"
            })
    void saysWhatAValueMustBe(String set, String message) throws IOException {
        if (message.equals("ok")) {
            assertThat(load(NODE, set)).isNotNull();
        } else {
            assertThatThrownBy(() -> load(NODE, set))
                    .isInstanceOf(ConfigException.class)
                    .hasMessageContaining(message);
        }
    }

    @Test
    void takesAProvidersOwnOptions() throws IOException {
        EdgeConfig config =
                load(NODE + "engine: {provider: cuda, options: {device: 1, gpu_mem_limit: 99}}");
        assertThat(config.engine().options())
                .containsExactly(Map.entry("device", "1"), Map.entry("gpu_mem_limit", "99"));
    }

    @Test
    void countsARuleOnlyWhereTheDeviceCanTell() throws IOException {
        EdgeConfig config = load(NODE);
        assertThat(ruleNames(config)).containsExactly("owner");
        assertThat(ruleNames(config, Quantity.MAINS, Quantity.TEMPERATURE, Quantity.GEAR_PARK))
                .containsExactly("owner", "parked", "power", "temperature");
        assertThat(ruleNames(load(NODE, "rules.temperature=on")))
                .as("on without a source keeps the gate closed")
                .containsExactly("owner", "temperature");
        assertThat(ruleNames(load(NODE, "rules.power=off"), Quantity.MAINS))
                .containsExactly("owner");
    }

    @Test
    void readsHoursWithDays() throws IOException {
        EdgeConfig config =
                load(
                        NODE
                                + "rules:\n"
                                + "  zone: UTC\n"
                                + "  hours: ['Sat-Mon 22:00-06:00', '12:00-13:00']\n");
        Rule.Hours hours = (Rule.Hours) config.rules().rules(Set.of()).getLast();
        assertThat(hours.windows().getFirst().days())
                .containsExactlyInAnyOrder(DayOfWeek.SATURDAY, DayOfWeek.SUNDAY, DayOfWeek.MONDAY);
        assertThat(hours.windows().get(1).days()).hasSize(7);
    }

    @Test
    void givesEachRuleADwellOfItsOwn() throws IOException {
        List<Rule> rules =
                load(NODE, "rules.temperatureSettle=5m")
                        .rules()
                        .rules(EnumSet.of(Quantity.TEMPERATURE, Quantity.OTHER_LOAD));
        assertThat(rules)
                .filteredOn(Rule.Threshold.class::isInstance)
                .extracting(rule -> ((Rule.Threshold) rule).dwell())
                .containsExactly(Duration.ZERO, Duration.ofMinutes(5), Duration.ofSeconds(30));
    }

    @Test
    void asksAVehicleOnlyWhereItsBrokerIsNamedAndSendsNoTokenInTheClear() throws IOException {
        assertThat(load(NODE).signals().kuksa()).isEmpty();
        KuksaOptions local =
                load(NODE, "signals.kuksa.address=localhost", "signals.kuksa.vss=4.0")
                        .signals()
                        .kuksa()
                        .orElseThrow();
        assertThat(local.port()).isEqualTo(55555);
        assertThat(local.profile()).contains(VssProfile.V4);
        assertThat(local.quantities()).contains(Quantity.GEAR_PARK, Quantity.DISCHARGING);
        assertThat(local.stale()).isEqualTo(Duration.ofMillis(500));
        assertThatThrownBy(() -> load(NODE, "signals.kuksa.address=car:1", "signals.kuksa.token=t"))
                .hasMessageStartingWith("'signals.kuksa.ca' must be set where");
        String wrong = "signals: {kuksa: {address: car, quantities: [vehicle.gear]}}\n";
        assertThatThrownBy(() -> load(NODE + wrong)).hasMessageContaining("vehicle.gear_park");
    }

    private static final String MQTT = NODE + "signals: {mqtt: {address: broker, topics: ";

    @Test
    void readsTopicsWithTheirUsualValues() throws IOException {
        EdgeConfig config =
                load(
                        NODE
                                + """
                                signals:
                                  home: {latitude: 52.5, longitude: 13.4}
                                  mqtt:
                                    address: broker.home
                                    topics:
                                      - {signal: power.mains, topic: w/s, pointer: /plugged,
                                         yes: [2, 3], no: [1], alive: w/lwt}
                                      - {signal: power.price, topic: e/p, scale: 0.001, stale: 1h}
                                      - {signal: place.home, topic: o/t, latitude: /lat,
                                         longitude: /lon}
                                      - {signal: owner.allowed, topic: h/a, retained: true}
                                """);
        MqttOptions mqtt = config.signals().mqtt().orElseThrow();
        assertThat(mqtt.port()).isEqualTo(1883);
        assertThat(mqtt.tellsPosition()).isTrue();
        MqttSignal mains = mqtt.signals().get(0);
        assertThat(mains.meaning())
                .isEqualTo(
                        new MqttSignal.Meaning.YesNo(
                                JsonPointer.compile("/plugged"), Set.of("2", "3"), Set.of("1")));
        assertThat(mains.alive()).contains(new MqttSignal.Alive("w/lwt", "online"));
        assertThat(mains.stale()).isEmpty();
        MqttSignal price = mqtt.signals().get(1);
        assertThat(price.meaning())
                .isEqualTo(new MqttSignal.Meaning.Scaled(JsonPointer.empty(), 0.001, 0));
        assertThat(price.stale()).contains(Duration.ofHours(1));
        MqttSignal allowed = mqtt.signals().get(3);
        assertThat(allowed.retained()).isTrue();
        assertThat(allowed.stale()).contains(Duration.ofMinutes(5));
        assertThat(load(NODE).signals().mqtt()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "[] | a list of 1 to 100 topics, found 0",
                "[{topic: a}] | 'signals.mqtt.topics.signal' must be a quantity",
                "[{signal: vehicle.speed, topic: a}] | signals.kuksa tells that",
                "[{signal: vehicle.gear_park, topic: a, retained: true}] | nothing about driving",
                "[{signal: today.load, topic: a}] | something that the node does not know itself",
                "[{signal: owner.paused, topic: a}] | something that the node does not know",
                "[{signal: power.price, topic: a/#}] | a topic without + and #",
                "[{signal: power.price}] | 'signals.mqtt.topics[power.price].topic' must be a"
                        + " topic",
                "[{signal: power.price, topic: a, scale: much}] | must be a number",
                "[{signal: power.price, topic: a, yes: [x]}] | a signal that is yes or no",
                "[{signal: power.mains, topic: a, scale: 2}] | set for a number",
                "[{signal: power.mains, topic: a, yes: [x, Y], no: [y]}] | other words than in no",
                "[{signal: power.mains, topic: a, pointer: x}] | a JSON pointer such as",
                "[{signal: power.mains, topic: a, latitude: /x}] | with latitude and longitude",
                "[{signal: place.home, topic: a, latitude: /x, longitude: /y}] |"
                        + " 'signals.home.latitude' must be set",
                "[{signal: power.mains, topic: a}, {signal: power.mains, topic: b}] | each signal"
                        + " once",
                "[{signal: power.mains, topic: a, stale: 0s}] | must be more than nothing",
                "[{signal: power.mains, topic: a, retained: perhaps}] | one of true, false",
                "[{signal: power.mains, topic: a, topik: b}] | topik",
            })
    void saysWhatIsWrongWithATopic(String topics, String message) {
        assertThatThrownBy(() -> load(MQTT + topics + "}}\n"))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(message);
    }

    @Test
    void topicsCanBeSetOnTheCommandLineToo() throws IOException {
        String topics = "[{signal: power.mains, topic: wallbox/1, yes: [2, 3], no: [1]}]";
        EdgeConfig config =
                load(NODE, "signals.mqtt.address=broker", "signals.mqtt.topics=" + topics);
        MqttSignal mains = config.signals().mqtt().orElseThrow().signals().getFirst();
        assertThat(mains.topic()).isEqualTo("wallbox/1");
        assertThat(mains.quantity()).isEqualTo(Quantity.MAINS);
        assertThatThrownBy(() -> load(NODE, "signals.mqtt.topics=[{signal: "))
                .hasMessageContaining("'signals.mqtt.topics' is no list as YAML writes it");
        assertThatThrownBy(() ->
                        load(
                                NODE,
                                "signals.mqtt.address=broker",
                                "signals.mqtt.topics=[{signal: power.mains, topik: b}]"))
                .hasMessageContaining("topik");
    }

    @Test
    void sendsNoPasswordOverANetworkThatAnybodyMayRead() throws IOException {
        String topics = "[{signal: power.mains, topic: a}], user: ann, password: /p";
        assertThatThrownBy(() -> load(MQTT + topics + "}}\n"))
                .hasMessageContaining("'signals.mqtt.ca' must be set where signals.mqtt.user");
        assertThat(load(MQTT + topics + ", plain: true}}\n").signals().mqtt()).isPresent();
        EdgeConfig safe = load(MQTT + topics + ", ca: /ca.pem}}\n");
        assertThat(safe.signals().mqtt().orElseThrow().port()).isEqualTo(8883);
        EdgeConfig near = load(MQTT.replace("broker", "localhost") + topics + "}}\n");
        assertThat(near.signals().mqtt()).isPresent();
    }

    /** An owner who draws his home believes that it counts. */
    @Test
    void refusesAHomeThatNobodyLooksFor() {
        assertThatThrownBy(() ->
                        load(NODE + "signals: {home: {latitude: 52.123, longitude: 13.456}}\n"))
                .hasMessageContaining("nobody who tells a position")
                .hasMessageNotContaining("52.123");
        assertThatThrownBy(() ->
                        load(NODE + "signals: {kuksa: {address: car, quantities: [place.home]}}\n"))
                .hasMessageContaining("'signals.home.latitude' must be set");
    }
}
