package org.idlefleet.edge.adapter.tuf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.idlefleet.edge.adapter.tuf.Publisher.LATER;
import static org.idlefleet.edge.adapter.tuf.Publisher.NOW;

import com.sun.net.httpserver.HttpServer;

import org.idlefleet.edge.adapter.tuf.Repository.Signer;
import org.idlefleet.edge.adapter.tuf.TufClient.Target;
import org.idlefleet.protocol.Digest;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import tools.jackson.databind.node.ObjectNode;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;

/** The attacks that the specification of The Update Framework lists, and its recoveries. */
class TufAttacksTest {
    private static final Target GOOD = new Target(5, Digest.of(new byte[] {1, 2, 3, 4, 5}));
    private static final Target EVIL = new Target(4, Digest.of(new byte[] {6, 6, 6, 6}));

    private final Publisher repository = new Publisher();
    private final MemoryStore store = new MemoryStore();
    private final TufClient client = new TufClient(repository, store);

    @BeforeEach
    void trustsAFirstVersion() throws Exception {
        client.trust(repository.root(1));
        repository.publish(10, 10, 10, Map.of("model", GOOD));
        assertThat(client.update(NOW).find("model")).contains(GOOD);
    }

    @Test
    void takesWhatIsNew() throws Exception {
        repository.publish(11, 11, 11, Map.of("model", GOOD, "more", EVIL));
        assertThat(client.update(NOW).all()).containsOnlyKeys("model", "more");
    }

    @Test
    void arbitrarySoftware() {
        repository.keys.put(Role.TARGETS, List.of(SigningKey.generate()));
        repository.publish(11, 11, 11, Map.of("model", EVIL));
        assertRefused("targets version 11 needs 1 signatures of its keys, found 0");
    }

    @Test
    void rollbackOfTheRoot() {
        repository.files.put(
                "2.root.json", Objects.requireNonNull(repository.files.get("1.root.json")));
        assertRefused("2.root.json says that it is version 1");
    }

    @Test
    void rollbackOfTheTimestamp() {
        repository.publish(9, 10, 10, Map.of("model", GOOD));
        assertRefused("timestamp went back from version 10 to 9");
    }

    @Test
    void rollbackOfTheSnapshot() {
        repository.publish(11, 9, 10, Map.of("model", GOOD));
        assertRefused("snapshot went back from version 10 to 9");
    }

    @Test
    void rollbackOfTheTargets() {
        repository.publish(11, 11, 9, Map.of("model", EVIL));
        assertRefused("targets went back from version 10 to 9");
    }

    @Test
    void rollbackByLeavingTheTargetsOut() {
        byte[] lists =
                repository.put(
                        Role.SNAPSHOT, 11, LATER, Signer.listing(Role.ROOT, new byte[] {'0'}));
        repository.put(Role.TIMESTAMP, 11, LATER, Signer.listing(Role.SNAPSHOT, lists));
        assertRefused("targets went back from version 10 to 0");
    }

    @Test
    void aSecondStoryOfOneVersionIsNotListenedTo() throws Exception {
        repository.publish(10, 11, 11, Map.of("model", EVIL));
        assertThat(client.update(NOW).find("model")).contains(GOOD);
    }

    @Test
    void fastForwardIsRecoveredFromByNewKeys() throws Exception {
        long far = Long.MAX_VALUE;
        repository.publish(far, far, 10, Map.of("model", GOOD));
        client.update(NOW);
        repository.publish(11, 11, 10, Map.of("model", GOOD));
        assertRefused("timestamp went back");
        repository.rotate(Role.TIMESTAMP);
        repository.rotate(Role.SNAPSHOT);
        repository.root(2);
        repository.publish(12, 12, 11, Map.of("model", GOOD));
        assertThat(client.update(NOW).version()).isEqualTo(11);
    }

    @ParameterizedTest
    @EnumSource(Role.class)
    void freezeByMetadataThatHasEnded(Role role) {
        if (role == Role.ROOT) {
            repository.root(2, NOW, repository.signers(Role.ROOT));
        }
        var ends = role == Role.TARGETS ? NOW : LATER;
        byte[] list = repository.put(Role.TARGETS, 11, ends, Signer.targets(Map.of("model", GOOD)));
        byte[] lists =
                repository.put(
                        Role.SNAPSHOT,
                        11,
                        role == Role.SNAPSHOT ? NOW : LATER,
                        Signer.listing(Role.TARGETS, list));
        repository.put(
                Role.TIMESTAMP,
                11,
                role == Role.TIMESTAMP ? NOW : LATER,
                Signer.listing(Role.SNAPSHOT, lists));
        assertRefused(role.key() + " version " + (role == Role.ROOT ? 2 : 11) + " ended at");
    }

    @Test
    void freezeByAServerThatRepeatsItself() {
        assertThatThrownBy(() -> client.update(LATER)).hasMessageContaining("ended at");
        assertThat(known(LATER)).isEmpty();
        assertThat(known(NOW)).isPresent();
    }

    @Test
    void mixAndMatch() {
        byte[] old = Objects.requireNonNull(repository.files.get("10.targets.json"));
        repository.publish(11, 11, 11, Map.of("model", EVIL));
        repository.files.put("11.targets.json", old);
        assertRefused("targets is not the version 11 that is listed");
        repository.publish(12, 12, 12, Map.of("model", EVIL));
        repository.files.put(
                "12.snapshot.json",
                Objects.requireNonNull(repository.files.get("11.snapshot.json")));
        assertRefused("snapshot is not the version 12 that is listed");
    }

    @Test
    void endlessData() {
        for (String name : List.of("2.root.json", "timestamp.json")) {
            repository.files.put(name, new byte[(1 << 20)]);
            assertRefused("bytes, found more");
            repository.files.remove(name);
        }
        assertThat(repository.asked).allMatch(max -> max <= Role.TARGETS.bytesMax());
    }

    @Test
    void endlessRoots() throws Exception {
        var endless = new ArrayList<String>();
        Metadata source =
                (name, max) -> {
                    endless.add(name);
                    return name.endsWith(".root.json")
                            ? Optional.of(repository.root(Long.parseLong(name.split("\\.")[0])))
                            : repository.fetch(name, max);
                };
        new TufClient(source, store).update(NOW);
        assertThat(endless).hasSize(TufClient.ROOTS_MAX + 3);
    }

    @Test
    void wrongKeys() {
        repository.publish(11, 11, 11, Map.of("model", EVIL));
        repository.put(
                Role.TIMESTAMP,
                12,
                LATER,
                Signer.listing(
                        Role.SNAPSHOT,
                        Objects.requireNonNull(repository.files.get("11.snapshot.json"))),
                repository.signers(Role.TARGETS));
        assertRefused("timestamp version 12 needs 1 signatures of its keys, found 0");
    }

    @Test
    void tooFewKeysOfTheRootAndOneThatSignsTwice() {
        SigningKey one = repository.signers(Role.ROOT).getFirst();
        repository.root(2, List.of(one));
        assertRefused("root version 2 needs 2 signatures of its keys, found 1");
        repository.root(2, List.of(one, one, one));
        assertRefused("root version 2 needs 2 signatures of its keys, found 1");
    }

    @Test
    void aNewRootNeedsTheOldKeysAndItsOwn() throws Exception {
        List<SigningKey> old = repository.signers(Role.ROOT);
        List<SigningKey> fresh = List.of(SigningKey.generate(), SigningKey.generate());
        repository.keys.put(Role.ROOT, fresh);
        repository.root(2, fresh);
        assertRefused("root version 2 needs 2 signatures of its keys, found 0");
        repository.root(2, old);
        assertRefused("root version 2 needs 2 signatures of its keys, found 0");
        var both = new ArrayList<>(old);
        both.addAll(fresh);
        repository.root(2, both);
        assertThat(client.update(NOW).version()).isEqualTo(10);
        repository.root(3, old);
        assertRefused("root version 3 needs 2 signatures of its keys, found 0");
    }

    @Test
    void aKeyUnderAForeignName() {
        var evil = Signer.root(2, LATER, repository.keys);
        var key = SigningKey.generate();
        SigningKey good = repository.signers(Role.ROOT).getFirst();
        ((ObjectNode) evil.path("keys")).set(good.id(), key.describe());
        repository.files.put("2.root.json", Signer.sign(evil, List.of(key)));
        assertRefused("root version 2 needs 2 signatures of its keys, found 0");
    }

    @Test
    void aCompromisedKeyIsWorthNothingAfterItsRotation() throws Exception {
        SigningKey stolen = repository.rotate(Role.TARGETS);
        repository.root(2);
        repository.publish(11, 11, 11, Map.of("model", GOOD));
        assertThat(client.update(NOW).version()).isEqualTo(11);
        byte[] list =
                repository.put(
                        Role.TARGETS,
                        12,
                        LATER,
                        Signer.targets(Map.of("model", EVIL)),
                        List.of(stolen));
        byte[] lists = repository.put(Role.SNAPSHOT, 12, LATER, Signer.listing(Role.TARGETS, list));
        repository.put(Role.TIMESTAMP, 12, LATER, Signer.listing(Role.SNAPSHOT, lists));
        assertRefused("targets version 12 needs 1 signatures of its keys, found 0");
    }

    @Test
    void slowRetrieval() throws Exception {
        var end = new CountDownLatch(1);
        HttpServer server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext(
                "/",
                exchange -> {
                    exchange.sendResponseHeaders(200, 1000);
                    exchange.getResponseBody().write('{');
                    exchange.getResponseBody().flush();
                    try {
                        end.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                });
        server.setExecutor(task -> Thread.ofVirtual().start(task));
        server.start();
        try {
            URI base = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/");
            var slow = new HttpMetadata(base, Duration.ofMillis(200));
            assertThatThrownBy(() -> slow.fetch("timestamp.json", 100_000))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("took longer than");
            var endless = new HttpMetadata(base, Duration.ofMinutes(5));
            assertThatThrownBy(() -> endless.fetch("timestamp.json", 0))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("can't be had");
        } finally {
            end.countDown();
            server.stop(0);
        }
    }

    @Test
    void wrongShapes() {
        for (String text :
                List.of(
                        "",
                        "[]",
                        "{}",
                        "{\"signed\":{\"_type\":\"timestamp\"}}",
                        "{\"signed\":{\"_type\":\"timestamp\",\"version\":1.5,\"spec_version\":\"1.0\"}}",
                        "{\"signed\":1,\"signed\":2}",
                        "[".repeat(5000))) {
            repository.files.put("timestamp.json", text.getBytes(StandardCharsets.UTF_8));
            assertThatThrownBy(() -> client.update(NOW)).isInstanceOf(UntrustedException.class);
        }
    }

    /** A power cut before or after any write: the next start has the old or the new, whole. */
    @Test
    void aPowerCutAtEveryWrite() throws Exception {
        repository.rotate(Role.TIMESTAMP);
        repository.root(2);
        repository.rotate(Role.TARGETS);
        repository.root(3);
        repository.publish(11, 11, 11, Map.of("model", EVIL));
        Map<String, byte[]> before = Map.copyOf(store.files);
        int cuts = 0;
        for (boolean after : new boolean[] {false, true}) {
            for (int writes = 0; ; writes++) {
                store.files.clear();
                store.files.putAll(before);
                store.cutAfter(writes, after);
                boolean cut = false;
                try {
                    client.update(NOW);
                } catch (IOException e) {
                    cut = true;
                }
                store.powerOn();
                var restarted = new TufClient(repository, store);
                restarted.known(NOW).ifPresent(known -> assertThat(known.version()).isIn(10L, 11L));
                assertThat(restarted.update(NOW).version()).isEqualTo(11);
                assertThat(restarted.update(NOW).find("model")).contains(EVIL);
                if (!cut) {
                    break;
                }
                cuts++;
            }
        }
        assertThat(cuts).isGreaterThan(10);
    }

    private Optional<TufClient.Targets> known(Instant now) {
        try {
            return client.known(now);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void assertRefused(String why) {
        assertThatThrownBy(() -> client.update(NOW))
                .isInstanceOf(UntrustedException.class)
                .hasMessageContaining(why);
    }
}
