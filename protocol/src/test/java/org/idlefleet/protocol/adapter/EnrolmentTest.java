package org.idlefleet.protocol.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.cert.jcajce.JcaX509CertificateHolder;
import org.bouncycastle.cms.CMSAbsentContent;
import org.bouncycastle.cms.CMSSignedData;
import org.bouncycastle.cms.CMSSignedDataGenerator;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;
import org.idlefleet.protocol.Digest;
import org.idlefleet.protocol.NodeId;
import org.idlefleet.protocol.OwnerId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;

class EnrolmentTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    @TempDir Path directory;
    @TempDir Path elsewhere;

    static LongStream seeds() {
        return LongStream.range(0, 30);
    }

    @Test
    void aTokenWorksOnceAndSaysWhyItDoesNot() throws Exception {
        try (var door = new Door(directory, WireLimits.DEFAULT)) {
            var est = new EnrolmentClient(door.endpoint, TIMEOUT);
            EnrolmentToken token = door.token();
            est.enrol(token);
            EnrolmentToken expired = door.unknownToken();
            door.desk.expire(expired);

            assertThatThrownBy(() -> est.enrol(token))
                    .isInstanceOf(EnrolmentException.class)
                    .hasMessageContaining("used already");
            assertThatThrownBy(() -> est.enrol(expired))
                    .isInstanceOf(EnrolmentException.class)
                    .hasMessageContaining("expired");
            assertThatThrownBy(() -> est.enrol(door.unknownToken()))
                    .isInstanceOf(EnrolmentException.class)
                    .hasMessageContaining("unknown token");
        }
    }

    @Test
    void sendsNothingToACoordinatorThatDidNotIssueTheToken() throws Exception {
        var other = CertificateAuthority.open(elsewhere, InstantSource.system());
        try (var door = new Door(directory, WireLimits.DEFAULT)) {
            var token = EnrolmentToken.create(Door.ANN, other.fingerprint(), new SecureRandom());
            door.desk.allow(token);

            assertThatThrownBy(() -> new EnrolmentClient(door.endpoint, TIMEOUT).enrol(token))
                    .hasMessageContaining("fingerprint")
                    .hasMessageContaining("Nothing was sent");
            assertThat(door.desk.asked()).isZero();
        }
    }

    @Test
    void renewalNeedsTheCurrentCertificateAndEnrolmentAToken() throws Exception {
        try (var door = new Door(directory, WireLimits.DEFAULT)) {
            String csr = Pkcs10.request(Credentials.newKey());

            assertThat(post(door, "simplereenroll", csr, ""))
                    .startsWith("401 ")
                    .contains("current certificate");
            assertThat(post(door, "simpleenroll", csr, "")).startsWith("401 ").contains("Basic");
            assertThat(post(door, "simpleenroll", csr, "Basic %%%")).startsWith("401 ");
            assertThat(post(door, "simpleenroll", "x", "Bearer " + door.token().text()))
                    .startsWith("400 ")
                    .contains("certificate request");
            assertThat(post(door, "simpleenroll", "x".repeat(20_000), "")).startsWith("413 ");
            assertThat(post(door, "elsewhere", csr, "")).startsWith("404 ");
            assertThat(post(door, "cacerts", csr, "")).startsWith("405 ");
            assertThat(post(door, "simpleenroll", csr, "Bearer " + door.token().text()))
                    .startsWith("200 ");
        }
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void aTokenIsOneWordAndADamagedOneIsRefused(long seed) {
        var random = new Random(seed);
        var owner = new OwnerId(List.of("ann", "ann.b-c_9", "x").get(random.nextInt(3)));
        var token = EnrolmentToken.create(owner, Digest.of(new byte[] {1}), new SecureRandom());

        EnrolmentToken read = EnrolmentToken.parse(" " + token.text() + "\n");

        assertThat(token.text()).matches("[A-Za-z0-9._-]+");
        assertThat(read.owner()).isEqualTo(owner);
        assertThat(read.hash()).isEqualTo(token.hash());
        assertThat(read.authority()).isEqualTo(token.authority());
        assertThat(token.toString()).isEqualTo("token of " + owner);
        String cut = token.text().substring(0, random.nextInt(token.text().length()));
        assertThatThrownBy(() -> EnrolmentToken.parse(cut))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("token");
    }

    @Test
    void aRequestProvesThatItsSenderHoldsTheKey() throws Exception {
        KeyPair mine = Credentials.newKey();
        KeyPair victims = Credentials.newKey();
        byte[] forged =
                new JcaPKCS10CertificationRequestBuilder(
                                new X500Name("CN=car"), victims.getPublic())
                        .build(
                                new JcaContentSignerBuilder("SHA256withECDSA")
                                        .build(mine.getPrivate()))
                        .getEncoded();

        assertThatThrownBy(() -> CertificateRequest.parse(forged))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("not signed with the key");
    }

    @Test
    void aRequestIsForP256Only() throws Exception {
        for (String curve : List.of("secp384r1", "secp521r1")) {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec(curve));
            assertThatThrownBy(() ->
                            CertificateRequest.parse(Pkcs10.request(generator.generateKeyPair())))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("P-256");
        }
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void answersADamagedRequestWithAnIOExceptionOnly(long seed) {
        var random = new Random(seed);
        byte[] der = Base64.getMimeDecoder().decode(Pkcs10.request(Credentials.newKey()));
        for (int i = 0; i < 50; i++) {
            byte[] damaged = Arrays.copyOf(der, 1 + random.nextInt(der.length));
            damaged[random.nextInt(damaged.length)] ^= (byte) (1 + random.nextInt(255));
            assertThatThrownBy(() -> CertificateRequest.parse(damaged))
                    .isInstanceOf(IOException.class);
            assertThatThrownBy(() ->
                            CertificateBundle.parse(Base64.getEncoder().encodeToString(damaged)))
                    .isInstanceOf(IOException.class);
        }
    }

    @Test
    void aBundleIsWhatOthersTakeForOne() throws Exception {
        var authority = CertificateAuthority.open(directory, InstantSource.system());
        String bundle = CertificateBundle.of(authority.certificate());

        assertThat(CertificateBundle.parse(bundle)).containsExactly(authority.certificate());
        var generator = new CMSSignedDataGenerator();
        generator.addCertificate(new JcaX509CertificateHolder(authority.certificate()));
        assertThat(new CMSSignedData(Base64.getMimeDecoder().decode(bundle)).getEncoded("DER"))
                .isEqualTo(generator.generate(new CMSAbsentContent()).getEncoded("DER"));
    }

    @Test
    void aRequestSaysWhatOthersPutIntoOne() throws Exception {
        KeyPair pair = Credentials.newKey();
        var request =
                new PKCS10CertificationRequest(
                        Base64.getMimeDecoder().decode(Pkcs10.request(pair)));
        var same =
                new JcaPKCS10CertificationRequestBuilder(
                                new X500Name("CN=idlefleet-node"), pair.getPublic())
                        .build(
                                new JcaContentSignerBuilder("SHA256withECDSA")
                                        .build(pair.getPrivate()));

        assertThat(request.toASN1Structure().getCertificationRequestInfo())
                .isEqualTo(same.toASN1Structure().getCertificationRequestInfo());
        assertThat(request.getSignatureAlgorithm()).isEqualTo(same.getSignatureAlgorithm());
    }

    @Test
    void theAuthorityIsMadeOnceAndKeptForItsOwnerOnly() throws Exception {
        var first = CertificateAuthority.open(directory, InstantSource.system());
        var again = CertificateAuthority.open(directory, InstantSource.system());

        assertThat(again.fingerprint()).isEqualTo(first.fingerprint());
        Path key = directory.resolve("ca.key");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(key)))
                .isEqualTo("rw-------");
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r--r--"));
        assertThatThrownBy(() -> CertificateAuthority.open(directory, InstantSource.system()))
                .hasMessageContaining("chmod 600 " + key);
    }

    @Test
    void anAuthorityWithHalfItsFilesOrForeignOnesSaysSo() throws Exception {
        CertificateAuthority.open(directory, InstantSource.system());
        CertificateAuthority.open(elsewhere, InstantSource.system());
        Files.copy(
                elsewhere.resolve("ca.pem"),
                directory.resolve("ca.pem"),
                StandardCopyOption.REPLACE_EXISTING);
        assertThatThrownBy(() -> CertificateAuthority.open(directory, InstantSource.system()))
                .hasMessageContaining("is not the key of");

        Files.delete(directory.resolve("ca.pem"));
        assertThatThrownBy(() -> CertificateAuthority.open(directory, InstantSource.system()))
                .hasMessageContaining("restore it from a backup");
    }

    @Test
    void anIdentityIsKeptInOneFileAndReadBack() throws Exception {
        var authority = CertificateAuthority.open(directory, InstantSource.system());
        NodeIdentity identity = authority.issueIdentity(Door.ANN, new NodeId("car"));
        assertThatThrownBy(() -> NodeIdentity.load(elsewhere)).hasMessageContaining("token");

        identity.save(elsewhere);
        identity.save(elsewhere);

        assertThat(NodeIdentity.load(elsewhere)).isEqualTo(identity);
        assertThat(NodeIdentity.exists(elsewhere)).isTrue();
        try (var files = Files.list(elsewhere)) {
            assertThat(files).hasSize(1);
        }
        Path file = elsewhere.resolve("node.pem");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        String text = Files.readString(file);
        for (int length = 0; length < text.length(); length += 37) {
            Files.writeString(file, text.substring(0, length));
            assertThatThrownBy(() -> NodeIdentity.load(elsewhere)).isInstanceOf(IOException.class);
        }
    }

    @Test
    void aCertificateIsRenewedTwoThirdsIntoItsLifeAndAFleetIsSpread() throws Exception {
        var authority = CertificateAuthority.open(directory, InstantSource.system());
        Instant now = Instant.now();
        var times = new ArrayList<Duration>();
        for (int i = 0; i < 200; i++) {
            NodeIdentity identity = authority.issueIdentity(Door.ANN, new NodeId("car" + i));
            assertThat(identity.renewAt()).isEqualTo(identity.renewAt());
            times.add(Duration.between(now, identity.renewAt()));
        }
        assertThat(times)
                .allSatisfy(time -> {
                    assertThat(time).isGreaterThan(Duration.ofHours(13));
                    assertThat(time).isLessThan(Duration.ofHours(19));
                });
        assertThat(times.stream().min(Duration::compareTo).orElseThrow())
                .isLessThan(Duration.ofHours(14));
        assertThat(times.stream().max(Duration::compareTo).orElseThrow())
                .isGreaterThan(Duration.ofHours(18));
    }

    private static String post(Door door, String operation, String body, String authorization)
            throws Exception {
        try (HttpClient http =
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .sslContext(
                                EnrolmentClient.tls(List.of(door.authority.certificate()), null))
                        .build()) {
            var request =
                    HttpRequest.newBuilder(door.endpoint.uri("https", EstDoor.PATH + operation))
                            .POST(HttpRequest.BodyPublishers.ofString(body));
            if (!authorization.isEmpty()) {
                request.header("Authorization", authorization);
            }
            var response = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
            return response.statusCode() + " " + response.body();
        }
    }
}
