package org.idlefleet.edge.adapter.ledger;

import org.idlefleet.ledger.proof.Signatures;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;

/**
 * Ed25519 (RFC 8032) by the Java platform. A node checks a checkpoint now and then, so what counts
 * is what the code takes in memory: a tenth of Bouncy Castle's, whose signed jar the JVM proves
 * before it loads a class of it and whose list of digests it then keeps.
 */
final class PlatformEd25519 {
    /** What stands before the 32 bytes of a key in a SubjectPublicKeyInfo (RFC 8410, section 4). */
    private static final byte[] PREFIX = {
        0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00
    };

    private static final int KEY_LENGTH = 32;

    private PlatformEd25519() {}

    /** Checks signatures; any thread. A key that is no point of the curve verifies nothing. */
    static Signatures signatures() {
        return (publicKey, message, signature) -> {
            if (publicKey.length != KEY_LENGTH) {
                return false;
            }
            var encoded = new byte[PREFIX.length + KEY_LENGTH];
            System.arraycopy(PREFIX, 0, encoded, 0, PREFIX.length);
            System.arraycopy(publicKey, 0, encoded, PREFIX.length, KEY_LENGTH);
            try {
                var verifier = Signature.getInstance("Ed25519");
                verifier.initVerify(
                        KeyFactory.getInstance("Ed25519")
                                .generatePublic(new X509EncodedKeySpec(encoded)));
                verifier.update(message);
                return verifier.verify(signature);
            } catch (GeneralSecurityException noKeyOrNoSignature) {
                return false;
            }
        };
    }
}
