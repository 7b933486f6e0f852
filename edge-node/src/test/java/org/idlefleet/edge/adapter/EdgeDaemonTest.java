package org.idlefleet.edge.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import org.idlefleet.edge.adapter.config.EdgeConfig;
import org.idlefleet.edge.adapter.diary.DiaryFile;
import org.idlefleet.edge.adapter.onnx.EngineOptions;
import org.idlefleet.edge.adapter.onnx.LocalEmbedder;
import org.idlefleet.edge.adapter.onnx.MiniLm;
import org.idlefleet.edge.adapter.owner.OwnerMode;
import org.idlefleet.edge.adapter.uplink.Renewal;
import org.idlefleet.edge.adapter.uplink.Uplink;
import org.idlefleet.edge.adapter.worker.WorkerLaunch;
import org.idlefleet.edge.diary.ParkSession;
import org.idlefleet.protocol.Digest;
import org.idlefleet.protocol.ItemKind;
import org.idlefleet.protocol.Lease;
import org.idlefleet.protocol.ModelManifest;
import org.idlefleet.protocol.NodeMessage;
import org.idlefleet.protocol.ResultStatement;
import org.idlefleet.protocol.adapter.DeviceKeys;
import org.idlefleet.protocol.adapter.EnrolmentClient;
import org.idlefleet.protocol.adapter.NodeIdentity;
import org.idlefleet.protocol.adapter.NodeSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** A real daemon against a real door: mutual TLS, ONNX Runtime, files. */
class EdgeDaemonTest {
    private static final List<String> TEXTS =
            List.of("The car is parked.", "An idle vehicle stands there.", "She baked a cake.");

    @TempDir static Path shared;
    private static ModelManifest model;
    private static FleetDoor door;

    @TempDir Path directory;
    private Path trace;

    @BeforeAll
    static void open() throws Exception {
        model = MiniLm.withProbe(MiniLm.unpack(shared), shared);
        door = new FleetDoor(shared.resolve("ca"), model, shared);
    }

    @AfterAll
    static void close() {
        door.close();
    }

    @BeforeEach
    void park() throws Exception {
        trace = directory.resolve("trace.txt");
        Files.writeString(trace, "0s vehicle.gear_park yes\n0s power.mains yes\n");
    }

    private EdgeConfig config(String... sets) {
        var all =
                new ArrayList<>(
                        List.of(
                                "node.data=" + directory.resolve("data"),
                                "node.coordinator=" + door.address(),
                                "signals.linux=off",
                                "signals.trace=" + trace,
                                "signals.every=50ms",
                                "rules.settle=0s",
                                // A busy machine must not make signals stale here.
                                "rules.stale=1m",
                                "rules.staleSafety=1m",
                                "uplink.retryMin=50ms",
                                "models.keepFree=0B"));
        all.addAll(Arrays.asList(sets));
        return EdgeConfig.load(Optional.empty(), Map.of(), all);
    }

    private void append(String line) throws Exception {
        Files.writeString(trace, line + "\n", StandardOpenOption.APPEND);
    }

    private static NodeMessage.Offer hearOffer(int slots) throws InterruptedException {
        return door.hear(NodeMessage.Offer.class, offer -> offer.slots() == slots);
    }

    private static byte[] hearOutput(Lease lease) throws InterruptedException {
        return door.hear(NodeMessage.Result.class, result -> result.lease().equals(lease)).output();
    }

    private static void isSignedWithTheKeyOfTheSession(Lease lease, NodeSession session)
            throws Exception {
        NodeMessage.Result result =
                door.hear(NodeMessage.Result.class, heard -> heard.lease().equals(lease));
        assertThat(result.output()).isEqualTo(expected());
        List<byte[]> items =
                TEXTS.stream().map(text -> text.getBytes(StandardCharsets.UTF_8)).toList();
        var statement =
                new ResultStatement(
                        lease,
                        door.manifest,
                        ResultStatement.inputOf(ItemKind.TEXT, items),
                        Digest.of(result.output()),
                        result.commit());
        assertThat(DeviceKeys.verify(session.publicKey(), statement, result.signature())).isTrue();
    }

    private static void awaitStatus(EdgeDaemon daemon, String part) {
        await().atMost(Duration.ofMinutes(1))
                .untilAsserted(() -> assertThat(daemon.status()).contains(part));
    }

    private static byte[] expected() throws Exception {
        try (var local = LocalEmbedder.open(model, shared, EngineOptions.CPU)) {
            return local.embed(TEXTS).raw();
        }
    }

    @Test
    void enrolsFetchesTheModelComputesLetsGoAndComesBack() throws Exception {
        EdgeConfig config = config();
        String token = door.token();
        assertThat(Enrolment.enrol(config, token).owner()).isEqualTo(FleetDoor.ANN);
        assertThatThrownBy(() -> Enrolment.enrol(config, token))
                .hasMessageContaining("this node is enrolled already, as");
        try (EdgeDaemon daemon = EdgeDaemon.start(config, WorkerLaunch.likeThis())) {
            NodeSession session = door.session();
            NodeMessage.Offer offer = hearOffer(2);
            assertThat(offer.models()).hasSize(1);
            assertThat(offer.models().getFirst().workUnitsPerSecond()).isPositive();
            isSignedWithTheKeyOfTheSession(door.assign(session, TEXTS), session);

            append("0s vehicle.gear_park no");
            hearOffer(0);
            Lease late = door.assign(session, TEXTS);
            assertThat(
                            door.hear(
                                            NodeMessage.Release.class,
                                            release -> release.lease().equals(late))
                                    .reason())
                    .contains("vehicle.gear_park is no");
            awaitStatus(daemon, "\"gate\" : \"closed\"");

            append("0s vehicle.gear_park yes");
            hearOffer(2);
            assertThat(hearOutput(door.assign(session, TEXTS))).isEqualTo(expected());

            session.send(List.of(FleetDoor.earnings()));
            awaitStatus(daemon, "\"state\" : \"probation\"");
            assertThat(daemon.status())
                    .contains(
                            "\"escrowMicros\" : 15",
                            "\"probationUntil\" : \"2026-01-03T00:00:00Z\"",
                            "\"checked\" : 11",
                            "\"outvoted\" : 1",
                            "\"job\" : \"job-17\"",
                            "\"node\" : \"ann-car\"",
                            "\"released\" : 3",
                            "\"againstExpectation\" : 2.0");

            OwnerMode.write(config.data(), new OwnerMode.Pause(Optional.empty()));
            hearOffer(0);
            OwnerMode.write(config.data(), new OwnerMode.Run());
            hearOffer(2);

            assertThatThrownBy(() -> EdgeDaemon.start(config, WorkerLaunch.likeThis()))
                    .hasMessageContaining("another edge daemon (process ");
        }
        assertThat(EdgeDaemon.status(config.data()))
                .hasValueSatisfying(status -> assertThat(status).contains("\"finished\" : 2"));
        List<ParkSession> sessions =
                DiaryFile.read(DataDirectory.diary(config.data())).sessions(10).reversed();
        assertThat(sessions)
                .extracting(session -> session.reason().orElse("none").replaceAll(" \\(.*", ""))
                .containsExactly(
                        "parked: vehicle.gear_park is no",
                        "owner: owner.paused is yes",
                        "the node was stopped");
        assertThat(sessions)
                .extracting(session -> session.usage().shards())
                .containsExactly(1L, 1L, 0L);
        assertThat(sessions.getFirst().usage().computeMillis()).isPositive();
        assertThat(sessions.getFirst().usage().receivedBytes())
                .isGreaterThan(model.files().stream().mapToLong(file -> file.bytes()).sum());
        try (EdgeDaemon again = EdgeDaemon.start(config, WorkerLaunch.likeThis())) {
            NodeSession session = door.session();
            hearOffer(2);
            assertThat(hearOutput(door.assign(session, TEXTS))).isEqualTo(expected());
            session.close("the coordinator restarts");
            NodeSession next = door.session();
            hearOffer(2);
            assertThat(hearOutput(door.assign(next, TEXTS))).isEqualTo(expected());
            awaitStatus(again, "\"stage\" : \"warm\"");
        }
    }

    @Test
    void fetchesNothingOverANetworkThatCostsByVolumeAlthoughItMayCompute() throws Exception {
        append("0s network.metered yes");
        EdgeConfig config = config("rules.metered=off");
        Enrolment.enrol(config, door.token());
        try (EdgeDaemon daemon = EdgeDaemon.start(config, WorkerLaunch.likeThis())) {
            NodeSession session = door.session();
            awaitStatus(daemon, "\"fetchHeld\" : \"models.unmeteredOnly: network.metered is yes");
            append("0s network.metered unknown");
            append("0s network.metered no");
            hearOffer(2);
            awaitStatus(daemon, "\"fetchHeld\" : \"\"");
            assertThat(hearOutput(door.assign(session, TEXTS))).isEqualTo(expected());
        }
    }

    @Test
    void releasesARunningShardWhenTheCarDrivesOff() throws Exception {
        EdgeConfig config = config("faults.delay=10m");
        Enrolment.enrol(config, door.token());
        try (EdgeDaemon daemon = EdgeDaemon.start(config, WorkerLaunch.likeThis())) {
            NodeSession session = door.session();
            hearOffer(2);
            Lease running = door.assign(session, TEXTS);
            Lease waiting = door.assign(session, TEXTS);
            door.hear(NodeMessage.Heartbeat.class, _ -> true);
            append("0s vehicle.gear_park no");
            door.hear(NodeMessage.Release.class, release -> release.lease().equals(running));
            door.hear(NodeMessage.Release.class, release -> release.lease().equals(waiting));
            awaitStatus(daemon, "\"computing\" : 0");
        }
    }

    @Test
    void finishesWhatItHoldsWhenItIsShutDown() throws Exception {
        EdgeConfig config = config("faults.delay=1500ms");
        Enrolment.enrol(config, door.token());
        EdgeDaemon daemon = EdgeDaemon.start(config, WorkerLaunch.likeThis());
        NodeSession session = door.session();
        hearOffer(2);
        Lease one = door.assign(session, TEXTS);
        Lease two = door.assign(session, TEXTS);
        door.hear(NodeMessage.Heartbeat.class, _ -> true);
        daemon.shutdown();
        assertThat(hearOutput(one)).isEqualTo(expected());
        assertThat(hearOutput(two)).isEqualTo(expected());
        daemon.awaitEnd();
    }

    @Test
    void getsItsNextCertificateInGoodTime() throws Exception {
        EdgeConfig config = config();
        NodeIdentity first = Enrolment.enrol(config, door.token());
        var renewed = new CountDownLatch(1);
        Path identity = DataDirectory.identity(config.data());
        try (var uplink = new Uplink(config.coordinator(), first, InstantSource.system(), _ -> {});
                var timer = Executors.newSingleThreadScheduledExecutor()) {
            new Renewal(
                            uplink,
                            new EnrolmentClient(config.coordinator(), Duration.ofMinutes(1)),
                            identity,
                            timer,
                            () -> first.renewAt().plusSeconds(1),
                            _ -> Duration.ofMillis(10),
                            () -> {
                                timer.shutdown();
                                renewed.countDown();
                            })
                    .plan();
            assertThat(renewed.await(1, TimeUnit.MINUTES)).isTrue();
            assertThat(uplink.identity().node()).isEqualTo(first.node());
            assertThat(uplink.identity().credentials().key())
                    .isNotEqualTo(first.credentials().key());
            assertThat(NodeIdentity.load(identity).credentials().certificate())
                    .isEqualTo(uplink.identity().credentials().certificate());
        }
    }

    @Test
    void liesOnlyWhenItIsToldTo() throws Exception {
        EdgeConfig config = config("faults.lie=1.0");
        Enrolment.enrol(config, door.token());
        try (EdgeDaemon _ = EdgeDaemon.start(config, WorkerLaunch.likeThis())) {
            NodeSession session = door.session();
            hearOffer(2);
            byte[] honest = expected();
            byte[] told = hearOutput(door.assign(session, TEXTS));
            assertThat(told).hasSameSizeAs(honest).isNotEqualTo(honest);
        }
    }

    @Test
    void saysWhatToDoWhenItIsNotEnrolledOrItsTokenIsUsed() throws Exception {
        assertThatThrownBy(() -> EdgeDaemon.start(config(), WorkerLaunch.likeThis()))
                .hasMessageContaining("enrol this node with a token of its owner");
        String token = door.token();
        Enrolment.enrol(config(), token);
        EdgeConfig other = config("node.data=" + directory.resolve("other"));
        assertThatThrownBy(() -> Enrolment.enrol(other, token))
                .hasMessageContaining("the token was used already");
    }
}
