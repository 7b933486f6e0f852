package org.idlefleet.edge.adapter.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.idlefleet.edge.Notary;
import org.idlefleet.protocol.Digest;
import org.idlefleet.protocol.JobId;
import org.idlefleet.protocol.Lease;
import org.idlefleet.protocol.ResultStatement;
import org.idlefleet.protocol.adapter.DeviceKeys;
import org.junit.jupiter.api.Test;

import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.util.Random;

class DeviceNotaryTest {
    private final Random random = new Random(41);

    /** One in 128 has an r or an s that is short, and half have one with a zero before it. */
    @Test
    void signsWhatTheKeyOfTheMomentVerifiesAndNoOther() throws Exception {
        KeyPair[] pairs = {pair(), pair(), pair()};
        var now = new KeyPair[] {pairs[0]};
        var notary = new DeviceNotary(() -> now[0].getPrivate());
        for (int i = 0; i < 1_500; i++) {
            now[0] = pairs[i / 7 % pairs.length];
            ResultStatement statement = statement(i);
            byte[] signature = notary.sign(statement.bytes());
            KeyPair other = pairs[(i / 7 + 1) % pairs.length];
            assertThat(DeviceKeys.verify(now[0].getPublic(), statement, signature)).isTrue();
            assertThat(DeviceKeys.verify(other.getPublic(), statement, signature)).isFalse();
            assertThat(DeviceKeys.verify(now[0].getPublic(), statement(i + 1), signature))
                    .isFalse();
        }
    }

    @Test
    void digestsAsTheJdkDoesWhateverThePartsAndTheirLengths() throws Exception {
        var notary = new DeviceNotary(pair()::getPrivate);
        for (int length = 0; length < 300; length++) {
            byte[] nonce = bytes(length % 17);
            byte[] output = bytes(length * length);
            assertThat(notary.digest(nonce, output)).isEqualTo(Digest.of(nonce, output));
            assertThat(notary.digest(output)).isEqualTo(Notary.UNSIGNED.digest(output));
        }
    }

    @Test
    void aKeyThatIsNoneIsAnErrorAndSpoilsNothing() throws Exception {
        var library = LibCrypto.load();
        assumeTrue(library.isPresent(), "this machine has no libcrypto");
        KeyPair good = pair();
        byte[] digest = bytes(32);
        var other = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        library.get().sign(good.getPrivate(), digest);
        assertThatThrownBy(() -> library.get().sign(other.getPrivate(), digest))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("libcrypto");
        assertThat(library.get().sign(good.getPrivate(), digest)).hasSize(64);
    }

    private ResultStatement statement(int number) {
        var lease = new Lease(new JobId(number + 1), number, 1, 2);
        Digest digest = Digest.of(new byte[] {(byte) number});
        return new ResultStatement(lease, digest, digest, digest, digest);
    }

    private byte[] bytes(int length) {
        var bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    private static KeyPair pair() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        return generator.generateKeyPair();
    }
}
