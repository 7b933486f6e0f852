package org.idlefleet.protocol.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.idlefleet.protocol.adapter.Coordinator.next;

import org.idlefleet.protocol.NodeId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;

class CertificateTest {
    private static final Duration DAY = Duration.ofDays(1);
    private static final NodeId CAR = new NodeId("car");

    @TempDir Path directory;
    @TempDir Path elsewhere;

    static Stream<Platform> platforms() {
        return Stream.of(Platform.best(), Platform.plain());
    }

    @ParameterizedTest
    @MethodSource("platforms")
    void refusesANodeOfAnotherAuthority(Platform platform) throws Exception {
        try (var door = door(platform)) {
            NodeIdentity stranger = other(InstantSource.system(), elsewhere);
            var node = new Node();
            door.connect(node, new NodeIdentity(stranger.credentials(), authorities(door)));

            assertThat(next(node.closed)).contains("refused our certificate").contains("enrol");
            assertThat(door.coordinator.opened).isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("platforms")
    void aNodeRefusesACoordinatorOfAnotherAuthority(Platform platform) throws Exception {
        try (var door = door(platform)) {
            NodeIdentity own = door.identity("car");
            var foreign = other(InstantSource.system(), elsewhere).authorities();
            var node = new Node();
            door.connect(node, new NodeIdentity(own.credentials(), foreign));

            assertThat(next(node.closed)).startsWith("TLS failed").contains("trust anchors");
        }
    }

    @ParameterizedTest
    @MethodSource("platforms")
    void aNodeRefusesACoordinatorOfAnotherName(Platform platform) throws Exception {
        try (var door = new Door(directory, List.of("elsewhere.example"), platform)) {
            var node = new Node();
            door.connect(node, door.identity("car"));

            assertThat(next(node.closed)).startsWith("TLS failed").contains("127.0.0.1");
        }
    }

    @ParameterizedTest
    @MethodSource("platforms")
    void refusesACertificateThatHasExpiredOrIsNotValidYet(Platform platform) throws Exception {
        try (var door = door(platform)) {
            for (Duration away : List.of(Duration.ofDays(-40), Duration.ofDays(2))) {
                Instant then = Instant.now().plus(away);
                var node = new Node();
                door.connect(node, other(InstantSource.fixed(then), directory));

                assertThat(next(node.closed)).contains("refused our certificate");
            }
            assertThat(door.coordinator.opened).isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("platforms")
    void aCertificateThatEndedLatelyOnlyGetsTheNextOne(Platform platform) throws Exception {
        try (var door = door(platform)) {
            Instant then = Instant.now().minus(DAY.multipliedBy(20));
            NodeIdentity late = other(InstantSource.fixed(then), directory);
            var node = new Node();
            door.connect(node, late);
            assertThat(next(node.closed)).contains("403").contains("certificate ended at");
            assertThat(door.coordinator.opened).isEmpty();

            NodeIdentity renewed = renew(door, late);

            assertThat(door.desk.renewed()).isEqualTo(1);
            assertThat(renewed.node()).isEqualTo(CAR);
            assertThat(renewed.expires()).isAfter(Instant.now());
            var again = new Node();
            door.connect(again, renewed);
            next(again.welcomed);
        }
    }

    @ParameterizedTest
    @MethodSource("platforms")
    void nothingElseThanItsEndIsForgivenALateCertificate(Platform platform) throws Exception {
        Instant then = Instant.now().minus(DAY.multipliedBy(20));
        try (var door = door(platform)) {
            NodeIdentity foreign = other(InstantSource.fixed(then), elsewhere);
            var servers =
                    CertificateAuthority.open(
                                    directory,
                                    InstantSource.fixed(then.minus(DAY.multipliedBy(15))))
                            .issueServer(List.of("localhost"));
            NodeIdentity old =
                    other(InstantSource.fixed(then.minus(DAY.multipliedBy(20))), directory);
            for (Credentials wrong : List.of(foreign.credentials(), servers, old.credentials())) {
                // What it hears depends on whether TLS 1.3's alert overtakes its own request.
                assertThatThrownBy(() -> renew(door, new NodeIdentity(wrong, authorities(door))))
                        .isInstanceOf(IOException.class);
            }
            NodeIdentity barred = other(InstantSource.fixed(then), directory);
            door.server.deny(new DenySet(Set.of(), Set.of(CAR)));
            assertThatThrownBy(() -> renew(door, barred)).hasMessageContaining("barred");
            assertThat(door.desk.renewed()).isZero();
        }
    }

    private static NodeIdentity renew(Door door, NodeIdentity current) throws Exception {
        return new EnrolmentClient(door.endpoint, Duration.ofSeconds(30)).renew(current);
    }

    @ParameterizedTest
    @MethodSource("platforms")
    void refusesACertificateThatIsForServers(Platform platform) throws Exception {
        try (var door = door(platform)) {
            var node = new Node();
            door.connect(
                    node,
                    new NodeIdentity(
                            door.authority.issueServer(List.of("localhost")), authorities(door)));

            assertThat(next(node.closed)).contains("refused our certificate");
        }
    }

    @ParameterizedTest
    @MethodSource("platforms")
    void endsASessionWhenItsCertificateDoes(Platform platform) throws Exception {
        try (var door = door(platform)) {
            var shortLived =
                    CertificateAuthority.open(
                            directory, InstantSource.system(), Duration.ofSeconds(4));
            var node = new Node();
            door.connect(node, shortLived.issueIdentity(Door.ANN, CAR));
            next(node.welcomed);

            assertThat(next(node.closed)).contains("certificate has expired");
            assertThat(next(door.coordinator.closed)).contains("certificate has expired");
        }
    }

    @Test
    void barringANodeOrAKeyEndsItsSessionsAndKeepsItOut() throws Exception {
        try (var door = door(Platform.best())) {
            NodeIdentity stolen = door.identity("stolen");
            NodeIdentity bad = door.identity("bad");
            NodeIdentity good = door.identity("good");
            var nodes = List.of(new Node(), new Node(), new Node());
            door.connect(nodes.get(0), stolen);
            door.connect(nodes.get(1), bad);
            door.connect(nodes.get(2), good);
            next(door.coordinator.opened, 3);
            PeerIdentity key = PeerIdentity.of(stolen.credentials().certificate());

            door.server.deny(new DenySet(Set.of(key.key()), Set.of(bad.node())));

            assertThat(next(nodes.get(0).closed)).contains("barred");
            assertThat(next(nodes.get(1).closed)).contains("barred");
            var again = new Node();
            door.connect(again, stolen);
            assertThat(next(again.closed)).contains("403").contains("barred");
            assertThat(nodes.get(2).closed).isEmpty();
            assertThat(door.server.counts().sessions()).isEqualTo(1);
        }
    }

    @Test
    void theNodePathNeedsACertificate() throws Exception {
        try (var door = door(Platform.best());
                HttpClient http = http(door)) {
            assertThat(get(http, door.endpoint.uri("https", "/node")))
                    .startsWith("403 ")
                    .contains("needs a client certificate")
                    .contains("token");
            assertThat(get(http, door.endpoint.uri("https", "/")))
                    .startsWith("404 ")
                    .contains("/node");
        }
    }

    @Test
    void answersPlainHttpWithAHint() throws Exception {
        try (var door = door(Platform.best());
                HttpClient http = HttpClient.newHttpClient()) {
            assertThat(get(http, door.endpoint.uri("http", "/node")))
                    .startsWith("400 ")
                    .contains("TLS 1.3");
        }
    }

    @ParameterizedTest
    @MethodSource("platforms")
    void speaksNothingOlderThanTls13(Platform platform) throws Exception {
        try (var door = door(platform)) {
            SSLContext tls = EnrolmentClient.tls(authorities(door), null);
            try (var socket =
                    (SSLSocket)
                            tls.getSocketFactory()
                                    .createSocket("127.0.0.1", door.endpoint.port())) {
                socket.setEnabledProtocols(new String[] {"TLSv1.2"});
                assertThatThrownBy(socket::startHandshake).isInstanceOf(SSLException.class);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("platforms")
    void renewsTheDoorsOwnCertificateOnTheWay(Platform platform) throws Exception {
        var clock = new MovingClock();
        clock.ahead = Duration.ofDays(-29);
        try (var door = new Door(directory, clock, platform)) {
            assertThat(serverCertificateEnd(door))
                    .isBefore(Instant.now().plus(DAY.multipliedBy(2)));

            clock.ahead = Duration.ZERO;
            var node = new Node();
            door.connect(node, door.identity("car"));
            next(node.welcomed);

            assertThat(serverCertificateEnd(door))
                    .isAfter(Instant.now().plus(DAY.multipliedBy(20)));
        }
    }

    private static Instant serverCertificateEnd(Door door) throws Exception {
        SSLContext tls = EnrolmentClient.tls(authorities(door), null);
        try (var socket =
                (SSLSocket)
                        tls.getSocketFactory().createSocket("127.0.0.1", door.endpoint.port())) {
            var certificates = socket.getSession().getPeerCertificates();
            return ((X509Certificate) certificates[0]).getNotAfter().toInstant();
        }
    }

    private Door door(Platform platform) throws IOException {
        return new Door(directory, WireLimits.DEFAULT, new Coordinator(), platform);
    }

    private static List<X509Certificate> authorities(Door door) {
        return List.of(door.authority.certificate());
    }

    private static NodeIdentity other(InstantSource clock, Path directory) throws IOException {
        return CertificateAuthority.open(directory, clock).issueIdentity(Door.ANN, CAR);
    }

    private static HttpClient http(Door door) throws IOException {
        return HttpClient.newBuilder()
                .sslContext(EnrolmentClient.tls(authorities(door), null))
                .build();
    }

    private static String get(HttpClient http, URI uri) throws Exception {
        HttpResponse<String> response =
                http.send(
                        HttpRequest.newBuilder(uri).version(HttpClient.Version.HTTP_1_1).build(),
                        HttpResponse.BodyHandlers.ofString());
        return response.statusCode() + " " + response.body();
    }

    private static final class MovingClock implements InstantSource {
        private volatile Duration ahead = Duration.ZERO;

        @Override
        public Instant instant() {
            return Instant.now().plus(ahead);
        }
    }
}
