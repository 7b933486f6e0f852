package org.idlefleet.coordinator.verification;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;

/**
 * HMAC-SHA256 (RFC 2104) under one key after the other. What the key does to the hash is computed
 * once for each key, where the JDK's {@code Mac} does it for every message: for a message of one
 * block that is half of the time. One thread.
 */
final class Hmac {
    private static final String HASH = "SHA-256";

    /** Bytes that SHA-256 takes at a time; a longer key is hashed first. */
    private static final int BLOCK = 64;

    private static final int INNER = 0x36;
    private static final int OUTER = 0x5C;

    private MessageDigest inner = keyed(new byte[BLOCK], INNER);
    private MessageDigest outer = keyed(new byte[BLOCK], OUTER);

    void key(byte[] key) {
        byte[] block = new byte[BLOCK];
        byte[] fitting = key.length > BLOCK ? sha256().digest(key) : key;
        System.arraycopy(fitting, 0, block, 0, fitting.length);
        inner = keyed(block, INNER);
        outer = keyed(block, OUTER);
    }

    /** The 32 bytes for a message. */
    byte[] doFinal(byte[] message) {
        try {
            var first = (MessageDigest) inner.clone();
            var second = (MessageDigest) outer.clone();
            return second.digest(first.digest(message));
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException("this Java's " + HASH + " can't be copied", e);
        }
    }

    private static MessageDigest keyed(byte[] block, int pad) {
        MessageDigest hash = sha256();
        for (byte part : block) {
            hash.update((byte) (part ^ pad));
        }
        return hash;
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance(HASH);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no " + HASH, e);
        }
    }
}
