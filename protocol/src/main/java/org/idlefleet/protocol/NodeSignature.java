package org.idlefleet.protocol;

import java.util.Arrays;
import java.util.HexFormat;

/**
 * A node's signature under a {@link ResultStatement}, and the key that it had when it signed.
 * Immutable.
 *
 * @param key 33 bytes: the point on P-256, compressed (SEC 1, 2.3.3)
 * @param signature 64 bytes: r and s of ECDSA with SHA-256
 */
public record NodeSignature(byte[] key, byte[] signature) {
    /** Bytes of a compressed point on P-256. */
    public static final int KEY_BYTES = 33;

    /** Bytes of r and s together. */
    public static final int SIGNATURE_BYTES = 64;

    public NodeSignature {
        if (key.length != KEY_BYTES || signature.length != SIGNATURE_BYTES) {
            throw new IllegalArgumentException(
                    "a node signs with a key of 33 and a signature of 64 bytes, found "
                            + key.length
                            + " and "
                            + signature.length);
        }
        key = key.clone();
        signature = signature.clone();
    }

    @Override
    public byte[] key() {
        return key.clone();
    }

    @Override
    public byte[] signature() {
        return signature.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof NodeSignature that
                && Arrays.equals(key, that.key)
                && Arrays.equals(signature, that.signature);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(signature);
    }

    @Override
    public String toString() {
        return HexFormat.of().formatHex(signature);
    }
}
