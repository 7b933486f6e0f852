package org.idlefleet.edge.adapter;

import static org.assertj.core.api.Assertions.assertThat;

import org.idlefleet.edge.adapter.config.EdgeConfig;
import org.idlefleet.protocol.Digest;
import org.idlefleet.protocol.NodeId;
import org.idlefleet.protocol.NodeMessage;
import org.idlefleet.protocol.OwnerId;
import org.idlefleet.protocol.adapter.CertificateAuthority;
import org.idlefleet.protocol.adapter.EnrolmentAnswer;
import org.idlefleet.protocol.adapter.EnrolmentDesk;
import org.idlefleet.protocol.adapter.EnrolmentToken;
import org.idlefleet.protocol.adapter.NodeIdentity;
import org.idlefleet.protocol.adapter.NodeServer;
import org.idlefleet.protocol.adapter.NodeSession;
import org.idlefleet.protocol.adapter.WireLimits;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A device that is killed (kill -9) while it waits for its first certificate. */
class EnrolmentKillTest {
    private static final OwnerId ANN = new OwnerId("ann");

    @TempDir Path directory;

    /** Keeps the first request for ever; its token counts for the key of that one from then on. */
    private static final class Desk implements EnrolmentDesk, NodeServer.Handler {
        private final BlockingQueue<Digest> asked = new LinkedBlockingQueue<>();
        private Optional<Digest> first = Optional.empty();

        @Override
        public CompletionStage<EnrolmentAnswer> redeem(Digest token, Digest key) {
            asked.add(key);
            if (first.isEmpty()) {
                first = Optional.of(key);
                return new CompletableFuture<>();
            }
            return CompletableFuture.completedStage(
                    first.get().equals(key)
                            ? new EnrolmentAnswer.Granted(ANN, new NodeId("node"))
                            : new EnrolmentAnswer.Refused("the token was used already"));
        }

        @Override
        public CompletionStage<EnrolmentAnswer> renew(NodeId node, OwnerId owner, Digest key) {
            throw new AssertionError("nobody renews here");
        }

        @Override
        public void opened(NodeSession session) {}

        @Override
        public void received(NodeSession session, List<NodeMessage> messages) {}

        @Override
        public void closed(NodeSession session, String reason) {}
    }

    /** The device: its data directory, the coordinator's door, the token. */
    static final class Device {
        private Device() {}

        public static void main(String[] args) throws Exception {
            Enrolment.enrol(config(Path.of(args[0]), args[1]), args[2]);
        }
    }

    private static EdgeConfig config(Path data, String door) {
        return EdgeConfig.load(
                Optional.empty(),
                Map.of(),
                List.of("node.data=" + data, "node.coordinator=" + door));
    }

    @Test
    void asksAgainWithTheSameKey() throws Exception {
        CertificateAuthority authority =
                CertificateAuthority.open(directory.resolve("ca"), InstantSource.system());
        var token = EnrolmentToken.create(ANN, authority.fingerprint(), new SecureRandom());
        Path data = directory.resolve("node");
        Path identity = DataDirectory.identity(data);
        var desk = new Desk();
        var settings =
                new NodeServer.Settings(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                        List.of("localhost", "127.0.0.1"),
                        1,
                        WireLimits.DEFAULT);
        try (NodeServer server = NodeServer.start(settings, authority, desk, desk)) {
            String door = "127.0.0.1:" + server.address().getPort();
            Process device =
                    new ProcessBuilder(
                                    Path.of(System.getProperty("java.home"), "bin", "java")
                                            .toString(),
                                    "-cp",
                                    System.getProperty("java.class.path"),
                                    Device.class.getName(),
                                    data.toString(),
                                    door,
                                    token.text())
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start();
            assertThat(desk.asked.poll(60, TimeUnit.SECONDS)).isNotNull();
            device.destroyForcibly().waitFor();
            assertThat(NodeIdentity.exists(identity)).isFalse();
            try (var files = Files.list(identity)) {
                for (Path file : files.toList()) {
                    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                            .isEqualTo("rw-------");
                }
            }

            NodeIdentity enrolled = Enrolment.enrol(config(data, door), token.text());
            assertThat(NodeIdentity.load(identity)).isEqualTo(enrolled);
            try (var files = Files.list(identity)) {
                assertThat(files).as("the identity and nothing else").hasSize(1);
            }
        }
    }
}
