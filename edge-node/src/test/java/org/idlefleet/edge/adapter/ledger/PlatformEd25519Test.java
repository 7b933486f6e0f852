package org.idlefleet.edge.adapter.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import org.idlefleet.ledger.proof.NoteSigner;
import org.idlefleet.ledger.proof.Signatures;
import org.idlefleet.ledger.proof.adapter.Ed25519;
import org.junit.jupiter.api.Test;

import java.util.Random;

/** The verdicts of the platform are those of Bouncy Castle, with which the ledger signs. */
final class PlatformEd25519Test {
    private static final int ROUNDS = 200;

    private final Signatures platform = PlatformEd25519.signatures();
    private final Signatures ledger = Ed25519.signatures();
    private final Random random = new Random(7);

    @Test
    void acceptsWhatTheLedgerSigns() {
        for (int i = 0; i < ROUNDS; i++) {
            NoteSigner signer = signer();
            byte[] message = bytes(random.nextInt(400));
            assertThat(platform.verify(signer.key().publicKey(), message, signer.sign(message)))
                    .isTrue();
        }
    }

    @Test
    void refusesWhatTheLedgerRefuses() {
        for (int i = 0; i < ROUNDS; i++) {
            NoteSigner signer = signer();
            byte[] message = bytes(1 + random.nextInt(400));
            byte[] signature = signer.sign(message);
            byte[] key = signer.key().publicKey().clone();
            byte[] changed =
                    switch (i % 3) {
                        case 0 -> message;
                        case 1 -> signature;
                        default -> key;
                    };
            changed[random.nextInt(changed.length)] ^= (byte) (1 << random.nextInt(8));
            assertThat(platform.verify(key, message, signature))
                    .isEqualTo(ledger.verify(key, message, signature))
                    .isFalse();
        }
    }

    @Test
    void keysAndSignaturesOfAnotherLengthVerifyNothing() {
        NoteSigner signer = signer();
        byte[] message = bytes(10);
        for (int length : new int[] {0, 31, 33, 63, 65, 200}) {
            assertThat(platform.verify(bytes(length), message, signer.sign(message))).isFalse();
            assertThat(platform.verify(signer.key().publicKey(), message, bytes(length))).isFalse();
        }
    }

    private NoteSigner signer() {
        return Ed25519.signer("fleet", bytes(Ed25519.SEED_LENGTH));
    }

    private byte[] bytes(int length) {
        var bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }
}
