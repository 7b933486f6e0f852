package org.idlefleet.protocol.adapter;

import org.idlefleet.protocol.NodeId;
import org.idlefleet.protocol.OwnerId;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;

/** A node door on loopback with a coordinator behind it, and a client for it. */
final class Door implements AutoCloseable {
    private static final List<String> NAMES = List.of("localhost", "127.0.0.1");
    static final OwnerId ANN = new OwnerId("ann");

    final CertificateAuthority authority;
    final Desk desk = new Desk();
    final Coordinator coordinator;
    final NodeServer server;
    final NodeClient client;
    final Endpoint endpoint;

    Door(Path directory, WireLimits limits) throws IOException {
        this(directory, limits, new Coordinator(), Platform.best());
    }

    Door(Path directory, WireLimits limits, Coordinator coordinator, Platform platform)
            throws IOException {
        this(directory, InstantSource.system(), NAMES, limits, coordinator, platform);
    }

    Door(Path directory, InstantSource clock, Platform platform) throws IOException {
        this(directory, clock, NAMES, WireLimits.DEFAULT, new Coordinator(), platform);
    }

    Door(Path directory, List<String> names, Platform platform) throws IOException {
        this(
                directory,
                InstantSource.system(),
                names,
                WireLimits.DEFAULT,
                new Coordinator(),
                platform);
    }

    private Door(
            Path directory,
            InstantSource clock,
            List<String> names,
            WireLimits limits,
            Coordinator coordinator,
            Platform platform)
            throws IOException {
        this.authority = CertificateAuthority.open(directory, clock);
        this.coordinator = coordinator;
        this.server =
                NodeServer.start(
                        new NodeServer.Settings(
                                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                                names,
                                1,
                                limits),
                        authority,
                        desk,
                        coordinator,
                        platform);
        this.client = new NodeClient(WireLimits.DEFAULT, 1, platform);
        this.endpoint = new Endpoint("127.0.0.1", server.address().getPort());
    }

    NodeIdentity identity(String node) {
        return authority.issueIdentity(ANN, new NodeId(node));
    }

    /** A token that the desk knows. */
    EnrolmentToken token() {
        EnrolmentToken token = unknownToken();
        desk.allow(token);
        return token;
    }

    EnrolmentToken unknownToken() {
        return EnrolmentToken.create(ANN, authority.fingerprint(), new SecureRandom());
    }

    NodeLink connect(Node node, NodeIdentity identity) {
        return client.connect(endpoint, identity, Node.HELLO, node);
    }

    @Override
    public void close() {
        client.close();
        server.close();
    }
}
