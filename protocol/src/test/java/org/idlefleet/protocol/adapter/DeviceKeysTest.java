package org.idlefleet.protocol.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.idlefleet.protocol.Digest;
import org.idlefleet.protocol.ItemKind;
import org.idlefleet.protocol.JobId;
import org.idlefleet.protocol.Lease;
import org.idlefleet.protocol.ResultStatement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

class DeviceKeysTest {
    private static final Digest A = new Digest(1, 2, 3, 4);
    private static final Digest B = new Digest(5, 6, 7, 8);

    @TempDir Path directory;

    private static ResultStatement statement() {
        return new ResultStatement(new Lease(new JobId(7), 1, 2, 3), A, B, A, B);
    }

    @Test
    void readsEveryKeyBackFromItsPoint() throws Exception {
        boolean odd = false;
        boolean even = false;
        // One key in 256 has an x that is a byte shorter.
        for (int i = 0; i < 600; i++) {
            KeyPair pair = Credentials.newKey();
            byte[] point = DeviceKeys.point(pair.getPublic());
            assertThat(DeviceKeys.key(point)).isEqualTo(pair.getPublic());
            odd |= point[0] == 3;
            even |= point[0] == 2;
        }
        assertThat(odd && even).isTrue();
    }

    @Test
    void refusesWhatIsNoPoint() {
        byte[] point = DeviceKeys.point(Credentials.newKey().getPublic());
        int refused = 0;
        for (int i = 0; i < 40; i++) {
            byte[] other = point.clone();
            other[32] += (byte) (i + 1);
            try {
                assertThat(DeviceKeys.point(DeviceKeys.key(other))).isEqualTo(other);
            } catch (GeneralSecurityException e) {
                refused++;
            }
        }
        assertThat(refused).isBetween(5, 35);
        point[0] = 4;
        assertThatThrownBy(() -> DeviceKeys.key(point))
                .isInstanceOf(GeneralSecurityException.class);
    }

    @Test
    void signsOneStatementAndNoOther() {
        KeyPair pair = Credentials.newKey();
        byte[] signature = DeviceKeys.sign(pair.getPrivate(), statement().bytes());
        assertThat(signature).hasSize(64);
        assertThat(DeviceKeys.verify(pair.getPublic(), statement(), signature)).isTrue();
        assertThat(DeviceKeys.verify(Credentials.newKey().getPublic(), statement(), signature))
                .isFalse();
        Lease lease = statement().lease();
        for (ResultStatement other :
                List.of(
                        new ResultStatement(new Lease(new JobId(8), 1, 2, 3), A, B, A, B),
                        new ResultStatement(new Lease(new JobId(7), 0, 2, 3), A, B, A, B),
                        new ResultStatement(new Lease(new JobId(7), 1, 0, 3), A, B, A, B),
                        new ResultStatement(new Lease(new JobId(7), 1, 2, 0), A, B, A, B),
                        new ResultStatement(lease, B, B, A, B),
                        new ResultStatement(lease, A, A, A, B),
                        new ResultStatement(lease, A, B, B, B),
                        new ResultStatement(lease, A, B, A, A))) {
            assertThat(DeviceKeys.verify(pair.getPublic(), other, signature)).isFalse();
        }
    }

    @Test
    void tellsListsOfItemsApart() {
        Set<Digest> digests = new HashSet<>();
        List<List<byte[]>> lists =
                List.of(
                        List.of(),
                        List.of(new byte[0]),
                        List.of(new byte[1]),
                        List.of(new byte[0], new byte[0]),
                        List.of(new byte[] {1}, new byte[] {2, 3}),
                        List.of(new byte[] {1, 2}, new byte[] {3}),
                        List.of(new byte[] {1, 2, 3}));
        for (List<byte[]> items : lists) {
            for (ItemKind kind : ItemKind.values()) {
                digests.add(ResultStatement.inputOf(kind, items));
            }
        }
        assertThat(digests).hasSize(lists.size() * ItemKind.values().length);
    }

    @Test
    void certifiesAKeyUnderAPseudonymThatNoDoorTakes() throws Exception {
        var authority = CertificateAuthority.open(directory.resolve("a"), InstantSource.system());
        var other = CertificateAuthority.open(directory.resolve("b"), InstantSource.system());
        KeyPair pair = Credentials.newKey();
        X509Certificate issued = authority.issuePseudonym(pair.getPublic(), "0123");
        assertThat(PseudonymCertificate.key(authority.certificate(), issued.getEncoded(), "0123"))
                .isEqualTo(pair.getPublic());
        assertThatThrownBy(() ->
                        PseudonymCertificate.key(
                                authority.certificate(), issued.getEncoded(), "0124"))
                .hasMessageContaining("expected the name 0124");
        assertThatThrownBy(() ->
                        PseudonymCertificate.key(other.certificate(), issued.getEncoded(), "0123"))
                .isInstanceOf(GeneralSecurityException.class);
        assertThatThrownBy(() -> PeerIdentity.of(issued))
                .hasMessageContaining("a node's certificate names");
        assertThat(issued.getExtendedKeyUsage()).doesNotContain("1.3.6.1.5.5.7.3.2");
    }
}
