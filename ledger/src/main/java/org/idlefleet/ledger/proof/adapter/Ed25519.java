package org.idlefleet.ledger.proof.adapter;

import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;
import org.bouncycastle.crypto.params.Ed25519PublicKeyParameters;
import org.bouncycastle.crypto.signers.Ed25519Signer;
import org.idlefleet.ledger.proof.NoteKey;
import org.idlefleet.ledger.proof.NoteSigner;
import org.idlefleet.ledger.proof.Signatures;

import java.security.SecureRandom;

/** Ed25519 by Bouncy Castle. */
public final class Ed25519 {
    /** Bytes of a private key's seed. */
    public static final int SEED_LENGTH = 32;

    private Ed25519() {}

    /** Checks signatures; any thread. A key that is no point of the curve verifies nothing. */
    public static Signatures signatures() {
        return (publicKey, message, signature) -> {
            try {
                var signer = new Ed25519Signer();
                signer.init(false, new Ed25519PublicKeyParameters(publicKey));
                signer.update(message, 0, message.length);
                return signer.verifySignature(signature);
            } catch (IllegalArgumentException noKey) {
                return false;
            }
        };
    }

    public static byte[] newSeed() {
        byte[] seed = new byte[SEED_LENGTH];
        new SecureRandom().nextBytes(seed);
        return seed;
    }

    /** The signer of a log's checkpoints. */
    public static NoteSigner signer(String name, byte[] seed) {
        return signer(name, NoteKey.SIGNATURE, seed);
    }

    /** The signer of a witness's cosignatures. */
    public static NoteSigner witness(String name, byte[] seed) {
        return signer(name, NoteKey.COSIGNATURE, seed);
    }

    private static NoteSigner signer(String name, byte kind, byte[] seed) {
        var secret = new Ed25519PrivateKeyParameters(seed);
        var key = new NoteKey(name, kind, secret.generatePublicKey().getEncoded());
        return new NoteSigner() {
            @Override
            public NoteKey key() {
                return key;
            }

            @Override
            public byte[] sign(byte[] message) {
                var signer = new Ed25519Signer();
                signer.init(true, secret);
                signer.update(message, 0, message.length);
                return signer.generateSignature();
            }
        };
    }
}
