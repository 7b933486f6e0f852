package org.idlefleet.edge.adapter.kuksa;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;

import org.idlefleet.edge.adapter.kuksa.wire.Value;
import org.idlefleet.edge.gate.Quantity;
import org.idlefleet.edge.gate.Reading;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/** The source against a broker over real gRPC; time stands still but where a test moves it. */
class KuksaSourceTest {
    private static final Instant START = Instant.parse("2026-11-22T20:00:00Z");
    private final AtomicReference<Instant> now = new AtomicReference<>(START);

    @TempDir private Path directory;

    @ParameterizedTest
    @EnumSource(VssProfile.class)
    void readsAVehicleByItsOwnVersion(VssProfile profile) throws Exception {
        try (var broker = new FakeBroker();
                var source = source(options(broker))) {
            park(broker, profile);
            awaitParked(source);
            assertThat(source.state()).endsWith("signals of VSS " + profile.release());
        }
    }

    @Test
    void knowsNothingUntilABrokerTells() throws Exception {
        int port;
        try (var broker = new FakeBroker()) {
            port = broker.port();
        }
        try (var source = source(options(port, Optional.empty(), Optional.empty()))) {
            await().until(() -> source.state().contains("UNAVAILABLE"));
            assertAllUnknown(source);
            assertThat(source.provides()).isEqualTo(KuksaSource.usual());
        }
    }

    @Test
    void doubtsSafetyAfterHalfASecondOfSilence() throws Exception {
        try (var broker = new FakeBroker();
                var source = source(options(broker))) {
            park(broker, VssProfile.V5);
            awaitParked(source);
            now.set(START.plusMillis(500));
            assertThat(values(source)).isEqualTo(Vehicle.expected());
            now.set(START.plusMillis(501));
            Map<Quantity, Double> rest = Vehicle.expected();
            rest.keySet().removeIf(Quantity::safety);
            assertThat(values(source)).isEqualTo(rest);
            now.set(START.plusSeconds(31));
            assertAllUnknown(source);
        }
    }

    /** It may have waited in the vehicle or on the way. */
    @Test
    void countsAValuesAgeFromWhenItWasSo() throws Exception {
        try (var broker = new FakeBroker();
                var source = source(options(broker))) {
            park(broker, VssProfile.V6, Set.of(Vehicle.GEAR));
            broker.tell(
                    Vehicle.GEAR, Value.newBuilder().setInt32(126).build(), START.minusMillis(501));
            // What comes after it has come, too.
            broker.tell(Vehicle.SPEED, Vehicle.number(3), START);
            await().until(() -> values(source).getOrDefault(Quantity.SPEED, 0.0) == 3);
            assertThat(values(source)).doesNotContainKey(Quantity.GEAR_PARK);
        }
    }

    @Test
    void saysAtOnceThatTheCarDrivesOff() throws Exception {
        try (var broker = new FakeBroker();
                var source = source(options(broker))) {
            var wakes = new AtomicInteger();
            source.whenChanged(wakes::incrementAndGet);
            park(broker, VssProfile.V4);
            awaitParked(source);
            int before = wakes.get();
            broker.tell(Vehicle.GEAR, Value.newBuilder().setInt32(127).build(), now.get());
            await().until(() -> wakes.get() > before);
            assertThat(values(source)).containsEntry(Quantity.GEAR_PARK, 0.0);
        }
    }

    @Test
    void believesNothingAfterTheBrokerCameBackEmpty() throws Exception {
        try (var broker = new FakeBroker();
                var source = source(options(broker))) {
            park(broker, VssProfile.V6);
            awaitParked(source);
            broker.restart();
            park(broker, VssProfile.V6, Set.of(Vehicle.GEAR));
            await().until(() -> values(source).containsKey(Quantity.SPEED));
            assertThat(values(source)).doesNotContainKey(Quantity.GEAR_PARK);
            broker.tell(Vehicle.GEAR, Value.newBuilder().setInt32(126).build(), now.get());
            awaitParked(source);
        }
    }

    @Test
    void needsTheTokenAndItsScope() throws Exception {
        Path token = directory.resolve("token");
        Files.writeString(token, "old\n");
        try (var broker = new FakeBroker()) {
            broker.wants("new");
            park(broker, VssProfile.V5);
            try (var source =
                    source(options(broker.port(), Optional.empty(), Optional.of(token)))) {
                await().until(() -> source.state().contains("signals.kuksa.token names a file"));
                assertAllUnknown(source);
                broker.denies(true);
                Files.writeString(token, "new\n");
                await().until(() -> source.state().contains("the scope read:Vehicle"));
                assertAllUnknown(source);
                broker.denies(false);
                awaitParked(source);
            }
        }
    }

    @Test
    void speaksTlsAndTrustsOnlyTheNamedCa() throws Exception {
        X509Bundle ca = certificate().setIsCertificateAuthority(true).buildSelfSigned();
        X509Bundle server = certificate().addSanDnsName("broker.car").buildIssuedBy(ca);
        X509Bundle stranger = certificate().setIsCertificateAuthority(true).buildSelfSigned();
        Path trusted = directory.resolve("ca.pem");
        Files.writeString(trusted, ca.getCertificatePEM());
        Path other = directory.resolve("other.pem");
        Files.writeString(other, stranger.getCertificatePEM());
        Path chain = directory.resolve("chain.pem");
        Files.writeString(chain, server.getCertificatePathPEM());
        Path key = directory.resolve("key.pem");
        Files.writeString(key, server.getPrivateKeyPEM());
        try (var broker = new FakeBroker(chain.toFile(), key.toFile())) {
            park(broker, VssProfile.V5);
            try (var source =
                    source(options(broker.port(), Optional.of(other), Optional.empty()))) {
                await().until(() -> source.state().contains("UNAVAILABLE"));
                assertAllUnknown(source);
            }
            try (var source =
                    source(options(broker.port(), Optional.of(trusted), Optional.empty()))) {
                awaitParked(source);
            }
        }
    }

    @Test
    void saysWhatIsWrongWithAVersionNobodyKnows() throws Exception {
        try (var broker = new FakeBroker();
                var source = source(options(broker))) {
            broker.has("Vehicle.VersionVSS.Major", "");
            await().until(() -> source.state().contains("VSS of no version"));
            broker.tell("Vehicle.VersionVSS.Major", Vehicle.uint(2), now.get());
            await().until(() -> source.state().contains("VSS 2.x, expected 3 to 6"));
            assertAllUnknown(source);
        }
    }

    @Test
    void leavesASignalOutWhoseUnitIsAnother() throws Exception {
        try (var broker = new FakeBroker();
                var source = source(options(broker))) {
            Vehicle.parked(VssProfile.V5)
                    .forEach((path, told) ->
                            broker.has(path, path.equals(Vehicle.SPEED) ? "m/s" : told.unit()));
            broker.has("Vehicle.IsMoving", "");
            Vehicle.parked(VssProfile.V5)
                    .forEach((path, told) -> {
                        if (!path.equals("Vehicle.IsMoving")) {
                            broker.tell(path, told.value(), now.get());
                        }
                    });
            await().until(() -> values(source).containsKey(Quantity.GEAR_PARK));
            assertThat(values(source)).doesNotContainKey(Quantity.SPEED);
        }
    }

    private static CertificateBuilder certificate() {
        return new CertificateBuilder()
                .algorithm(CertificateBuilder.Algorithm.ecp256)
                .subject("CN=test");
    }

    private void park(FakeBroker broker, VssProfile profile) {
        park(broker, profile, Set.of());
    }

    private void park(FakeBroker broker, VssProfile profile, Set<String> silent) {
        Vehicle.parked(profile).forEach((path, told) -> broker.has(path, told.unit()));
        Vehicle.parked(profile)
                .forEach((path, told) -> {
                    if (!silent.contains(path)) {
                        broker.tell(path, told.value(), now.get());
                    }
                });
    }

    private KuksaSource source(KuksaOptions options) {
        return new KuksaSource(options, _ -> Duration.ofMillis(20), now::get);
    }

    private static KuksaOptions options(FakeBroker broker) {
        return options(broker.port(), Optional.empty(), Optional.empty());
    }

    private static KuksaOptions options(int port, Optional<Path> ca, Optional<Path> token) {
        return new KuksaOptions(
                "127.0.0.1",
                port,
                ca,
                ca.map(_ -> "broker.car"),
                token,
                Optional.empty(),
                KuksaSource.usual(),
                Set.of(),
                Duration.ofMillis(500),
                Duration.ofSeconds(30),
                Optional.empty());
    }

    private void awaitParked(KuksaSource source) {
        await().untilAsserted(() -> assertThat(values(source)).isEqualTo(Vehicle.expected()));
    }

    private void assertAllUnknown(KuksaSource source) throws IOException {
        assertThat(values(source)).isEmpty();
        assertThat(source.read(now.get())).hasSameSizeAs(KuksaSource.usual());
    }

    private Map<Quantity, Double> values(KuksaSource source) {
        var values = new TreeMap<Quantity, Double>();
        for (Reading reading : source.read(now.get())) {
            assertThat(reading.source()).isEqualTo("kuksa");
            reading.value().ifPresent(value -> values.put(reading.quantity(), value));
        }
        return values;
    }
}
